import type { GroupCommit } from '../commit/groupCommit.js';
import type { StoreEventHandler } from '../storeEvent.js';
import type { Tails } from '../tail/tails.js';
import { type FlushContext, flushHead } from './flushHead.js';

export interface FlusherContext extends FlushContext {
  readonly onEvent: StoreEventHandler;
  readonly tails: Tails;
  /** A head is in blocks, those of its write-ahead records that nobody follows are removed. */
  readonly onFlushed: () => void;
}

/** Flushes sealed heads, one at a time, in the order they were sealed. */
export class Flusher {
  flushes = 0;
  overwrites = 0;
  readonly #context: FlusherContext;
  #running: Promise<void> = Promise.resolve();

  constructor(context: FlusherContext) {
    this.#context = context;
  }

  /** Seals the active head and flushes it; call between two commits, when the other head is free. */
  sealActive(): void {
    const { catalog, heads, tails, writes, onEvent, onFlushed } = this.#context;
    const head = heads.seal(catalog.root.nextRun);
    const startMs = performance.now();
    const flushing = async () => {
      const { manifests, samples, series, overwrites } = await flushHead(head, this.#context).catch(
        (cause: unknown) => {
          const error = writes.fail(cause);
          const durationMs = performance.now() - startMs;
          onEvent({ type: 'work_failed', work: 'flush', durationMs, error });
          throw error;
        },
      );
      this.flushes++;
      this.overwrites += overwrites;
      const sum = (field: 'blocks' | 'sizeBytes') => manifests.reduce((total, run) => total + run[field], 0);
      onEvent({
        type: 'flushed',
        durationMs: performance.now() - startMs,
        samples,
        series,
        runs: manifests.length,
        blocks: sum('blocks'),
        sizeBytes: sum('sizeBytes'),
      });
      await tails.trim();
      onFlushed();
    };
    // Whatever went wrong, the head cannot be flushed by this handle any more.
    const ended = flushing().catch((error: unknown) => void writes.fail(error));
    this.#running = this.#running.then(() => ended);
  }

  /** Resolves when the flushes begun before the call have ended, well or not. */
  idle(): Promise<void> {
    return this.#running;
  }

  /**
   * Resolves when everything committed before the call is in blocks.
   *
   * @throws TinyObsError `store_full`, `store_write_failed`
   */
  async flush(commits: GroupCommit): Promise<void> {
    const { heads, writes } = this.#context;
    for (;;) {
      await this.#running;
      writes.check();
      const attempt = await commits.between(() => {
        if (heads.active.committed > 0 && !heads.canSeal) return { changed: heads.changed() };
        if (heads.active.committed > 0) this.sealActive();
        return 'sealed' as const;
      });
      if (attempt === 'sealed') break;
      await attempt.changed;
    }
    await this.#running;
    writes.check();
  }
}
