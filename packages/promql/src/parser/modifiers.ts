import type { SyntaxNode } from '@lezer/common';
import type { AtModifier, Expr } from '../ast.js';
import { errorAt } from '../queryError.js';
import { parseNumber, secondsToMs } from './literals.js';

/** What may follow an operand; `to` is its end in the text. */
export type Modifier = { readonly from: number; readonly to: number } & (
  | { readonly kind: 'offset'; readonly offsetMs: number }
  | { readonly kind: 'at'; readonly at: AtModifier }
  | { readonly kind: 'range'; readonly rangeMs: number }
  | { readonly kind: 'subquery'; readonly rangeMs: number; readonly stepMs: number }
);

/** Times that an `@` modifier may name: what signed 64-bit milliseconds hold. */
const AT_SECONDS_MAX = 2 ** 63 / 1000;

/** Reads the modifier of a node whose first child is what it modifies. */
export function readModifier(text: string, node: SyntaxNode): Modifier {
  const { from, to } = node;
  switch (node.name) {
    case 'OffsetExpr': {
      const offset = node.getChild('OffsetDurationExpr') as SyntaxNode;
      return { kind: 'offset', offsetMs: durationMs(text, offset), from, to };
    }
    case 'MatrixSelector': {
      const range = node.getChild('DurationExpr') as SyntaxNode;
      return { kind: 'range', rangeMs: positiveMs(text, range), from, to };
    }
    case 'SubqueryExpr': {
      const [range, step] = node.getChildren('DurationExpr');
      const stepMs = step ? positiveMs(text, step) : 0;
      return { kind: 'subquery', rangeMs: positiveMs(text, range), stepMs, from, to };
    }
    default:
      return { kind: 'at', at: readAt(text, node), from, to };
  }
}

/** @throws TinyObsError `query_parse` when the modifier cannot stand behind that expression. */
export function applyModifier(text: string, expr: Expr, modifier: Modifier): Expr {
  const span = { from: expr.from, to: modifier.to };
  switch (modifier.kind) {
    case 'range':
      if (expr.type !== 'vectorSelector') fail('ranges only allowed for vector selectors');
      if (expr.offsetMs !== 0) fail('no offset modifiers allowed before range');
      if (expr.at) fail('no @ modifiers allowed before range');
      return { type: 'matrixSelector', selector: expr, rangeMs: modifier.rangeMs, ...span };
    case 'subquery': {
      const { rangeMs, stepMs } = modifier;
      return { type: 'subquery', expr, rangeMs, stepMs, offsetMs: 0, ...span };
    }
    case 'offset':
      return modify(expr, (target) => {
        if (target.offsetMs !== 0) fail('offset may not be set multiple times');
        return { offsetMs: modifier.offsetMs };
      });
    case 'at':
      return modify(expr, (target) => {
        if (target.at) fail('@ <timestamp> may not be set multiple times');
        return { at: modifier.at };
      });
  }

  function modify(
    target: Expr,
    change: (target: { offsetMs: number; at?: AtModifier }) => { offsetMs?: number; at?: AtModifier },
  ): Expr {
    if (target.type === 'vectorSelector' || target.type === 'subquery') {
      return { ...target, ...change(target), ...span };
    }
    if (target.type === 'matrixSelector') {
      return { ...target, selector: { ...target.selector, ...change(target.selector) }, ...span };
    }
    const what = modifier.kind === 'at' ? '@' : 'offset';
    fail(
      `${what} modifier must be preceded by an instant vector selector or range vector selector or a subquery`,
    );
  }

  function fail(message: string): never {
    throw errorAt('query_parse', text, expr.from, message);
  }
}

function readAt(text: string, node: SyntaxNode): AtModifier {
  const special = node.getChild('AtModifierPreprocessors');
  if (special) return { kind: special.getChild('AtStart') ? 'start' : 'end' };
  const literal = node.lastChild as SyntaxNode;
  const written = text.slice(literal.from, literal.to);
  const parsed = parseNumber(written.replace(/^[+-]\s*/, ''));
  const seconds = parsed && (written.startsWith('-') ? -parsed.value : parsed.value);
  if (seconds === undefined || !(Math.abs(seconds) < AT_SECONDS_MAX)) {
    throw errorAt('query_parse', text, literal.from, `timestamp out of bounds for @ modifier: ${written}`);
  }
  return { kind: 'time', timeMs: Math.round(seconds * 1000) };
}

function positiveMs(text: string, node: SyntaxNode): number {
  const ms = durationMs(text, node);
  if (ms <= 0) throw errorAt('query_parse', text, node.from, 'duration must be greater than 0');
  return ms;
}

function durationMs(text: string, node: SyntaxNode): number {
  const written = text.slice(node.from, node.to);
  const number = /^([+-]?)\s*([\w.]+(?:(?<=[eE])[+-]\w+)?)$/.exec(written);
  const parsed = number ? parseNumber(number[2]) : undefined;
  if (!number || !parsed) {
    throw errorAt('query_parse', text, node.from, `only plain durations are supported, not ${written}`);
  }
  const ms = secondsToMs(number[1] === '-' ? -parsed.value : parsed.value);
  if (ms === undefined) throw errorAt('query_parse', text, node.from, `duration out of range: ${written}`);
  return ms;
}
