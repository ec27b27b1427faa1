import { TinyObsError } from '@tinyobs/model';

/**
 * Keeps a query from holding the event loop: loops ask `due` at every few microseconds of work, and `pause`
 * when it is.
 */
export class WorkClock {
  readonly signal: AbortSignal;
  readonly #timeoutMs: number;
  readonly #deadline: number;
  readonly #sliceMs: number;
  #sliceEnd: number;

  constructor(options: { signal: AbortSignal; timeoutMs: number; sliceMs: number }) {
    const now = performance.now();
    this.signal = options.signal;
    this.#timeoutMs = options.timeoutMs;
    this.#deadline = now + options.timeoutMs;
    this.#sliceMs = options.sliceMs;
    this.#sliceEnd = now + options.sliceMs;
  }

  get due(): boolean {
    return performance.now() >= this.#sliceEnd;
  }

  /**
   * Lets the event loop turn once.
   *
   * @throws TinyObsError `query_canceled`, `query_timeout`
   */
  async pause(): Promise<void> {
    this.check();
    await new Promise((resolve) => setImmediate(resolve));
    this.check();
    this.#sliceEnd = performance.now() + this.#sliceMs;
  }

  check(): void {
    if (performance.now() >= this.#deadline) {
      throw new TinyObsError('query_timeout', `query timed out after ${this.#timeoutMs} ms`);
    }
    if (this.signal.aborted) throw new TinyObsError('query_canceled', 'query was canceled');
  }
}
