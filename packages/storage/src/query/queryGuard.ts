import { TinyObsError } from '@tinyobs/model';
import { Slicer } from '../slicer.js';

/**
 * What every running query carries: it yields to the event loop, and stops when the caller aborts or the
 * store closes.
 */
export class QueryGuard {
  readonly #signal: AbortSignal;
  readonly #closing: AbortSignal;
  readonly #slicer = new Slicer();

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

  /** Lets others run; throws like `check`. */
  async pause(): Promise<void> {
    await this.#slicer.pause();
    this.check();
  }
}
