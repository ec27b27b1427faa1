import type { SyntaxNode } from '@lezer/common';
import type { AtModifier, DurationExpr, Edges, Expr } from '../ast.js';
import { errorAt } from '../queryError.js';
import { childOf, childrenOf } from './children.js';
import { type Duration, readDuration, readPositiveDuration } from './durations.js';
import { parseNumber } from './literals.js';

/** What may follow an operand; `to` is its end in the text, `from` the bracket of a range, or where the operand starts. */
export type Modifier = { readonly from: number; readonly to: number } & (
  | { readonly kind: 'offset'; readonly offset: Duration }
  | { readonly kind: 'at'; readonly at: AtModifier }
  | { readonly kind: 'edges'; readonly edges: Edges }
  | { readonly kind: 'range'; readonly range: Duration }
  | { readonly kind: 'subquery'; readonly range: Duration; readonly step?: Duration }
);

/** Times that an `@` modifier may name: what signed 64-bit milliseconds hold. */
const AT_SECONDS_MAX = 2 ** 63 / 1000;

/** Reads the modifier of a node whose first child is what it modifies. */
export function readModifier(text: string, node: SyntaxNode): Modifier {
  const { from, to } = node;
  switch (node.name) {
    case 'OffsetExpr': {
      const offset = childOf(node, 'OffsetDurationExpr') as SyntaxNode;
      return { kind: 'offset', offset: readDuration(text, offset), from, to };
    }
    case 'MatrixSelector': {
      const range = childOf(node, 'DurationExpr') as SyntaxNode;
      const bracket = text.lastIndexOf('[', range.from);
      return { kind: 'range', range: readPositiveDuration(text, range), from: bracket, to };
    }
    case 'SubqueryExpr': {
      const [range, step] = childrenOf(node, 'DurationExpr');
      return {
        kind: 'subquery',
        range: readPositiveDuration(text, range),
        ...(step && { step: readPositiveDuration(text, step) }),
        from,
        to,
      };
    }
    case 'AnchoredExpr':
      return { kind: 'edges', edges: 'anchored', from, to };
    case 'SmoothedExpr':
      return { kind: 'edges', edges: 'smoothed', from, to };
    default:
      return { kind: 'at', at: readAt(text, node), from, to };
  }
}

/** @throws TinyObsError `query_parse` when the modifier cannot stand behind that expression. */
export function applyModifier(text: string, expr: Expr, modifier: Modifier): Expr {
  const span = { from: expr.from, to: modifier.to };
  switch (modifier.kind) {
    case 'range':
      if (expr.type !== 'vectorSelector') fail('ranges only allowed for vector selectors', modifier.from);
      if (hasOffset(expr)) fail('no offset modifiers allowed before range', modifier.from);
      if (expr.at) fail('no @ modifiers allowed before range', modifier.from);
      if (expr.edges) fail(`no ${expr.edges} modifiers allowed before range`, modifier.from);
      return { type: 'matrixSelector', selector: expr, ...rangeOf(modifier.range), ...span };
    case 'subquery': {
      const { range, step } = modifier;
      const { ms: stepMs = 0, expr: stepExpr } = step ?? {};
      return {
        type: 'subquery',
        expr,
        ...rangeOf(range),
        stepMs,
        ...(stepExpr && { stepExpr }),
        offsetMs: 0,
        ...span,
      };
    }
    case 'edges':
      return withEdges(expr, modifier.edges);
    case 'offset':
      return modify(expr, (target) => {
        if (hasOffset(target)) fail('offset may not be set multiple times');
        const { ms: offsetMs, expr: offsetExpr } = modifier.offset;
        return { offsetMs, ...(offsetExpr && { offsetExpr }) };
      });
    case 'at':
      return modify(expr, (target) => {
        if (target.at) fail('@ <timestamp> may not be set multiple times');
        return { at: modifier.at };
      });
  }

  function withEdges(target: Expr, edges: Edges): Expr {
    const selector = target.type === 'matrixSelector' ? target.selector : target;
    if (selector.type === 'subquery') fail(`${edges} modifier is not supported for subqueries`);
    if (selector.type !== 'vectorSelector') fail(`${edges} modifier must be preceded by a selector`);
    if (selector.edges) fail('anchored and smoothed modifiers cannot be used together');
    const changed = { ...selector, edges };
    return target.type === 'matrixSelector'
      ? { ...target, selector: changed, ...span }
      : { ...changed, ...span };
  }

  function modify(target: Expr, change: (target: Modified) => Partial<Modified>): Expr {
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

  function fail(message: string, at = expr.from): never {
    throw errorAt('query_parse', text, at, message);
  }
}

/** What modifiers say of a selector or subquery. */
interface Modified {
  readonly offsetMs: number;
  readonly offsetExpr?: DurationExpr;
  readonly at?: AtModifier;
}

function hasOffset({ offsetMs, offsetExpr }: Modified): boolean {
  return offsetMs !== 0 || offsetExpr !== undefined;
}

function rangeOf({ ms, expr }: Duration): { rangeMs: number; rangeExpr?: DurationExpr } {
  return { rangeMs: ms, ...(expr && { rangeExpr: expr }) };
}

function readAt(text: string, node: SyntaxNode): AtModifier {
  const special = childOf(node, 'AtModifierPreprocessors');
  if (special) return { kind: childOf(special, 'AtStart') ? 'start' : 'end' };
  const literal = node.lastChild as SyntaxNode;
  const written = text.slice(literal.from, literal.to);
  const parsed = parseNumber(written.replace(/^[+-]\s*/, ''));
  const seconds = parsed && (written.startsWith('-') ? -parsed.value : parsed.value);
  if (seconds === undefined || !(Math.abs(seconds) < AT_SECONDS_MAX)) {
    const shown = seconds === undefined ? written : withDecimals(seconds);
    throw errorAt('query_parse', text, node.from, `timestamp out of bounds for @ modifier: ${shown}`);
  }
  return { kind: 'time', timeMs: Math.round(seconds * 1000) };
}

/** A number out of bounds, which is a whole one or none, as Prometheus writes it in messages. */
function withDecimals(value: number): string {
  if (Number.isFinite(value)) return `${BigInt(value)}.000000`;
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}
