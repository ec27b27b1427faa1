/**
 * Every bound of the store that is not an option (S6). What is an option has its default here.
 *
 * Memory held by a store is at most about: 2 heads, and `DETACHED_HEADS_MAX` kept by slow queries, of
 * `headSamplesMax` × 16 B, plus 5 B a series for each; `pendingBytesMax` of batches waiting, and of what waits beside
 * them `DOCUMENTS_WAITING_BYTES_MAX` and `AUDIT_WAITING_BYTES_MAX`; one write batch of `writeBatchBytesMax`; one open
 * block and one open time chunk a window of the head being flushed; for each running query what one batch of
 * `SELECT_SAMPLES_TARGET` samples needs, and `SELECT_COLUMNS_KEPT` such batches; `readCacheBytesMax` of blocks; and
 * `exemplarBytesMax` of exemplars, twice as much while their columns move.
 * The series index comes on top, at about 100 B a series, and as much again for each label value that no other has: as
 * many as were indexed at a time, and those forgotten in the last `FORGOTTEN_LABELS_MS`, bounded by the limits of series.
 */
export const DEFAULTS = {
  headSamplesMax: 2_000_000,
  windowMs: 2 * 3_600_000,
  maxWaitMs: 2000,
  readCacheBytesMax: 48 * 2 ** 20,
  limits: { series: 2_000_000, seriesPerMetric: 100_000, indexedSeries: 2_000_000 },
  auditEntriesMax: 100_000,
  tailBytesMax: 2 ** 30,
  exemplarsMax: 100_000,
  exemplarBytesMax: 32 * 2 ** 20,
} as const;

/** Records in a head are numbered with 21 bits while they are sorted (see `flush/seriesGatherer.ts`). */
export const HEAD_SAMPLES_CEILING = 2 ** 21;

/** Samples of one head segment of 16-byte records: 1 MiB. */
export const HEAD_SEGMENT_SAMPLES = 65_536;

/** Flushed heads kept for queries that still read them while new ones take their place. */
export const DETACHED_HEADS_MAX = 2;

/** Distinct windows that one head may touch: each becomes a run, a manifest and two open buffers at flush. */
export const HEAD_WINDOWS_MAX = 1024;

/** Samples of one write-ahead record: bounds the work done between two turns of the event loop. */
export const COMMIT_SAMPLES_MAX = 32_768;

/** New series one write-ahead record may name: adding a series costs about a microsecond. */
export const COMMIT_NEW_SERIES_MAX = 4096;

/** Exemplars one group commit may bring: as with new series, each costs about a microsecond. */
export const COMMIT_EXEMPLARS_MAX = 4096;

/** Memory of an exemplar in a batch that waits, beside its labels, about. */
export const WAITING_EXEMPLAR_BYTES = 256;

/** Memory of a kept exemplar beside its labels: its columns, its place in the table and what its series costs, about. */
export const EXEMPLAR_BYTES = 96;

/** Exemplars that can be told to be kept. */
export const EXEMPLARS_CEILING = 10_000_000;

/** Exemplars of one entry, and the part of all that may be kept that one has at most: the oldest go by entries. */
export const EXEMPLAR_ENTRY_MAX = 512;
export const EXEMPLAR_ENTRY_SHARE = 1 / 64;

/** Bytes of batches that may wait for their commit; more appends wait for room, then get `store_busy`. */
export const PENDING_BYTES_MAX = 64 * 2 ** 20;

/** Bytes of one key-value batch while blocks or series groups are written. */
export const WRITE_BATCH_BYTES_MAX = 4 * 2 ** 20;

/** Write-ahead records removed by one key-value batch. */
export const WAL_REMOVALS_PER_BATCH = 4096;

/** How often the places of followers are stored, and what they do not need any more is removed. */
export const TAIL_SAVE_MS = 2000;

/** Bytes of write-ahead records whose size is known together, and that are let go together. */
export const HELD_STRETCH_BYTES = 2 ** 20;

