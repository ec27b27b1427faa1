import { WriteBatch } from './writeBatch.js';

/** Batches kept for later, and the longest that are: as many as are often under way, of usual size. */
const BATCHES_KEPT_MAX = 8;
const BATCH_KEPT_BYTES_MAX = 2 * 1024 * 1024;

/** Series index, row, time and value. */
const SAMPLE_BYTES = 24;

/** Batches that have grown already: a new one costs the pages of its arrays, and the collector's time. */
export class BatchPool {
  readonly #free: WriteBatch[] = [];

  /** An empty batch, for `use` until what it returned settles. */
  async use<T>(use: (batch: WriteBatch) => Promise<T>): Promise<T> {
    const batch = this.#free.pop() ?? new WriteBatch();
    try {
      return await use(batch);
    } finally {
      batch.clear();
      if (this.#free.length < BATCHES_KEPT_MAX && sizeBytes(batch) <= BATCH_KEPT_BYTES_MAX) {
        this.#free.push(batch);
      }
    }
  }
}

function sizeBytes({ arena, times }: WriteBatch): number {
  return arena.length + times.length * SAMPLE_BYTES;
}
