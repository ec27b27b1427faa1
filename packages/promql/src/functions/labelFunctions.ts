import { compileRegex, type Labels, TinyObsError } from '@tinyobs/model';
import type { Call } from '../ast.js';
import { LabelColumn, mergeEqualLabels } from '../eval/columns.js';
import type { Evaluator } from '../eval/evaluator.js';
import type { Grid } from '../eval/grid.js';
import { type Value, vectorOf } from '../eval/value.js';
import { define, type FunctionDefinition } from './definition.js';

/** Functions that rewrite labels and leave values alone. */
export const LABEL_FUNCTIONS: readonly FunctionDefinition[] = [
  define('label_replace', ['instant vector', 'string', 'string', 'string', 'string'], {
    kind: 'call',
    evaluate: labelReplace,
  }),
  define(
    'label_join',
    ['instant vector', 'string', 'string', 'string'],
    { kind: 'call', evaluate: labelJoin },
    { optional: 1, repeats: true },
  ),
];

async function labelReplace(evaluator: Evaluator, call: Call, grid: Grid): Promise<Value> {
  const [target, replacement, source, pattern] = call.args.slice(1).map((arg) => evaluator.text(arg));
  const regex = compilePattern(pattern);
  checkLabelName(target, 'destination label name in label_replace()');
  const template = parseTemplate(replacement);
  return relabel(evaluator, call, grid, (labels) => {
    const matcher = regex.matcher(labels.get(source));
    if (!matcher.matches()) return labels;
    let value = '';
    for (const part of template) {
      value += 'text' in part ? part.text : groupOf(matcher, part.group, regex.namedGroups());
    }
    return labels.with(target, value);
  });
}

async function labelJoin(evaluator: Evaluator, call: Call, grid: Grid): Promise<Value> {
  const [target, separator, ...sources] = call.args.slice(1).map((arg) => evaluator.text(arg));
  for (const source of sources) checkLabelName(source, 'source label name in label_join()');
  checkLabelName(target, 'destination label name in label_join()');
  return relabel(evaluator, call, grid, (labels) =>
    labels.with(target, sources.map((source) => labels.get(source)).join(separator)),
  );
}

async function relabel(
  evaluator: Evaluator,
  call: Call,
  grid: Grid,
  change: (labels: Labels) => Labels,
): Promise<Value> {
  const columns = await evaluator.vector(call.args[0], grid);
  const labels: Labels[] = [];
  for (let row = 0; row < columns.count; row++) {
    labels.push(change(columns.labels.at(row)));
    if (evaluator.clock.due) await evaluator.clock.pause();
  }
  return vectorOf(await mergeEqualLabels({ ...columns, labels: LabelColumn.of(labels) }, evaluator.clock));
}

function compilePattern(pattern: string): ReturnType<typeof compileRegex> {
  try {
    return compileRegex(pattern);
  } catch (cause) {
    throw new TinyObsError('query_execution', `invalid regular expression in label_replace(): ${pattern}`, {
      cause,
    });
  }
}

function checkLabelName(name: string, where: string): void {
  if (name === '') throw new TinyObsError('query_execution', `invalid ${where}: ${name}`);
}

type TemplatePart = { readonly text: string } | { readonly group: string };

/**
 * Splits `$1`, `${1}`, `$name`, `${name}` and `$$` from the text between them. A name is as long as it can be;
 * a `$` that starts none of them stands for nothing but itself being dropped.
 *
 * Source: https://pkg.go.dev/regexp#Regexp.Expand
 */
function parseTemplate(template: string): TemplatePart[] {
  const parts: TemplatePart[] = [];
  const reference = /\$(?:(\$)|\{(\w+)\}|(\w+))/g;
  let at = 0;
  for (const found of template.matchAll(reference)) {
    parts.push({ text: template.slice(at, found.index) });
    parts.push(found[1] ? { text: '$' } : { group: found[2] ?? found[3] });
    at = found.index + found[0].length;
  }
  parts.push({ text: template.slice(at) });
  return parts;
}

/** What a numbered or named group matched; '' for a group that does not exist. */
function groupOf(
  matcher: { group(group: number | string): string | null; groupCount(): number },
  name: string,
  named: Record<string, number>,
): string {
  const index = /^\d+$/.test(name) ? Number(name) : named[name];
  if (index === undefined || index > matcher.groupCount()) return '';
  return matcher.group(index) ?? '';
}
