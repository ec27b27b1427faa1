/** What a server answered to a batch. */
export interface TransportAnswer {
  readonly status: number;
  /** The `Retry-After` header as it came. */
  readonly retryAfter?: string;
  readonly body: string;
}

/**
 * Sends one JSON body to the ingest route and resolves with the answer, whatever its status. Rejects when there
 * is no answer: no connection, a timeout of its own, or the signal aborted. Must settle in bounded time.
 */
export type Send = (body: string, signal: AbortSignal) => Promise<TransportAnswer>;
