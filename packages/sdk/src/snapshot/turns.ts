import { SLICE_MS } from '../constants.js';

/** Cuts a long job into slices, between which whatever else the process has to do gets its turn. */
export class Turns {
  #startedMs = performance.now();

  /** Whether the slice has lasted long enough; then `next` should be awaited. */
  get isOver(): boolean {
    return performance.now() - this.#startedMs >= SLICE_MS;
  }

  async next(): Promise<void> {
    await new Promise<void>((resolve) => {
      // Browsers have no setImmediate.
      if (typeof setImmediate === 'function') setImmediate(resolve);
      else setTimeout(resolve, 0);
    });
    this.#startedMs = performance.now();
  }
}
