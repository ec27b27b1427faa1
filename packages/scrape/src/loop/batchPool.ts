import { WriteBatch } from '@tinyobs/model';
import { BATCH_KEPT_SAMPLES_MAX, BATCHES_KEPT_MAX } from '../limits.js';

/** Batches that have grown already, for the scrapes of all targets: a new one costs the pages of its arrays. */
export class BatchPool {
  readonly #free: WriteBatch[] = [];

  /** An empty batch, for `use` until what it returned settles. */
  async use<T>(use: (batch: WriteBatch) => Promise<T>): Promise<T> {
    const batch = this.#free.pop() ?? new WriteBatch();
    try {
      return await use(batch);
    } finally {
      batch.clear();
      if (this.#free.length < BATCHES_KEPT_MAX && isSmall(batch)) this.#free.push(batch);
    }
  }
}

function isSmall({ times }: WriteBatch): boolean {
  return times.length <= BATCH_KEPT_SAMPLES_MAX;
}
