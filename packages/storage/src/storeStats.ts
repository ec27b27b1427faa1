/** A reading of a store's counters and sizes. Counters start at zero when the store is opened. */
export interface StoreStats {
  /** Series that are indexed: anything is kept of them, or was until lately. */
  readonly series: number;
  /** Series with a sample in the current or the previous window of the clock. */
  readonly activeSeries: number;
  /** Series that are not indexed any more, because nothing is kept of them. */
  readonly seriesForgotten: number;
  /** Series whose rollups were dropped because too many were indexed. */
  readonly seriesStripped: number;
  /** Memory of the index, of what is known of active series, and of what heads keep for each series. */
  readonly indexBytes: number;
  /** Of `indexBytes`, what the texts of label names and values take, and the lists of the series of each label. */
  readonly labelTextBytes: number;
  readonly postingBytes: number;
  /** Samples in the heads, committed and not yet in blocks. */
  readonly headSamples: number;
  /** Samples that fit into both heads. */
  readonly headSamplesMax: number;
  /** Batches that wait for their commit, and how long the one that waits longest has not gone on, ms. */
  readonly pendingBytes: number;
  readonly pendingMs: number;
  readonly runs: number;
  readonly blocks: number;
  /** Blocks and timestamp columns, before the compression of the key-value store. */
  readonly blockBytes: number;
  /** Of `blockBytes`, those of rollups. */
  readonly rollupBytes: number;
  /** Samples in blocks, rollups left out; one written to several runs counts in each. */
  readonly blockSamples: number;
  /** Times of the oldest and newest sample, undefined for an empty store. */
  readonly minTimeMs: number | undefined;
  readonly maxTimeMs: number | undefined;
  readonly walRecords: number;
  readonly samplesAppended: number;
  readonly samplesRefused: number;
  /**
   * Samples that replaced another value of the same series and time, as far as both were in one head: counted
   * when it is flushed.
   */
  readonly overwrites: number;
  readonly commits: number;
  readonly flushes: number;
  /** Deletions that are not carried out everywhere yet. */
  readonly deletions: number;
  /** Runs that retention dropped whole. */
  readonly runsDropped: number;
  /** Raw windows that became rollups, and those that are due to. */
  readonly windowsRolledUp: number;
  readonly rollupBacklogWindows: number;
  readonly compactions: number;
  /** Runs that are due to be merged now. */
  readonly compactionBacklogRuns: number;
  /** How much of the compaction that is running is done, from 0 to 1; undefined when none is. */
  readonly compactionProgress: number | undefined;
  readonly queriesRunning: number;
  /** Memory of blocks and timestamp columns that are kept for the next queries. */
  readonly readCacheBytes: number;
  /** Changes of metadata that were not kept: of too many metrics, or too long. */
  readonly metadataRefused: number;
  readonly corruptions: number;
  /** Samples read back from write-ahead records when the store was opened. */
  readonly replayedSamples: number;
  /** The code appends are refused with since a write failed. */
  readonly writeFailure: 'store_write_failed' | 'store_full' | undefined;
}
