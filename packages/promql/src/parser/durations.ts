import type { SyntaxNode } from '@lezer/common';
import type { DurationExpr, DurationOp } from '../ast.js';
import { errorAt } from '../queryError.js';
import { childrenOf } from './children.js';
import { parseNumber, secondsToMs } from './literals.js';

/** Milliseconds; or an expression that the times of the query may be needed for, and 0. */
export interface Duration {
  readonly ms: number;
  readonly expr?: DurationExpr;
}

const OPERATORS: Readonly<Record<string, DurationOp>> = {
  Add: '+',
  Sub: '-',
  Mul: '*',
  Div: '/',
  Mod: '%',
  Pow: '^',
};

/**
 * Reads what stands in the brackets of a range or behind `offset`.
 *
 * @throws TinyObsError `query_parse` for a number that does not fit.
 */
export function readDuration(text: string, node: SyntaxNode): Duration {
  const written = text.slice(node.from, node.to);
  const plain = /^([+-]?)\s*([\w.]+(?:(?<=[eE])[+-]\w+)?)$/.exec(written);
  if (!plain) return { ms: 0, expr: readExpr(text, node) };
  const seconds = readSeconds(text, node, plain[2]).value;
  const ms = secondsToMs(plain[1] === '-' ? -seconds : seconds);
  if (ms === undefined) throw errorAt('query_parse', text, node.from, `duration out of range: ${written}`);
  return { ms };
}

/** @throws TinyObsError `query_parse`, also for a plain duration that is not above zero. */
export function readPositiveDuration(text: string, node: SyntaxNode): Duration {
  const duration = readDuration(text, node);
  if (duration.ms > 0 || duration.expr) return duration;
  throw errorAt('query_parse', text, node.from, 'duration must be greater than 0');
}

function readExpr(text: string, node: SyntaxNode): DurationExpr {
  const { from, to } = node;
  const first = node.firstChild as SyntaxNode;
  const operands = [...childrenOf(node, 'DurationExpr'), ...childrenOf(node, 'OffsetDurationExpr')];
  switch (first.name) {
    case 'NumberDurationLiteralInDurationContext': {
      const { value, isDuration } = readSeconds(text, first, text.slice(first.from, first.to));
      return { type: 'durationLiteral', seconds: value, isDuration, from, to };
    }
    case 'DurationStep':
      return { type: 'durationOfQuery', of: 'step', from, to };
    case 'DurationRange':
      return { type: 'durationOfQuery', of: 'range', from, to };
    case 'UnaryOp': {
      const op = text[first.from] as '+' | '-';
      return { type: 'durationUnary', op, expr: readExpr(text, operands[0]), from, to };
    }
  }
  const [left, right] = operands.map((operand) => readExpr(text, operand));
  if (!right) return { type: 'durationParen', expr: left, from, to };
  if (first.name === 'DurationMinOf') return { type: 'durationBinary', op: 'min_of', left, right, from, to };
  if (first.name === 'DurationMaxOf') return { type: 'durationBinary', op: 'max_of', left, right, from, to };
  const op = OPERATORS[(first.nextSibling as SyntaxNode).name];
  return { type: 'durationBinary', op, left, right, from, to };
}

function readSeconds(text: string, node: SyntaxNode, written: string) {
  const parsed = parseNumber(written);
  if (!parsed) throw errorAt('query_parse', text, node.from, `error parsing number: ${written}`);
  return parsed;
}
