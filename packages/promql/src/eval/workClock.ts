import { TinyObsError } from '@tinyobs/model';

/** Every so many questions the clock is really read; reading it costs as much as a small piece of work. */
const QUESTIONS_PER_READING = 8;

/**
 * Keeps a query from holding the event loop, and from going on when it should not. Loops ask `due` after every
 * few microseconds of work, and `pause` when it is. To be closed when the query ends.
 */
export class WorkClock {
  /** Aborts when the query has to stop, for either reason. */
  readonly signal: AbortSignal;
  readonly #caller: AbortSignal | undefined;
  readonly #timeout = new AbortController();
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #timeoutMs: number;
  readonly #deadline: number;
  readonly #sliceMs: number;
  #sliceEnd: number;
  #questions = 0;

  constructor(options: { signal?: AbortSignal; timeoutMs: number; sliceMs: number }) {
    const now = performance.now();
    this.#caller = options.signal;
    this.#timeoutMs = options.timeoutMs;
    this.#deadline = now + options.timeoutMs;
    this.#sliceMs = options.sliceMs;
    this.#sliceEnd = now + options.sliceMs;
    this.#timer = setTimeout(() => this.#timeout.abort(), options.timeoutMs);
    keepNothingAlive(this.#timer);
    const { signal } = this.#timeout;
    this.signal = options.signal ? AbortSignal.any([options.signal, signal]) : signal;
  }

  get due(): boolean {
    if (++this.#questions < QUESTIONS_PER_READING) return false;
    this.#questions = 0;
    return performance.now() >= this.#sliceEnd;
  }

  /**
   * Lets the event loop turn once.
   *
   * @throws TinyObsError `query_canceled`, `query_timeout`
   */
  async pause(): Promise<void> {
    this.check();
    await nextTurn();
    this.check();
    this.#sliceEnd = performance.now() + this.#sliceMs;
  }

  /** @throws TinyObsError `query_canceled`, `query_timeout` */
  check(): void {
    if (this.#caller?.aborted)
      throw new TinyObsError('query_canceled', 'query was canceled in expression evaluation');
    if (this.#timeout.signal.aborted || performance.now() >= this.#deadline) {
      throw new TinyObsError('query_timeout', 'query timed out in expression evaluation', {
        details: { timeoutMs: this.#timeoutMs },
      });
    }
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}

/** Browsers have no `setImmediate`, and their timers wait for milliseconds: there, a message does it. */
const nextTurn: () => Promise<void> =
  typeof setImmediate === 'function'
    ? () => new Promise((resolve) => setImmediate(resolve))
    : () =>
        new Promise((resolve) => {
          const { port1, port2 } = new MessageChannel();
          port1.addEventListener('message', () => {
            port1.close();
            resolve();
          });
          port1.start();
          port2.postMessage(undefined);
        });

/** A timer of Node is an object that would keep the process running; that of a browser is a number. */
function keepNothingAlive(timer: { unref?(): unknown } | number): void {
  if (typeof timer === 'object') timer.unref?.();
}
