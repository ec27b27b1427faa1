import { ApiError } from '../api/apiError.js';
import { queryInstant, queryRange } from '../api/client.js';
import type { Answer, Grid, QueryData } from '../api/types.js';
import { nowMs } from '../state/clock.js';
import type { ExploreRoute } from '../state/route.js';
import { type QueryState, useQuery } from '../state/useQuery.js';

/** One row's answer, its own error, or null for a row without a query. */
export type Outcome = { readonly answer: Answer<QueryData> } | { readonly error: ApiError } | null;

export interface Results {
  readonly tab: ExploreRoute['tab'];
  readonly queries: readonly string[];
  /** Beside `queries`. */
  readonly outcomes: readonly Outcome[];
  readonly grid: Grid;
}

/** Runs the queries of the URL for the open tab: over the grid for the graph, at its end for the table. */
export function useResults(route: ExploreRoute, grid: Grid, isReady: boolean): QueryState<Results> {
  const { queries, tab, range } = route;
  const isBlank = queries.every((query) => query.trim() === '');
  const request = {
    subject: JSON.stringify([tab, queries]),
    variant: JSON.stringify([range, grid.stepSec]),
    tick: nowMs.value,
  };
  return useQuery(isReady && !isBlank ? request : null, async (signal) => {
    const outcomes = await Promise.all(queries.map((query) => runOne(query, tab, grid, signal)));
    return { tab, queries, outcomes, grid };
  });
}

/** An outage rejects, so that the last answers stay; an error of the query itself is its outcome. */
async function runOne(
  query: string,
  tab: ExploreRoute['tab'],
  grid: Grid,
  signal: AbortSignal,
): Promise<Outcome> {
  if (query.trim() === '') return null;
  try {
    const answer =
      tab === 'graph' ? queryRange(query, grid, signal) : queryInstant(query, grid.endSec, signal);
    return { answer: await answer };
  } catch (error) {
    if (error instanceof ApiError && !error.isOutage) return { error };
    throw error;
  }
}
