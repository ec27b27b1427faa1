import type { Edges } from '../ast.js';

/** The times an expression is evaluated at: `startMs`, `startMs + stepMs`, … */
export interface Grid {
  readonly startMs: number;
  /** 0 when there is one step only. */
  readonly stepMs: number;
  readonly steps: number;
}

export function timeAt(grid: Grid, step: number): number {
  return grid.startMs + step * grid.stepMs;
}

/**
 * The times a query asks for: what `start()`, `end()`, `step()` and `range()` mean. The end need not be a step
 * of the grid; the step of an instant query is 0.
 */
export interface QueryTimes {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
}

/** Where and how far a selector or subquery looks from an evaluation time. */
export interface Reach {
  readonly rangeMs: number;
  readonly offsetMs: number;
  /** The time of the `@` modifier, which takes the place of the evaluation time. */
  readonly atMs?: number;
}

/** The same with the samples around it that the edges of its windows are made of. */
export function extendReach(reach: Reach, edges: Edges | undefined, lookbackMs: number): Reach {
  if (!edges) return reach;
  const { rangeMs, offsetMs } = reach;
  if (edges === 'anchored') return { ...reach, rangeMs: rangeMs + lookbackMs };
  return { ...reach, rangeMs: rangeMs + 2 * lookbackMs, offsetMs: offsetMs - lookbackMs };
}

/** The last time that is looked at from a step; the first is `rangeMs` before it and not itself included. */
export function reachEnd(grid: Grid, step: number, reach: Reach): number {
  return (reach.atMs ?? timeAt(grid, step)) - reach.offsetMs;
}

/**
 * Times a subquery evaluates its expression at: multiples of its step within what the outer steps reach.
 * There may be none.
 */
export function subqueryGrid(outer: Grid, reach: Reach, stepMs: number): Grid {
  const endMs = reachEnd(outer, outer.steps - 1, reach);
  const limitMs = reachEnd(outer, 0, reach) - reach.rangeMs;
  const startMs = (Math.floor(limitMs / stepMs) + 1) * stepMs;
  return { startMs, stepMs, steps: Math.max(0, Math.floor((endMs - startMs) / stepMs) + 1) };
}
