import { type Matcher, TinyObsError } from '@tinyobs/model';
import { COUNTED_STEPS_MIN, MATCHING_MS_MAX } from '../limits.js';
import { Slicer } from '../slicer.js';

/**
 * What every running query carries: it yields to the event loop, and stops when the caller aborts or the
 * store closes.
 */
export class QueryGuard {
  readonly #signal: AbortSignal;
  readonly #closing: AbortSignal;
  readonly #slicer = new Slicer();
  #matchingMs = 0;

  constructor(signal: AbortSignal, closing: AbortSignal) {
    this.#signal = signal;
    this.#closing = closing;
  }

  /** @throws TinyObsError `store_closed`, `query_canceled` */
  check(): void {
    if (this.#closing.aborted) throw new TinyObsError('store_closed', 'the store was closed');
    if (this.#signal.aborted) {
      throw new TinyObsError('query_canceled', 'the query was canceled', { cause: this.#signal.reason });
    }
  }

  get due(): boolean {
    return this.#slicer.due;
  }

  /**
   * Whether a value passes a matcher; what long ones take is counted.
   *
   * @throws TinyObsError `query_execution`
   */
  matches(matcher: Matcher, value: string): boolean {
    if (matcher.stepsOf(value) < COUNTED_STEPS_MIN) return matcher.matches(value);
    const startedMs = performance.now();
    const passes = matcher.matches(value);
    this.#matchingMs += performance.now() - startedMs;
    if (this.#matchingMs <= MATCHING_MS_MAX) return passes;
    throw new TinyObsError(
      'query_execution',
      `the regular expressions of the selectors take longer than ${MATCHING_MS_MAX} ms; simplify them`,
    );
  }

  /** Lets others run; throws like `check`. */
  async pause(): Promise<void> {
    await this.#slicer.pause();
    this.check();
  }
}
