import type { GroupCommit } from './commit/groupCommit.js';
import type { Compactor } from './compaction/compactor.js';
import type { Flusher } from './flush/flusher.js';
import type { Forgetter } from './forget/forgetter.js';
import type { Querier } from './query/querier.js';
import type { StoreSettings } from './storeOptions.js';
import type { StoreParts } from './storeParts.js';

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
  /** When the current window of the clock ends, ms: soon after, what is in it is flushed and merged. */
  readonly windowEndMs: number;
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
  /** Exemplars that are kept, the memory they take, and those that went because others came. */
  readonly exemplars: number;
  readonly exemplarBytes: number;
  readonly exemplarsEvicted: number;
  /** Changes of metadata that were not kept: of too many metrics, or too long. */
  readonly metadataRefused: number;
  readonly corruptions: number;
  /** Samples read back from write-ahead records when the store was opened. */
  readonly replayedSamples: number;
  /** The code appends are refused with since a write failed. */
  readonly writeFailure: 'store_write_failed' | 'store_full' | undefined;
}

export interface StatsContext extends StoreParts {
  readonly settings: StoreSettings;
  readonly commits: GroupCommit;
  readonly flusher: Flusher;
  readonly compactor: Compactor;
  readonly forgetter: Forgetter;
  readonly querier: Querier;
  readonly corruptions: number;
  readonly replayedSamples: number;
}

export function readStats(context: StatsContext): StoreStats {
  const { index, cardinality, heads, metadata, exemplars, commits, flusher, compactor, querier } = context;
  const failure = context.writes.failure?.code;
  return {
    series: index.count - (index.end - index.visible),
    activeSeries: cardinality.active,
    seriesForgotten: context.forgetter.forgotten,
    seriesStripped: compactor.seriesStripped,
    indexBytes: index.sizeBytes + cardinality.sizeBytes + heads.seriesBytes,
    labelTextBytes: index.symbols.sizeBytes,
    postingBytes: index.postings.sizeBytes,
    headSamples: heads.samples,
    headSamplesMax: 2 * context.settings.headSamplesMax,
    pendingBytes: commits.pendingBytes,
    pendingMs: commits.pendingMs,
    ...readRuns(context),
    windowEndMs: windowEnd(context.settings),
    walRecords: commits.nextSeq - context.catalog.root.walLow,
    samplesAppended: commits.samplesAppended,
    samplesRefused: commits.samplesRefused,
    overwrites: flusher.overwrites,
    commits: commits.commits,
    flushes: flusher.flushes,
    deletions: context.catalog.deletions.length,
    runsDropped: compactor.runsDropped,
    windowsRolledUp: compactor.windowsRolledUp,
    rollupBacklogWindows: compactor.backlogWindows,
    compactions: compactor.compactions,
    compactionBacklogRuns: compactor.backlogRuns,
    compactionProgress: compactor.progress,
    queriesRunning: querier.running,
    readCacheBytes: querier.readCacheBytes,
    exemplars: exemplars.count,
    exemplarBytes: exemplars.sizeBytes,
    exemplarsEvicted: exemplars.evicted,
    metadataRefused: metadata.refused,
    corruptions: context.corruptions,
    replayedSamples: context.replayedSamples,
    writeFailure: failure === 'store_full' || failure === undefined ? failure : 'store_write_failed',
  };
}

function windowEnd({ now, windowMs }: StoreSettings): number {
  return (Math.floor(now() / windowMs) + 1) * windowMs;
}

function readRuns({ catalog, heads }: StatsContext) {
  const { runs, rawRuns, rollupRuns } = catalog;
  const sum = (field: 'blocks' | 'sizeBytes' | 'samples', some = runs) =>
    some.reduce((total, run) => total + run[field], 0);
  const minMs = runs.reduce((min, run) => Math.min(min, run.minMs), heads.minMs);
  const maxMs = runs.reduce((max, run) => Math.max(max, run.maxMs), heads.maxMs);
  return {
    runs: runs.length,
    blocks: sum('blocks'),
    blockBytes: sum('sizeBytes'),
    rollupBytes: sum('sizeBytes', rollupRuns),
    blockSamples: sum('samples', rawRuns),
    minTimeMs: Number.isFinite(minMs) ? minMs : undefined,
    maxTimeMs: Number.isFinite(maxMs) ? maxMs : undefined,
  };
}
