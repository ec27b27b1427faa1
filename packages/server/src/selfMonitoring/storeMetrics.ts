import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store, StoreStats } from '@tinyobs/storage';
import { Counter, Gauge, type Registry } from 'prom-client';

type Reading = readonly [name: string, help: string, read: (stats: StoreStats) => number];

const GAUGES: readonly Reading[] = [
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
  ['tinyobs_storage_block_samples', 'Samples in blocks.', (stats) => stats.blockSamples],
  ['tinyobs_storage_blocks', 'Blocks.', (stats) => stats.blocks],
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
];

const COUNTERS: readonly Reading[] = [
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
  ['tinyobs_storage_runs_dropped_total', 'Runs dropped by retention.', (stats) => stats.runsDropped],
];

/** Metrics that are read from the store at each collection. */
export function registerStoreMetrics(registry: Registry, store: Store, dataDir: string): void {
  const registers = [registry];
  for (const [name, help, read] of GAUGES) {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read(store.stats()));
      },
    });
  }
  for (const [name, help, read] of COUNTERS) {
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read(store.stats()));
      },
    });
  }
  new Gauge({
    name: 'tinyobs_storage_disk_bytes',
    help: 'Size of the files in the data folder.',
    registers,
    async collect() {
      this.set(await folderSizeBytes(dataDir));
    },
  });
}

/** Files come and go while LevelDB compacts: one that is gone counts nothing. */
async function folderSizeBytes(folder: string): Promise<number> {
  let sizeBytes = 0;
  for (const name of await readdir(folder)) {
    try {
      sizeBytes += (await stat(join(folder, name))).size;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return sizeBytes;
}
