import { ApiError } from '../api/apiError.js';
import { queryExemplars, queryInstant, queryRange } from '../api/client.js';
import type { Answer, ExemplarSeries, Grid, QueryData } from '../api/types.js';
import { nowMs } from '../state/clock.js';
import type { ExploreRoute } from '../state/route.js';
import { type QueryState, useQuery } from '../state/useQuery.js';
import { askedQueries } from './rows/queryRows.js';

/** One row's answer, its own error, or null for a row without a query. */
export type Outcome =
  | { readonly answer: Answer<QueryData>; readonly exemplars: readonly ExemplarSeries[] }
  | { readonly error: ApiError }
  | null;

export interface Results {
  readonly tab: ExploreRoute['tab'];
  /** '' for a row without a query, and for one that is hidden. */
  readonly queries: readonly string[];
  /** Beside `queries`. */
  readonly outcomes: readonly Outcome[];
  readonly grid: Grid;
}

/** Runs the queries of the URL for the open tab: over the grid for the graph, at its end for the table. */
export function useResults(route: ExploreRoute, grid: Grid, isReady: boolean): QueryState<Results> {
  const { tab, range, showsExemplars } = route;
  const queries = askedQueries(route);
  const isBlank = queries.every((query) => query.trim() === '');
  const request = {
    subject: JSON.stringify([tab, queries]),
    variant: JSON.stringify([range, grid.stepSec, showsExemplars]),
    tick: nowMs.value,
  };
  return useQuery(isReady && !isBlank ? request : null, async (signal) => {
    const run = (query: string) => runOne(query, tab, { grid, showsExemplars, signal });
    const outcomes = await Promise.all(queries.map(run));
    return { tab, queries, outcomes, grid };
  });
}

/** An outage rejects, so that the last answers stay; an error of the query itself is its outcome. */
async function runOne(
  query: string,
  tab: ExploreRoute['tab'],
  { grid, showsExemplars, signal }: { grid: Grid; showsExemplars: boolean; signal: AbortSignal },
): Promise<Outcome> {
  if (query.trim() === '') return null;
  try {
    if (tab === 'table') return { answer: await queryInstant(query, grid.endSec, signal), exemplars: [] };
    const [answer, { exemplars, notices }] = await Promise.all([
      queryRange(query, grid, signal),
      showsExemplars ? runExemplars(query, grid, signal) : NO_EXEMPLARS,
    ]);
    return { answer: { ...answer, notices: [...answer.notices, ...notices] }, exemplars };
  } catch (error) {
    if (error instanceof ApiError && !error.isOutage) return { error };
    throw error;
  }
}

interface ExemplarOutcome {
  readonly exemplars: readonly ExemplarSeries[];
  readonly notices: readonly string[];
}

const NO_EXEMPLARS: ExemplarOutcome = { exemplars: [], notices: [] };

/** A graph without its exemplars is still a graph: what is wrong is said beside it. */
async function runExemplars(query: string, grid: Grid, signal: AbortSignal): Promise<ExemplarOutcome> {
  try {
    return { exemplars: await queryExemplars(query, grid, signal), notices: [] };
  } catch (error) {
    if (!(error instanceof ApiError) || error.isOutage) throw error;
    return { exemplars: [], notices: [`Exemplars are not shown: ${error.message}`] };
  }
}
