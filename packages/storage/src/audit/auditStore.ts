export interface AuditEntry {
  readonly seq: number;
  readonly bytes: Uint8Array;
}

export interface AuditReadOptions {
  /** Entries with lower numbers; undefined for the newest. */
  readonly beforeSeq?: number;
  /** From 1 to 1000. */
  readonly limit: number;
}

/**
 * A log that is only added to, as durable as samples: the newest entries, `auditEntriesMax` of them, under numbers that
 * climb by one from 1 on.
 */
export interface AuditStore {
  /**
   * Adds an entry of at most 64 KiB. Resolves with its number when the promise of `durability` is kept; entries that
   * arrive together are written together. One that fails may be there when the store is opened again.
   *
   * @throws TinyObsError `invalid_parameter` for larger ones, `store_closed`, `store_full`, `store_write_failed`,
   * `store_busy`; `store_corrupt` when it is not known any more which entries there are
   */
  append(bytes: Uint8Array): Promise<number>;
  /**
   * The newest entries before a number, the newest first; fewer than `limit` only where there are no more. Numbers are
   * left out where an earlier repair found entries lost.
   *
   * @throws TinyObsError `invalid_parameter`, `store_closed`; `store_corrupt` when one of these entries is damaged or
   * missing, others can still be read
   */
  read(options: AuditReadOptions): Promise<readonly AuditEntry[]>;
}
