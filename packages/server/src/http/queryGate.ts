import { TinyObsError } from '@tinyobs/model';

export interface QueryGateOptions {
  /** Most queries that run at a time; others wait for their turn. */
  readonly concurrency: number;
  /** Most queries that wait; further ones are refused. */
  readonly queueMax: number;
}

/** What a query may still take once its turn has come. */
export interface Turn {
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal;
  readonly waitedMs: number;
  /** At the moment of asking; above 0 when the turn comes. */
  readonly leftMs: number;
}

interface Waiter {
  enter(): void;
}

/** Lets a limited number of queries run at a time, the others in the order in which they came. */
export class QueryGate {
  #options: QueryGateOptions;
  readonly #waiters = new Set<Waiter>();
  #running = 0;

  constructor(options: QueryGateOptions) {
    this.#options = options;
  }

  /** Other limits for those that wait, and for who comes later; who runs goes on. */
  reconfigure(options: QueryGateOptions): void {
    this.#options = options;
    this.#admit();
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiters.size;
  }

  /**
   * Runs `work` when its turn has come. The wait counts towards the timeout.
   *
   * @throws TinyObsError `query_overload`, `query_timeout`, `query_canceled`, and what `work` throws
   */
  async run<T>(
    { signal, timeoutMs }: { signal: AbortSignal; timeoutMs: number },
    work: (turn: Turn) => Promise<T>,
  ): Promise<T> {
    const startedMs = performance.now();
    if (signal.aborted) throw canceled();
    if (timeoutMs <= 0) throw timedOut();
    if (this.#running < this.#options.concurrency) this.#running++;
    else await this.#wait(signal, timeoutMs);
    try {
      const waitedMs = performance.now() - startedMs;
      if (waitedMs >= timeoutMs) throw timedOut();
      return await work({
        signal,
        waitedMs,
        get leftMs() {
          return timeoutMs - (performance.now() - startedMs);
        },
      });
    } finally {
      this.#leave();
    }
  }

  #wait(signal: AbortSignal, timeoutMs: number): Promise<void> {
    const { concurrency, queueMax } = this.#options;
    if (this.#waiters.size >= queueMax) {
      throw new TinyObsError(
        'query_overload',
        `${concurrency} queries run and ${queueMax} wait already; ask again a little later, or raise query.concurrency or query.queue`,
      );
    }
    return new Promise((resolve, reject) => {
      const over = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        this.#waiters.delete(waiter);
      };
      const fail = (error: TinyObsError): void => {
        over();
        reject(error);
      };
      const onAbort = (): void => fail(canceled());
      const timer = setTimeout(() => fail(timedOut()), timeoutMs);
      const waiter: Waiter = {
        enter: () => {
          over();
          resolve();
        },
      };
      signal.addEventListener('abort', onAbort);
      this.#waiters.add(waiter);
    });
  }

  #leave(): void {
    this.#running--;
    this.#admit();
  }

  /** Places that are free go to who has waited longest. */
  #admit(): void {
    for (const waiter of this.#waiters) {
      if (this.#running >= this.#options.concurrency) return;
      this.#running++;
      waiter.enter();
    }
  }
}

function timedOut(): TinyObsError {
  return new TinyObsError('query_timeout', 'query timed out in query queue');
}

function canceled(): TinyObsError {
  return new TinyObsError('query_canceled', 'query was canceled in query queue');
}
