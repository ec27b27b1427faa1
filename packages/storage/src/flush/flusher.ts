import type { GroupCommit } from '../commit/groupCommit.js';
import type { Heads } from '../head/heads.js';
import type { StoreEventHandler } from '../storeEvent.js';
import { removeWalRecords } from '../wal/replay.js';
import { type FlushContext, flushHead } from './flushHead.js';

export interface FlusherContext extends FlushContext {
  readonly heads: Heads;
  readonly onEvent: StoreEventHandler;
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
    const head = this.#context.heads.seal();
    const { catalog, heads, kv, writes, onEvent } = this.#context;
    const { walLow } = catalog.root;
    const run = catalog.root.nextRun;
    const startMs = performance.now();
    const flushing = async () => {
      const { manifests, samples, series, overwrites } = await flushHead(head, this.#context);
      heads.flushed(run);
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
      await removeWalRecords(kv, writes, { fromSeq: walLow, beforeSeq: catalog.root.walLow });
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
    for (let sealed = false; !sealed; ) {
      await this.#running;
      writes.check();
      sealed = await commits.between(() => {
        if (heads.active.committed === 0) return true;
        if (!heads.canSeal) return false;
        this.sealActive();
        return true;
      });
      if (!sealed) await Promise.race([heads.changed(), this.#running]);
    }
    await this.#running;
    writes.check();
  }
}
