import { TinyObsError } from '@tinyobs/model';
import type { Response } from './exchange.js';
import type { RunningReads } from './runningReads.js';

/** What bounds the reading of requests, as it is when a request asks. */
export interface ReadLimits {
  readonly reads: RunningReads;
  /** Longest a query, or other read, may take, waiting included. */
  readonly timeoutMs: number;
  /** Most series of requests other than queries: series, labels, federation. */
  readonly seriesMax: number;
  /** Largest answer of a query. */
  readonly responseBytesMax: number;
  /** How far back an instant selector looks where the request does not say. */
  readonly lookbackMs: number;
}

/**
 * Reads from the store for a request, in its turn. The signal that `read` is given aborts when the client goes
 * away or the time is over. `text` says in the list of what runs what is read.
 *
 * @throws TinyObsError `query_overload`, `query_timeout`, `query_canceled`, and what `read` throws
 */
export function readWork<T>(
  response: Response,
  { reads, timeoutMs }: ReadLimits,
  read: (signal: AbortSignal) => Promise<T>,
  text = '',
): Promise<T> {
  return reads.run({ response, text, timeoutMs }, async ({ signal, leftMs }) => {
    const timeout = AbortSignal.timeout(Math.ceil(leftMs));
    try {
      return await read(AbortSignal.any([signal, timeout]));
    } catch (error) {
      if (signal.aborted) {
        throw new TinyObsError('query_canceled', 'query was canceled in query execution', { cause: error });
      }
      if (!timeout.aborted) throw error;
      throw new TinyObsError('query_timeout', 'query timed out in query execution', {
        cause: error,
        details: { timeoutMs },
      });
    }
  });
}

/** @throws TinyObsError `query_too_many_series` */
export function checkSeries(count: number, { seriesMax }: ReadLimits): void {
  if (count <= seriesMax) return;
  throw new TinyObsError(
    'query_too_many_series',
    `more than ${seriesMax} series, names or values were found; select fewer, give a limit, or raise query.series`,
    { details: { limit: seriesMax } },
  );
}
