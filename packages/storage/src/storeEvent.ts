import type { TinyObsError } from '@tinyobs/model';

/** What happened inside a store, for logs and metrics. Handlers are called synchronously and must not throw. */
export type StoreEvent =
  | {
      readonly type: 'synced';
      /** Time the key-value store took for one group commit. */
      readonly durationMs: number;
      readonly samples: number;
      readonly newSeries: number;
      readonly sizeBytes: number;
    }
  | {
      readonly type: 'flushed';
      readonly durationMs: number;
      readonly samples: number;
      readonly series: number;
      /** One run per window the head touched. */
      readonly runs: number;
      readonly blocks: number;
      /** Blocks and timestamp columns, before the compression of the key-value store. */
      readonly sizeBytes: number;
    }
  | {
      /** `rolled_up`: rollups take the place of the raw runs of a window. */
      readonly type: 'compacted' | 'rolled_up';
      readonly durationMs: number;
      /** The window of the new run, ms, the end exclusive. */
      readonly windowMs: number;
      readonly windowEndMs: number;
      /** Runs that were merged, and what they held. */
      readonly runs: number;
      readonly samplesBefore: number;
      readonly sizeBytesBefore: number;
      /**
       * What is left: less where samples were written twice, deleted or expired. Of rollups each of the seven
       * values of a bucket counts.
       */
      readonly samples: number;
      readonly sizeBytes: number;
    }
  /** Retention dropped runs. */
  | {
      readonly type: 'expired';
      readonly durationMs: number;
      readonly runs: number;
      readonly samples: number;
      readonly sizeBytes: number;
      /** Time of the newest sample that was dropped, ms. */
      readonly maxMs: number;
    }
  /** Nothing is kept any more of some series: they are not indexed from now on. */
  | { readonly type: 'forgotten'; readonly durationMs: number; readonly series: number }
  /** More series are indexed than may be: all rollups of those idle for longest were dropped. */
  | {
      readonly type: 'rollups_dropped';
      readonly durationMs: number;
      readonly series: number;
      /** Runs that were rewritten without them, or dropped, and how much smaller they became. */
      readonly runs: number;
      readonly sizeBytes: number;
    }
  /** Work of the background came to nothing; what it means is said by `corruption` or `write_failed`. */
  | {
      readonly type: 'work_failed';
      readonly work: 'flush' | 'compaction' | 'rollup';
      readonly durationMs: number;
      readonly error: TinyObsError;
    }
  | {
      readonly type: 'replayed';
      readonly durationMs: number;
      readonly records: number;
      readonly samples: number;
      /** Series known after the replay. */
      readonly series: number;
    }
  /** A stored value failed its checksum, or one that must be there is missing. */
  | { readonly type: 'corruption'; readonly error: TinyObsError }
  /** The key-value store said at open that it dropped something. */
  | { readonly type: 'open_warning'; readonly message: string }
  /** A write failed: from now on appends are refused with this error's code, reads go on. */
  | { readonly type: 'write_failed'; readonly error: TinyObsError }
  /** The database was opened again after a failed write: writes are taken again. */
  | { readonly type: 'reopened'; readonly durationMs: number }
  /** Opening again failed; it will be tried once more. */
  | { readonly type: 'reopen_failed'; readonly error: TinyObsError }
  /** Less than `minFreeBytes` are free: writes are refused until there is more. */
  | { readonly type: 'disk_low'; readonly freeBytes: number }
  | { readonly type: 'disk_recovered'; readonly freeBytes: number };

export type StoreEventHandler = (event: StoreEvent) => void;
