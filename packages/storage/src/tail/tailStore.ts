import type { SampleColumns } from '../head/head.js';

/** Records of one read at most; what they hold is bounded by `SCAN_BYTES_PER_READ` as well. */
export const RECORDS_PER_READ = 64;

/** Samples that were committed together, in the order in which they came. */
export interface TailRecord extends SampleColumns {
  readonly seq: number;
}

export interface TailRead {
  readonly records: TailRecord[];
  /** Number of the record to read next: the one that was asked for when there is nothing new. */
  nextSeq: number;
  /** Records that had to be passed over: they were let go, or are damaged. */
  lostRecords: number;
}

export function emptyRead(nextSeq: number, lostRecords: number): TailRead {
  return { records: [], nextSeq, lostRecords };
}

/**
 * What a store commits, for those whom its option `tails` names: each has a place, the number of a write-ahead record,
 * which survives the end of the process. What is behind it is kept, up to `tails.sizeBytesMax`. Whoever is named for
 * the first time begins with what comes next.
 */
export interface TailStore {
  /** The first record that a follower has not acknowledged; undefined where nobody has this name. */
  position(name: string): number | undefined;
  /**
   * The next committed samples from a record on; none when there is nothing new.
   *
   * @throws TinyObsError `store_closed` and others of the database
   */
  read(fromSeq: number): Promise<TailRead>;
  /** Says that a follower needs nothing before a record any more. It is stored within seconds, and when the store is closed. */
  acknowledge(name: string, beforeSeq: number): void;
  /** Number of the record that comes next. */
  readonly endSeq: number;
  /** Bytes of records that are kept for followers alone. */
  readonly heldBytes: number;
}
