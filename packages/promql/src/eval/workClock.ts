import { TinyObsError } from '@tinyobs/model';

/** After so many values handled the clock is really read; reading it costs as much as a small piece of work. */
const VALUES_PER_READING = 16_384;

/** What a question weighs whose work is not known: a few microseconds, such as what is done with labels. */
const VALUES_PER_QUESTION = VALUES_PER_READING / 8;

/**
 * Keeps a query from holding the event loop, and from going on when it should not. Loops ask `due` after every
 * few microseconds of work, or `dueAfter` with the number of values handled, and `pause` when it is. To be closed
 * when the query ends.
 */
export class WorkClock {
  /** Aborts when the query has to stop, for either reason. */
  readonly signal: AbortSignal;
  readonly #caller: AbortSignal | undefined;
  readonly #stop = new AbortController();
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #timeoutMs: number;
  readonly #deadline: number;
  readonly #sliceMs: number;
  #sliceEnd: number;
  #valuesSinceReading = 0;
  #isTimedOut = false;
  readonly #onAbort = (): void => this.#stop.abort();

  constructor(options: { signal?: AbortSignal; timeoutMs: number; sliceMs: number }) {
    const now = performance.now();
    this.#caller = options.signal;
    this.#timeoutMs = options.timeoutMs;
    this.#deadline = now + options.timeoutMs;
    this.#sliceMs = options.sliceMs;
    this.#sliceEnd = now + options.sliceMs;
    this.#timer = setTimeout(() => {
      this.#isTimedOut = true;
      this.#stop.abort();
    }, options.timeoutMs);
    keepNothingAlive(this.#timer);
    this.signal = this.#stop.signal;
    // `AbortSignal.any` takes as long as all else that begins a query.
    if (options.signal?.aborted) this.#stop.abort();
    else options.signal?.addEventListener('abort', this.#onAbort);
  }

  get due(): boolean {
    return this.dueAfter(VALUES_PER_QUESTION);
  }

  /** Whether to pause, now that so many more values were handled, each in some nanoseconds. */
  dueAfter(values: number): boolean {
    this.#valuesSinceReading += values;
    if (this.#valuesSinceReading < VALUES_PER_READING) return false;
    this.#valuesSinceReading = 0;
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
    if (this.#isTimedOut || performance.now() >= this.#deadline) {
      throw new TinyObsError('query_timeout', 'query timed out in expression evaluation', {
        details: { timeoutMs: this.#timeoutMs },
      });
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#caller?.removeEventListener('abort', this.#onAbort);
  }
}

/** Queries that wait for a turn of the event loop, which goes on for one of them only: others have work, too. */
const waiting: (() => void)[] = [];

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length === 1) afterTurn(goOn);
  });
}

function goOn(): void {
  const next = waiting.shift();
  if (waiting.length > 0) afterTurn(goOn);
  next?.();
}

/** Browsers have no `setImmediate`, and their timers wait for milliseconds: there, a message does it. */
const afterTurn: (work: () => void) => void =
  typeof setImmediate === 'function'
    ? setImmediate
    : (work) => {
        const { port1, port2 } = new MessageChannel();
        port1.addEventListener('message', () => {
          port1.close();
          work();
        });
        port1.start();
        port2.postMessage(undefined);
      };

/** A timer of Node is an object that would keep the process running; that of a browser is a number. */
function keepNothingAlive(timer: { unref?(): unknown } | number): void {
  if (typeof timer === 'object') timer.unref?.();
}
