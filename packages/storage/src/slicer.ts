import { nextTurn } from './kv/platform.js';
import { SLICE_MS } from './limits.js';

/**
 * Cuts long work into slices so that the event loop is never held for long:
 *
 *     if (slicer.due) await slicer.pause();
 *
 * between pieces of work that take well under a millisecond each.
 */
export class Slicer {
  #endMs = performance.now() + SLICE_MS;

  get due(): boolean {
    return performance.now() >= this.#endMs;
  }

  async pause(): Promise<void> {
    await nextTurn();
    this.#endMs = performance.now() + SLICE_MS;
  }
}
