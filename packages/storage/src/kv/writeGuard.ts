import { TinyObsError } from '@tinyobs/model';
import type { KeyRange, KeyValueBatch, KeyValueStore } from './keyValueStore.js';

/**
 * Every write of an open store goes through here. After a failed write LevelDB may acknowledge later ones
 * that are gone when it is opened again, so the first failure ends writing on this handle; a write that was
 * under way beside it is not believed either.
 */
export class WriteGuard {
  readonly #onFailure: (error: TinyObsError) => void;
  #failure: TinyObsError | undefined;

  constructor(onFailure: (error: TinyObsError) => void) {
    this.#onFailure = onFailure;
  }

  get failure(): TinyObsError | undefined {
    return this.#failure;
  }

  /** @throws TinyObsError `store_full`, `store_write_failed` */
  async write(batch: KeyValueBatch, options: { readonly sync: boolean }): Promise<void> {
    this.check();
    try {
      await batch.write(options);
    } catch (error) {
      throw this.fail(error);
    }
    this.check();
  }

  /** @throws TinyObsError `store_full`, `store_write_failed` */
  async clear(kv: KeyValueStore, range: KeyRange): Promise<void> {
    this.check();
    try {
      await kv.clear(range);
    } catch (error) {
      throw this.fail(error);
    }
    this.check();
  }

  /** @throws TinyObsError the first failure */
  check(): void {
    if (this.#failure) throw this.#failure;
  }

  /** Ends writing; returns the error that ended it first. */
  fail(error: unknown): TinyObsError {
    if (this.#failure) return this.#failure;
    this.#failure =
      error instanceof TinyObsError
        ? error
        : new TinyObsError('store_write_failed', `the store cannot write any more: ${String(error)}`, {
            cause: error,
          });
    this.#onFailure(this.#failure);
    return this.#failure;
  }
}
