/**
 * The port to what keeps bytes. Keys and values are bytes, keys ordered bytewise. Implementations pass the one
 * suite in `keyValueStore.suite.ts`.
 */
export interface KeyValueStore {
  batch(): KeyValueBatch;
  get(key: Uint8Array, snapshot?: KeyValueSnapshot): Promise<Uint8Array | undefined>;
  getMany(keys: readonly Uint8Array[], snapshot?: KeyValueSnapshot): Promise<(Uint8Array | undefined)[]>;
  /**
   * Entries in key order: those `snapshot` saw, or those that are there now. Without a snapshot it is left open
   * whether what is written meanwhile is met.
   */
  iterate(range: KeyRange, snapshot?: KeyValueSnapshot): KeyValueIterator;
  /** Sees what was written before this call, taken in this tick. */
  snapshot(): KeyValueSnapshot;
  /**
   * Removes every entry of the range, in pieces and without a sync: for what nothing names any more.
   *
   * @throws TinyObsError like `KeyValueBatch.write`
   */
  clear(range: KeyRange): Promise<void>;
  compactRange(range: KeyRange): Promise<void>;
  /** Bytes on disk of the range, about; 0 where nothing is on a disk. */
  approximateSize(range: KeyRange): Promise<number>;
  /** What the last open found and gave up, in the words of the implementation. */
  readonly openWarnings: readonly string[];
  /** Closes iterators and snapshots too. Idempotent. */
  close(): Promise<void>;
  /** Opens again what was closed. */
  reopen(): Promise<void>;
}

/** From `gte` up to but without `lt`. */
export interface KeyRange {
  readonly gte: Uint8Array;
  readonly lt: Uint8Array;
}

/** Writes that become visible together or not at all. Used once: after `write` it is spent. */
export interface KeyValueBatch {
  /** Copies both: the caller may reuse the bytes at once. */
  put(key: Uint8Array, value: Uint8Array): void;
  del(key: Uint8Array): void;
  /** Bytes of the keys and values of the entries so far. */
  readonly sizeBytes: number;
  /**
   * With `sync` the promise is kept only when the bytes would survive a power cut.
   *
   * @throws TinyObsError `store_full`, `store_write_failed`; nothing may be written on this handle after that.
   */
  write(options: { readonly sync: boolean }): Promise<void>;
}

export interface KeyValueIterator {
  /** The next entries, at most about `SCAN_BYTES_PER_READ` bytes and `countMax` of them; none at the end. */
  next(countMax: number): Promise<[key: Uint8Array, value: Uint8Array][]>;
  close(): Promise<void>;
}

/**
 * Readers are not held up by writes. Where the database itself has no snapshots, reading from one fails with
 * `store_busy` after too much of what it saw was rewritten or removed.
 */
export interface KeyValueSnapshot {
  close(): Promise<void>;
}
