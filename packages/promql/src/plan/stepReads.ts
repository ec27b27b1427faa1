import { type Matcher, METRIC_NAME } from '@tinyobs/model';
import { type AtModifier, childrenOf, type DurationExpr, type Expr } from '../ast.js';
import type { QueryTimes, Reach } from '../eval/grid.js';
import { infoSelector } from '../functions/infoSelector.js';
import { reachOf, selectorReach } from './planQuery.js';

/** What the value of a query at one step is made of, of the series of one selector. */
export interface StepReads {
  /** The metric names that the selector lets pass; undefined when they cannot be listed. */
  readonly metrics: readonly string[] | undefined;
  /** Bounds of the times of the samples, ms: distances from the step, 0 or less, unless they are `fixed`. */
  readonly minMs: number;
  readonly maxMs: number;
  /** The same samples for every step: the bounds are times. */
  readonly fixed: boolean;
}

export interface StepReadsOptions {
  readonly times: QueryTimes;
  readonly lookbackMs: number;
}

/**
 * What each selector of an expression reads for one step. Undefined where the value at a step depends on more than
 * its time, the step width and the samples up to it: on the start or end of the query (`start()`, `end()` and
 * `range()`, as functions, after `@` or in durations), or on samples after it (negative offsets and the like).
 */
export function stepReads(expr: Expr, options: StepReadsOptions): StepReads[] | undefined {
  const found: StepReads[] = [];
  const isOfStep = visit(expr, { minMs: 0, maxMs: 0, fixed: false }, options, found);
  return isOfStep ? found : undefined;
}

type Span = Omit<StepReads, 'metrics'>;

/** Functions of the start and end of a query. */
const OF_QUERY: ReadonlySet<string> = new Set(['start', 'end', 'range']);

function visit(expr: Expr, around: Span, options: StepReadsOptions, found: StepReads[]): boolean {
  switch (expr.type) {
    case 'vectorSelector':
    case 'matrixSelector': {
      const selector = expr.type === 'matrixSelector' ? expr.selector : expr;
      const rangeMs = expr.type === 'matrixSelector' ? expr.rangeMs : 0;
      const rangeExpr = expr.type === 'matrixSelector' ? expr.rangeExpr : undefined;
      if (isOfQuery(selector.at, rangeExpr, selector.offsetExpr)) return false;
      const span = within(around, selectorReach(selector, rangeMs, options));
      found.push({ ...span, metrics: metricsOf(selector.matchers) });
      return span.fixed || span.maxMs <= 0;
    }
    case 'subquery': {
      if (isOfQuery(expr.at, expr.rangeExpr, expr.offsetExpr, expr.stepExpr)) return false;
      return visit(expr.expr, within(around, reachOf(expr, expr.rangeMs, options.times)), options, found);
    }
    case 'call':
      if (OF_QUERY.has(expr.func)) return false;
      if (expr.func !== 'info') break;
      return [expr.args[0], infoSelector(expr)].every((arg) => visit(arg, around, options, found));
  }
  return childrenOf(expr).every((child) => visit(child, around, options, found));
}

function within(around: Span, { rangeMs, offsetMs, atMs }: Reach): Span {
  if (atMs !== undefined) return { minMs: atMs - offsetMs - rangeMs, maxMs: atMs - offsetMs, fixed: true };
  const { minMs, maxMs, fixed } = around;
  return { minMs: minMs - offsetMs - rangeMs, maxMs: maxMs - offsetMs, fixed };
}

function isOfQuery(at: AtModifier | undefined, ...durations: readonly (DurationExpr | undefined)[]): boolean {
  return (
    (at !== undefined && at.kind !== 'time') || durations.some((duration) => duration && usesRange(duration))
  );
}

function usesRange(duration: DurationExpr): boolean {
  switch (duration.type) {
    case 'durationLiteral':
      return false;
    case 'durationOfQuery':
      return duration.of === 'range';
    case 'durationBinary':
      return usesRange(duration.left) || usesRange(duration.right);
    default:
      return usesRange(duration.expr);
  }
}

/** A name that may be missing is as good as any. */
function metricsOf(matchers: readonly Matcher[]): readonly string[] | undefined {
  const named = matchers.find(({ name, alternatives }) => name === METRIC_NAME && alternatives);
  return named?.alternatives?.includes('') ? undefined : named?.alternatives;
}
