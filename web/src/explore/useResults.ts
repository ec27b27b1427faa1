import { ApiError } from '../api/apiError.js';
import { queryExemplars, queryInstant, queryRange } from '../api/client.js';
import type { Answer, ExemplarSeries, Grid, MatrixSeries, QueryData } from '../api/types.js';
import { nowMs } from '../state/clock.js';
import { asksRange, COMPARE_SEC } from '../state/resultLook.js';
import type { ExploreRoute } from '../state/route.js';
import { type QueryState, useQuery } from '../state/useQuery.js';
import { askedQueries } from './rows/queryRows.js';

/** One row's answer, its own error, or null for a row without a query. */
export type Outcome =
  | {
      readonly answer: Answer<QueryData>;
      readonly exemplars: readonly ExemplarSeries[];
      /** The same a while before, where it is compared. */
      readonly earlier: readonly MatrixSeries[];
    }
  | { readonly error: ApiError }
  | null;

export interface Results {
  /** '' for a row without a query, and for one that is hidden. */
  readonly queries: readonly string[];
  /** Beside `queries`. */
  readonly outcomes: readonly Outcome[];
  readonly grid: Grid;
  /** How long before `earlier` was, 0 where nothing is compared. */
  readonly agoSec: number;
}

/** What is asked for beside the queries. */
interface Wanted {
  readonly isRange: boolean;
  readonly showsExemplars: boolean;
  readonly agoSec: number;
}

/** Runs the queries of the URL as the open tab wants them: over the grid, or at its end. */
export function useResults(route: ExploreRoute, grid: Grid, isReady: boolean): QueryState<Results> {
  const { range } = route;
  const queries = askedQueries(route);
  const isBlank = queries.every((query) => query.trim() === '');
  const wanted = wantedBy(route);
  const request = {
    subject: JSON.stringify([wanted.isRange, queries]),
    variant: JSON.stringify([range, grid.stepSec, wanted]),
    tick: nowMs.value,
  };
  return useQuery(isReady && !isBlank ? request : null, async (signal) => {
    const outcomes = await Promise.all(queries.map((query) => runOne(query, grid, wanted, signal)));
    return { queries, outcomes, grid, agoSec: wanted.agoSec };
  });
}

function wantedBy(look: ExploreRoute): Wanted {
  const isGraph = look.tab === 'graph';
  return {
    isRange: asksRange(look),
    showsExemplars: isGraph && look.showsExemplars,
    agoSec: isGraph ? COMPARE_SEC[look.compare] : 0,
  };
}

/** An outage rejects, so that the last answers stay; an error of the query itself is its outcome. */
async function runOne(query: string, grid: Grid, wanted: Wanted, signal: AbortSignal): Promise<Outcome> {
  if (query.trim() === '') return null;
  try {
    if (!wanted.isRange) {
      return { answer: await queryInstant(query, grid.endSec, signal), exemplars: [], earlier: [] };
    }
    const [answer, exemplars, earlier] = await Promise.all([
      queryRange(query, grid, signal),
      wanted.showsExemplars ? aside('Exemplars are', queryExemplars(query, grid, signal)) : NOTHING_ASIDE,
      wanted.agoSec > 0
        ? aside('What was before is', queryEarlier(query, grid, wanted.agoSec, signal))
        : NOTHING_ASIDE,
    ]);
    const notices = [...answer.notices, ...exemplars.notices, ...earlier.notices];
    return { answer: { ...answer, notices }, exemplars: exemplars.found, earlier: earlier.found };
  } catch (error) {
    if (error instanceof ApiError && !error.isOutage) return { error };
    throw error;
  }
}

async function queryEarlier(
  query: string,
  { startSec, endSec, stepSec }: Grid,
  agoSec: number,
  signal: AbortSignal,
): Promise<readonly MatrixSeries[]> {
  const before = { startSec: startSec - agoSec, endSec: endSec - agoSec, stepSec };
  const { data } = await queryRange(query, before, signal);
  return data.resultType === 'matrix' ? data.result : [];
}

interface Aside<One> {
  readonly found: readonly One[];
  readonly notices: readonly string[];
}

const NOTHING_ASIDE: Aside<never> = { found: [], notices: [] };

/** A graph without what lies beside it is still a graph: what is wrong is said. */
async function aside<One>(what: string, asked: Promise<readonly One[]>): Promise<Aside<One>> {
  try {
    return { found: await asked, notices: [] };
  } catch (error) {
    if (!(error instanceof ApiError) || error.isOutage) throw error;
    return { found: [], notices: [`${what} not shown: ${error.message}`] };
  }
}
