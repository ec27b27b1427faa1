import type { SyntaxNode } from '@lezer/common';
import { Matcher, type MatchType, METRIC_NAME, TinyObsError } from '@tinyobs/model';
import type { VectorSelector } from '../ast.js';
import { errorAt } from '../queryError.js';
import { childOf } from './children.js';
import { parseString } from './literals.js';
import { LONG_STEP_VALUES, type Steps } from './steps.js';

/** @throws TinyObsError `query_parse` for two metric names or a bad regular expression. */
export function* readSelector(text: string, node: SyntaxNode): Steps<VectorSelector> {
  const { from, to } = node;
  const identifier = childOf(node, 'Identifier');
  let name = identifier ? text.slice(identifier.from, identifier.to) : '';
  const matchers: Matcher[] = [];
  const list = childOf(node, 'LabelMatchers');
  for (let child = list?.firstChild; child; child = child.nextSibling) {
    if (child.name === 'QuotedLabelName') {
      const quoted = readString(text, child.firstChild as SyntaxNode);
      if (name !== '') failTwice(name, quoted);
      name = quoted;
    } else {
      matchers.push(yield* readMatcher(text, child));
      yield LONG_STEP_VALUES;
    }
  }
  if (name === '') return { type: 'vectorSelector', name, matchers, offsetMs: 0, from, to };
  const second = matchers.find((matcher) => matcher.name === METRIC_NAME);
  if (second) failTwice(name, second.value);
  const all = [new Matcher(METRIC_NAME, '=', name), ...matchers];
  return { type: 'vectorSelector', name, matchers: all, offsetMs: 0, from, to };

  function failTwice(first: string, other: string): never {
    const names = `${JSON.stringify(first)} or ${JSON.stringify(other)}`;
    throw errorAt('query_parse', text, from, `metric name must not be set twice: ${names}`);
  }
}

/** The names inside the parentheses of `by`, `without`, `on` and the like. */
export function groupingLabels(text: string, node: SyntaxNode): string[] {
  const names: string[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (child.name === 'LabelName') names.push(text.slice(child.from, child.to));
    else if (child.name === 'QuotedLabelName') names.push(quotedName(text, child));
  }
  return names;
}

/** @throws TinyObsError `query_parse` for a bad escape or a missing quote. */
export function readString(text: string, node: SyntaxNode): string {
  const written = text.slice(node.from, node.to);
  const value = parseString(written);
  if (value !== undefined) return value;
  const closed = written.length > 1 && written.endsWith(written[0]);
  throw errorAt(
    'query_parse',
    text,
    node.from,
    closed ? `invalid escape in the string ${written}` : 'unterminated quoted string',
  );
}

function* readMatcher(text: string, node: SyntaxNode): Steps<Matcher> {
  const label = node.firstChild as SyntaxNode;
  const name = label.name === 'LabelName' ? text.slice(label.from, label.to) : quotedName(text, label);
  const op = childOf(node, 'MatchOp') as SyntaxNode;
  const value = readString(text, node.lastChild as SyntaxNode);
  try {
    const steps = Matcher.inSteps(name, text.slice(op.from, op.to) as MatchType, value);
    for (;;) {
      const { done, value: matcher } = steps.next();
      if (done) return matcher;
      yield LONG_STEP_VALUES;
    }
  } catch (cause) {
    if (!(cause instanceof TinyObsError)) throw cause;
    throw errorAt('query_parse', text, node.from, cause.message, { cause });
  }
}

function quotedName(text: string, node: SyntaxNode): string {
  const name = readString(text, node.firstChild as SyntaxNode);
  if (name === '') throw errorAt('query_parse', text, node.from, 'invalid label name ""');
  return name;
}
