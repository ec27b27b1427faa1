import type { Store, StoreStats } from '@tinyobs/storage';
import { Gauge, type Registry } from 'prom-client';
import { folderSizeBytes } from './folderSizeBytes.js';
import { type Reading, registerCounters, registerGauges } from './readings.js';

type StoreReading = readonly [name: string, help: string, read: (stats: StoreStats) => number];

const GAUGES: readonly StoreReading[] = [
  [
    'tinyobs_storage_series',
    'Active series: with a sample in the last two windows.',
    (stats) => stats.activeSeries,
  ],
  [
    'tinyobs_storage_indexed_series',
    'Series of which anything is kept, in whatever resolution.',
    (stats) => stats.series,
  ],
  [
    'tinyobs_storage_index_bytes',
    'Memory of the index of series, and of what else is kept in memory for each series.',
    (stats) => stats.indexBytes,
  ],
  ['tinyobs_storage_head_samples', 'Samples in memory, not yet in blocks.', (stats) => stats.headSamples],
  [
    'tinyobs_storage_pending_bytes',
    'Batches that wait to be written to the write-ahead log.',
    (stats) => stats.pendingBytes,
  ],
  [
    'tinyobs_storage_pending_seconds',
    'How long the batch that waits longest has not gone on; it is turned away after 2 seconds.',
    (stats) => stats.pendingMs / 1000,
  ],
  [
    'tinyobs_storage_wal_records',
    'Records of the write-ahead log whose samples are not in blocks yet.',
    (stats) => stats.walRecords,
  ],
  [
    'tinyobs_storage_writes_refused',
    '1 while all writes are refused because of the disk, else 0.',
    (stats) => (stats.writeFailure === undefined ? 0 : 1),
  ],
  [
    'tinyobs_storage_oldest_sample_timestamp_seconds',
    'Time of the oldest sample, Unix seconds; 0 in an empty store.',
    (stats) => (stats.minTimeMs ?? 0) / 1000,
  ],
  [
    'tinyobs_storage_newest_sample_timestamp_seconds',
    'Time of the newest sample, Unix seconds; 0 in an empty store.',
    (stats) => (stats.maxTimeMs ?? 0) / 1000,
  ],
  ['tinyobs_storage_block_samples', 'Samples in blocks.', (stats) => stats.blockSamples],
  ['tinyobs_storage_blocks', 'Blocks.', (stats) => stats.blocks],
  [
    'tinyobs_storage_block_bytes',
    'Bytes of blocks, before the compression of the database.',
    (stats) => stats.blockBytes,
  ],
  ['tinyobs_storage_runs', 'Runs of blocks.', (stats) => stats.runs],
  [
    'tinyobs_storage_rollup_bytes',
    'Bytes of rollups, before the compression of the database.',
    (stats) => stats.rollupBytes,
  ],
  [
    'tinyobs_storage_rollup_backlog_windows',
    'Windows of samples past retention that are to become rollups.',
    (stats) => stats.rollupBacklogWindows,
  ],
  [
    'tinyobs_storage_compaction_backlog_runs',
    'Runs that are due to be merged.',
    (stats) => stats.compactionBacklogRuns,
  ],
  [
    'tinyobs_storage_compaction_progress',
    'How much of the running compaction is done, from 0 to 1; 0 when none runs.',
    (stats) => stats.compactionProgress ?? 0,
  ],
  [
    'tinyobs_storage_deletions',
    'Deletions that are not carried out in all blocks yet.',
    (stats) => stats.deletions,
  ],
  ['tinyobs_storage_exemplars', 'Exemplars that are kept.', (stats) => stats.exemplars],
  [
    'tinyobs_storage_exemplar_bytes',
    'Memory of the exemplars that are kept.',
    (stats) => stats.exemplarBytes,
  ],
];

const COUNTERS: readonly StoreReading[] = [
  ['tinyobs_storage_samples_appended_total', 'Samples written.', (stats) => stats.samplesAppended],
  ['tinyobs_storage_overwrites_total', 'Samples that replaced another value.', (stats) => stats.overwrites],
  ['tinyobs_storage_commits_total', 'Records of the write-ahead log.', (stats) => stats.commits],
  ['tinyobs_storage_flushes_total', 'Heads written into blocks.', (stats) => stats.flushes],
  [
    'tinyobs_storage_windows_rolled_up_total',
    'Windows of samples that became rollups.',
    (stats) => stats.windowsRolledUp,
  ],
  ['tinyobs_storage_compactions_total', 'Runs merged or rewritten.', (stats) => stats.compactions],
  [
    'tinyobs_storage_series_forgotten_total',
    'Series that are not indexed any more, because nothing was kept of them.',
    (stats) => stats.seriesForgotten,
  ],
  [
    'tinyobs_storage_series_rollups_dropped_total',
    'Series whose rollups were dropped because more series were indexed than limits.indexedSeries.',
    (stats) => stats.seriesStripped,
  ],
  [
    'tinyobs_storage_metadata_refused_total',
    'Types, helps and units of metrics that were not kept: of too many metrics, or too long.',
    (stats) => stats.metadataRefused,
  ],
  [
    'tinyobs_storage_exemplars_evicted_total',
    'Exemplars that went because newer ones came.',
    (stats) => stats.exemplarsEvicted,
  ],
  ['tinyobs_storage_runs_dropped_total', 'Runs dropped by retention.', (stats) => stats.runsDropped],
];

/** Metrics that are read from the store at each collection. */
export function registerStoreMetrics(registry: Registry, store: Store, dataDir: string): void {
  const stats = sharedReading(store);
  const ofStats = ([name, help, read]: StoreReading): Reading => [name, help, () => read(stats())];
  registerGauges(registry, GAUGES.map(ofStats));
  registerCounters(registry, COUNTERS.map(ofStats));
  registerGauges(registry, [
    [
      'tinyobs_storage_disk_free_bytes',
      'Free space on the disk of the data folder.',
      () => store.freeDiskBytes ?? Number.POSITIVE_INFINITY,
    ],
  ]);
  new Gauge({
    name: 'tinyobs_storage_disk_bytes',
    help: 'Size of the files in the data folder.',
    registers: [registry],
    async collect() {
      this.set(await folderSizeBytes(dataDir));
    },
  });
}

/** The metrics of one collection are read in one go, so that one reading serves them all. */
function sharedReading(store: Store): () => StoreStats {
  let reading: StoreStats | undefined;
  return () => {
    if (reading) return reading;
    reading = store.stats();
    queueMicrotask(() => {
      reading = undefined;
    });
    return reading;
  };
}
