/** What a server answered to a batch. */
export interface TransportAnswer {
  /**
   * As of HTTP: 2xx stored, 408, 429 and 5xx worth another attempt; 401, 403, 404, 405, 407 and redirects turned away,
   * to be tried again later; others refused for good.
   */
  readonly status: number;
  /** The `Retry-After` header as it came. */
  readonly retryAfter?: string;
  /** What `POST /v1/ingest` would answer, which may say of single rows that they were refused; or empty. */
  readonly body: string;
}

export interface TransportTarget {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** For one attempt, from connecting to the last byte of the answer. */
  readonly timeoutMs: number;
}

/**
 * Carries batches to where they are stored. Calls never overlap, and come in the order in which the samples were
 * taken; of a batch that is not answered the next call is a repetition.
 */
export interface Transport {
  /**
   * Names what `pack` makes, in letters, digits and dots: a spool sends what is left there of an earlier process
   * only if it has the same name. Default `batch`.
   */
  readonly format?: string;
  /** Rows of a batch at most, read for each. Default 2,000. */
  readonly rowsMax?: number;
  /**
   * Makes of a batch, the JSON that `POST /v1/ingest` takes, what `send` takes; compressed if it can be. Called once
   * for each batch.
   */
  pack(body: string): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Sends what was packed, perhaps by an earlier process, and resolves with the answer, whatever its status. Rejects
   * when there is no answer: no connection, a timeout of its own, or the signal aborted. Must settle in bounded time.
   * @param rowCount Of the batch.
   */
  send(packed: Uint8Array<ArrayBuffer>, signal: AbortSignal, rowCount: number): Promise<TransportAnswer>;
  /** Lets go of what it holds. */
  close(): void;
}
