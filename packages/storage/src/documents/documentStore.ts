import type { DocumentKind } from '../kv/keys.js';

export interface StoredDocument {
  readonly id: string;
  readonly bytes: Uint8Array;
}

/**
 * Small records beside the samples, such as API keys and dashboards: as durable as those, under ids of 1 to 64
 * letters, digits, `_` and `-`.
 *
 * All calls throw TinyObsError `invalid_parameter` for ids that are none, `store_closed`, and `store_corrupt` for what
 * is damaged; those that write also `store_full`, `store_write_failed` and `store_busy`. What was not acknowledged may
 * be there or not.
 */
export interface DocumentStore {
  /**
   * All documents of a kind, by id. One that is damaged is left out, which is an event: `get` throws for it, and `put`
   * and `delete` mend it. It throws `store_corrupt` when documents are missing or of an earlier time, or all of them
   * are damaged: so an empty list says that there are none.
   */
  list(kind: DocumentKind): Promise<readonly StoredDocument[]>;
  /** Undefined where there is none. */
  get(kind: DocumentKind, id: string): Promise<Uint8Array | undefined>;
  /**
   * Adds a document of at most 1 MiB, or replaces the one with this id. Resolves when the promise of `durability` is
   * kept.
   *
   * @throws TinyObsError `invalid_parameter` for larger ones, `too_many_documents` past 10,000 of a kind, or 64 MiB
   */
  put(kind: DocumentKind, id: string, bytes: Uint8Array): Promise<void>;
  /** Resolves as `put`, with whether there was one. */
  delete(kind: DocumentKind, id: string): Promise<boolean>;
}
