import {
  type CompiledRegex,
  compileRegex,
  groupOf,
  type Labels,
  parseTemplate,
  stepsOver,
  type TemplatePart,
  TinyObsError,
} from '@tinyobs/model';
import type { Call } from '../ast.js';
import { LabelColumn, mergeEqualLabels } from '../eval/columns.js';
import type { Evaluator } from '../eval/evaluator.js';
import type { Grid } from '../eval/grid.js';
import { type Value, vectorOf } from '../eval/value.js';
import {
  LABEL_VALUE_LENGTH_MAX,
  REGEX_GROUP_STEPS_MAX,
  REGEX_MATCH_STEPS_MAX,
  REGEX_MS_MAX,
} from '../limits.js';
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
  const replacing = new Replacing(regex, replacement);
  // Many series share a value, and matching takes long beside looking it up.
  const replaced = new Map<string, string | undefined>();
  return relabel(evaluator, call, grid, (labels) => {
    const text = labels.get(source);
    if (!replaced.has(text)) replaced.set(text, replacing.replace(text));
    const value = replaced.get(text);
    return value === undefined ? labels : labels.with(target, value);
  });
}

/** Fills in a template with what a pattern finds in texts, for a limited time. */
class Replacing {
  readonly #regex: CompiledRegex['regex'];
  readonly #shape: CompiledRegex['shape'];
  readonly #template: readonly TemplatePart[];
  readonly #findsGroups: boolean;
  #spentMs = 0;

  constructor({ regex, shape }: CompiledRegex, replacement: string) {
    this.#regex = regex;
    this.#shape = shape;
    this.#template = parseTemplate(replacement);
    this.#findsGroups = this.#template.some((part) => 'group' in part);
  }

  /**
   * Undefined where the pattern does not match.
   *
   * @throws TinyObsError `query_execution` for a pattern that takes too long, or too long a value
   */
  replace(text: string): string | undefined {
    const startedMs = performance.now();
    const value = this.#replaced(text);
    this.#spentMs += performance.now() - startedMs;
    if (this.#spentMs > REGEX_MS_MAX) throw tooSlow(`takes longer than ${REGEX_MS_MAX} ms`);
    return value;
  }

  #replaced(text: string): string | undefined {
    const steps = stepsOver(this.#shape, text);
    if (steps > REGEX_MATCH_STEPS_MAX) throw tooLong(text);
    // Whether it matches is quick to have, what groups it has is not.
    if (!this.#regex.matches(text)) return undefined;
    if (!this.#findsGroups) return this.#fillIn(() => '');
    if (steps > REGEX_GROUP_STEPS_MAX) throw tooLong(text);
    const matcher = this.#regex.matcher(text);
    matcher.matches();
    const named = this.#regex.namedGroups();
    return this.#fillIn((group) => groupOf(matcher, group, named));
  }

  #fillIn(textOf: (group: string) => string): string {
    let value = '';
    for (const part of this.#template) {
      value += 'text' in part ? part.text : textOf(part.group);
      checkLength(value, 'label_replace');
    }
    return value;
  }
}

function tooLong({ length }: string): TinyObsError {
  return tooSlow(`would take too long over a value of ${length} characters`);
}

function tooSlow(what: string): TinyObsError {
  return new TinyObsError(
    'query_execution',
    `the regular expression in label_replace() ${what}; simplify it`,
  );
}

async function labelJoin(evaluator: Evaluator, call: Call, grid: Grid): Promise<Value> {
  const [target, separator, ...sources] = call.args.slice(1).map((arg) => evaluator.text(arg));
  for (const source of sources) checkLabelName(source, 'source label name in label_join()');
  checkLabelName(target, 'destination label name in label_join()');
  return relabel(evaluator, call, grid, (labels) => {
    let value = '';
    for (const [i, source] of sources.entries()) {
      value += i === 0 ? labels.get(source) : separator + labels.get(source);
      checkLength(value, call.func);
    }
    return labels.with(target, value);
  });
}

/** What new labels cost at most as a rule, in values: every time the clock is asked, it is read. */
const RELABEL_VALUES = 16_384;

async function relabel(
  evaluator: Evaluator,
  call: Call,
  grid: Grid,
  change: (labels: Labels) => Labels,
): Promise<Value> {
  const target = evaluator.text(call.args[1]);
  const columns = await evaluator.vector(call.args[0], grid);
  const labels: Labels[] = [];
  for (let row = 0; row < columns.count; row++) {
    const before = columns.labels.at(row);
    const after = change(before);
    if (after !== before) {
      evaluator.work.budget.holdText(after.get(target).length);
      evaluator.work.budget.holdLabels(after);
    }
    labels.push(after);
    if (evaluator.clock.dueAfter(RELABEL_VALUES)) await evaluator.clock.pause();
  }
  return vectorOf(await mergeEqualLabels({ ...columns, labels: LabelColumn.of(labels) }, evaluator.work));
}

/** @throws TinyObsError `query_execution` for a value that is too long to be a label's */
function checkLength({ length }: string, func: string): void {
  if (length <= LABEL_VALUE_LENGTH_MAX) return;
  throw new TinyObsError(
    'query_execution',
    `${func}() makes a label value longer than ${LABEL_VALUE_LENGTH_MAX} characters`,
  );
}

function compilePattern(pattern: string): CompiledRegex {
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