/** Parts of what was held before whose sizes are asked for when a store is opened. */
export const HELD_SIZES_AT_OPEN = 128;

/** Free space, beside `minFreeBytes`, that what is held for followers leaves free. */
export const HELD_SPARE_BYTES = 128 * 2 ** 20;

/** How long work on the event loop goes on before it lets others run. */
export const SLICE_MS = 3;

/** Size at which a block is cut; a block is at most this plus one entry. */
export const BLOCK_BYTES_TARGET = 8192;

/** Samples of one block entry: raw values of a full entry fill one block. */
export const ENTRY_SAMPLES_MAX = 1024;

/** Size at which a chunk of timestamp columns is cut. */
export const TIME_CHUNK_BYTES_TARGET = 8192;

/** Size at which a series group is sealed. */
export const SERIES_GROUP_BYTES_TARGET = 256 * 1024;

/** Bytes of series groups that are written as fewer in one batch; each is written twice. */
export const SERIES_GROUPS_JOINED_BYTES = 2 ** 20;

/** Samples aimed at in one batch of `select`; one series is never split over two batches. */
export const SELECT_SAMPLES_TARGET = 131_072;

/** Buffers of batches kept for the next queries, each of at most 4 × `SELECT_SAMPLES_TARGET` numbers of 8 B. */
export const SELECT_COLUMNS_KEPT = 4;

/** Most series in one batch of `select`. */
export const SELECT_SERIES_MAX = 4096;

/** Longest that one read may spend on regular expressions over long values or of many instructions, ms. */
export const MATCHING_MS_MAX = 1500;

/** Steps of a match from which on it is timed: below, a thousand matches take half a second at worst. */
export const COUNTED_STEPS_MIN = 10_000;

/** Bytes fetched from the key-value store by one call while scanning. */
export const SCAN_BYTES_PER_READ = 512 * 1024;

/**
 * Replaced values kept for the snapshots of a database that has none itself, in browsers. Past it the readers of
 * these snapshots have to begin again.
 */
export const SNAPSHOT_IMAGE_BYTES_MAX = 64 * 2 ** 20;

/** Key ranges of blocks that one query reads at the same time. */
export const PARALLEL_READS = 4;

/** Metric families whose metadata is kept; further ones are not stored and counted. */
export const METADATA_METRICS_MAX = 100_000;

/** Bytes of one document. */
export const DOCUMENT_BYTES_MAX = 2 ** 20;

/** Documents of one kind: of each the id is in memory. */
export const DOCUMENTS_MAX = 10_000;

/** Bytes of all documents of one kind: `list` reads them into memory. */
export const DOCUMENTS_BYTES_MAX = 64 * 2 ** 20;

/** Bytes of documents that may wait to be written; more get `store_busy`. */
export const DOCUMENTS_WAITING_BYTES_MAX = 16 * 2 ** 20;

/** Bytes of one entry of the audit log. */
export const AUDIT_ENTRY_BYTES_MAX = 64 * 1024;

/** Bytes of audit entries that may wait to be written, all in one batch then; more get `store_busy`. */
export const AUDIT_WAITING_BYTES_MAX = 4 * 2 ** 20;

/** Memory of a document or audit entry that waits to be written, beside its bytes, about. */
export const WAITING_BYTES = 256;

/** Entries that one read of the audit log gives. */
export const AUDIT_READ_MAX = 1000;

/** Entries the audit log can be told to keep. */
export const AUDIT_ENTRIES_CEILING = 10_000_000;

/** The oldest audit entries are removed when there are this part too many: not one with each that is added. */
export const AUDIT_EXCESS = 1 / 64;

/** Audit entries that are removed by one batch at most. */
export const AUDIT_REMOVALS_PER_BATCH = 4096;

/** Characters of name, help and unit of one metric family, and of all of them, that are kept; past them as above. */
export const METADATA_LENGTH_MAX = 16 * 1024;
export const METADATA_TOTAL_LENGTH_MAX = 16 * 2 ** 20;

