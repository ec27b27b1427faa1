import type { Heads } from '../head/heads.js';
import type { WriteGuard } from '../kv/writeGuard.js';
import { WINDOW_CLOSE_GRACE_MS } from '../limits.js';

export interface WindowClockContext {
  readonly heads: Heads;
  readonly writes: WriteGuard;
  readonly windowMs: number;
  readonly now: () => number;
  readonly flush: () => Promise<void>;
}

/** Flushes the active head when a window of the clock has closed since its first samples came. */
export class WindowClock {
  readonly #context: WindowClockContext;
  #isClosing = false;

  constructor(context: WindowClockContext) {
    this.#context = context;
  }

  look(): void {
    const { heads, writes, windowMs, now, flush } = this.#context;
    const { openedMs, committed } = heads.active;
    if (writes.failure || openedMs === undefined || committed === 0 || this.#isClosing) return;
    const windowOf = (timeMs: number) => Math.floor((timeMs - WINDOW_CLOSE_GRACE_MS) / windowMs);
    if (windowOf(now()) <= windowOf(openedMs)) return;
    this.#isClosing = true;
    flush()
      .catch((error: unknown) => void writes.fail(error))
      .finally(() => {
        this.#isClosing = false;
      });
  }
}
