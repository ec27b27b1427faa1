import type { KeyValueBatch, KeyValueStore } from '../kv/keyValueStore.js';
import { sealInPlace } from '../kv/seal.js';
import type { WriteGuard } from '../kv/writeGuard.js';
import { WRITE_BATCH_BYTES_MAX } from '../limits.js';
import { Slicer } from '../slicer.js';

/**
 * Gathers sealed values into batches of bounded size; nothing here is visible before a later batch names it.
 * Each batch is synced like the one that names it: LevelDB changes its log file in between, and a sync of the
 * new file does not cover the old one.
 */
export class WriteQueue {
  readonly #kv: KeyValueStore;
  readonly #writes: WriteGuard;
  readonly #sync: boolean;
  #batch: KeyValueBatch;
  readonly #slicer = new Slicer();

  constructor(kv: KeyValueStore, writes: WriteGuard, options: { readonly sync: boolean }) {
    this.#kv = kv;
    this.#writes = writes;
    this.#sync = options.sync;
    this.#batch = kv.batch();
  }

  /** Takes a value with room for its seal; returns the checksum. */
  readonly put = (key: Uint8Array, value: Uint8Array): number => {
    const sum = sealInPlace(key, value);
    this.#batch.put(key, value);
    return sum;
  };

  /** Call between pieces of work: writes what has gathered, lets others run. */
  readonly breathe = async (): Promise<void> => {
    if (this.#batch.sizeBytes >= WRITE_BATCH_BYTES_MAX) await this.write();
    if (this.#slicer.due) await this.#slicer.pause();
  };

  get wantsBreath(): boolean {
    return this.#batch.sizeBytes >= WRITE_BATCH_BYTES_MAX || this.#slicer.due;
  }

  /** Writes what has gathered. */
  async write(): Promise<void> {
    const batch = this.#batch;
    this.#batch = this.#kv.batch();
    if (batch.sizeBytes > 0) await this.#writes.write(batch, { sync: this.#sync });
  }
}