/** Metrics with new series in the last day that are told apart; 38 counters of 4 B each. */
export const GROWTH_METRICS_MAX = 10_000;

/** Label sets kept as objects for answers, in each of two generations. */
export const LABELS_CACHED_MAX = 50_000;

/** Texts of label names and values kept for grouping, each. */
export const LABEL_TEXTS_CACHED_MAX = 16_384;

/** How long after the end of a window its head is flushed, so that samples on their way still find it. */
export const WINDOW_CLOSE_GRACE_MS = 60_000;

/** How often the clock is asked whether a window has closed. */
export const WINDOW_CHECK_MS = 15_000;

/** Samples of distinct timestamp columns that a run being written compares new ones with, 4 B each. */
export const TIME_COLUMNS_KEPT_SAMPLES = 4 * 2 ** 20;

/** Parts of days. */
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;

/** The final width of windows: closed days become one run. Widths of windows divide it, so that windows nest. */
export const DAY_MS = 24 * 3_600_000;

/** Runs of similar size that are merged before their window is closed: each costs every query a seek. */
export const COMPACTION_RUNS_MIN = 4;

/** Runs of one window that are merged whatever their sizes. */
export const COMPACTION_RUNS_MAX = 12;

/**
 * Runs one compaction merges, each with an iterator and some caches. Runs of one flush are never parted, so
 * windows of less than 6 minutes can make it more.
 */
export const COMPACTION_INPUTS_MAX = 256;

/** A closed window is merged when the runs beside its largest hold at least this part of the samples of that. */
export const COMPACTION_REST_MIN = 1 / 8;

/** How long after its end a window counts as closed: its head is flushed by then. */
export const COMPACTION_GRACE_MS = 2 * WINDOW_CLOSE_GRACE_MS;

/** Blocks a compaction reads at once from each run. */
export const COMPACTION_BLOCKS_PER_READ = 8;

/** Bytes of chunks, and samples of columns read from them, that one compaction keeps, for all its runs. */
export const COMPACTION_CHUNK_BYTES = 16 * 2 ** 20;
export const COMPACTION_COLUMN_SAMPLES = 2 ** 20;

/** How often compaction and retention look for work; they also do after each flush. */
export const COMPACTION_CHECK_MS = 30_000;

/** Deletions are carried out in runs that nothing else rewrites after so long, ms, or when so many wait. */
export const DELETION_WAIT_MS_MAX = 24 * 3_600_000;
export const DELETIONS_WAITING_MAX = 100;

/** Deletions that are not carried out everywhere yet; further ones wait for `cleanTombstones`. */
export const DELETIONS_MAX = 10_000;

/**
 * How long the labels of forgotten series can still be told, ms: to those who read before, and go on with the ids they
 * were given after that.
 */
export const FORGOTTEN_LABELS_MS = 15 * MINUTE_MS;

/** Series are forgotten when they are at least this part of those indexed: postings are gone through as a whole. */
export const FORGET_SHARE_MIN = 1 / 64;

/** Part of the limit of indexed series that is free after rollups of idle ones were dropped, runs being rewritten whole. */
export const INDEXED_SERIES_SPARE = 1 / 8;

/** Slots by which changes are told apart; a power of two. More tell more metrics apart, at 512 B each. */
export const CHANGE_SLOTS = 1024;

/** Changes kept of each slot: more tell the lowest time changed since some moment more closely. */
export const CHANGES_KEPT = 32;

/** How often the disk is looked at: is it too full, or fit again after a failed write? */
export const DISK_CHECK_MS = 2000;

/** Free space that LevelDB needs to start again: two write buffers, and room for tables and our own start. */
export const REOPEN_FREE_BYTES_MIN = 2 * 8 * 2 ** 20 + 64 * 2 ** 20;

/** How long queries that run may go on before the database is closed to be opened again. */
export const DRAIN_MS_MAX = 10_000;
