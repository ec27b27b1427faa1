/** What a server answered to a batch. */
export interface TransportAnswer {
  readonly status: number;
  /** The `Retry-After` header as it came. */
  readonly retryAfter?: string;
  readonly body: string;
}

export interface TransportTarget {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** For one attempt, from connecting to the last byte of the answer. */
  readonly timeoutMs: number;
}

/** Carries JSON bodies to the ingest route. */
export interface Transport {
  /** Makes of a body what `send` takes, compressed if it can be. Called once for each body. */
  pack(body: string): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Sends what was packed and resolves with the answer, whatever its status. Rejects when there is no answer: no
   * connection, a timeout of its own, or the signal aborted. Must settle in bounded time.
   */
  send(packed: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<TransportAnswer>;
  /** Lets go of what it holds. */
  close(): void;
}
