import type { SeriesBatch, TimeRange } from '@tinyobs/model';
import type { Exclusions } from '../deletion/exclusions.js';
import type { HeadView } from '../head/heads.js';
import type { SeriesIndex } from '../index/seriesIndex.js';
import type { KeyValueSnapshot, KeyValueStore } from '../kv/keyValueStore.js';
import { SELECT_SAMPLES_TARGET, SELECT_SERIES_MAX } from '../limits.js';
import type { Manifest } from '../manifest/manifest.js';
import type { RollupReader } from '../rollup/rollupReader.js';
import { BatchBuilder } from './batchBuilder.js';
import { HeadReader } from './headReader.js';
import type { QueryGuard } from './queryGuard.js';
import type { ReadCache } from './readCache.js';
import { readPieces } from './readPieces.js';
import type { SeriesColumns } from './seriesColumns.js';

/**
 * What one query sees: head views, runs and a snapshot, all taken in one tick (S2). Runs whose samples are in
 * a head view as well are left out of `runs`.
 */
export interface QuerySources {
  readonly kv: KeyValueStore;
  readonly snapshot: KeyValueSnapshot;
  readonly index: SeriesIndex;
  /** The oldest first. */
  readonly runs: readonly Manifest[];
  /** The oldest first; all later than the runs. */
  readonly heads: readonly HeadView[];
  readonly exclusions: Exclusions;
  readonly cache: ReadCache;
  /** Where batches are built. */
  readonly columns: SeriesColumns;
}

/** Series between two looks at the clock; one of a day takes some 30 µs. */
const SERIES_BETWEEN_LOOKS = 8;

/** Samples of `ids` (ascending) within the range, in batches of about `SELECT_SAMPLES_TARGET` samples. */
export async function* selectSamples(
  sources: QuerySources,
  ids: Uint32Array,
  wanted: { readonly range: TimeRange; readonly latestOnly: boolean },
  guard: QueryGuard,
  rollups?: RollupReader,
): AsyncGenerator<SeriesBatch, void, undefined> {
  const { range, latestOnly } = wanted;
  const runs = sources.runs.filter((run) => run.minMs <= range.maxMs && run.maxMs >= range.minMs);
  const heads = sources.heads.filter(({ head }) => head.minMs <= range.maxMs && head.maxMs >= range.minMs);
  const readers = heads.map((view) => new HeadReader(view, range));
  const rawPerBatch = latestOnly ? SELECT_SERIES_MAX : seriesPerBatch(runs, heads, range);
  const perBatch = rollups
    ? Math.min(rawPerBatch, seriesPerBatch(rollups.runs, [], rollups.range))
    : rawPerBatch;
  const batch = new BatchBuilder(range, sources.exclusions, sources.columns);
  for (let at = 0; at < ids.length; at += perBatch) {
    const some = ids.subarray(at, at + perBatch);
    const unsettled = latestOnly ? notInHeads(some, runs, readers, sources.exclusions) : some;
    const pieces = unsettled.length === 0 ? [] : await readPieces(sources, runs, unsettled, guard);
    batch.reset();
    for (let i = 0; i < some.length; i++) {
      for (const one of pieces) one.seek(some[i]);
      if (latestOnly) batch.addLatest(some[i], pieces, readers);
      else batch.addSeries(some[i], pieces, readers);
      if (i % SERIES_BETWEEN_LOOKS === 0 && guard.due) await guard.pause();
    }
    guard.check();
    const view = rollups ? await rollups.addTo(batch.view(), some, sources, guard) : batch.view();
    if (view.count > 0) yield view;
  }
}

function seriesPerBatch(runs: readonly Manifest[], heads: readonly HeadView[], range: TimeRange): number {
  let samplesPerSeries = 1;
  for (const run of runs) {
    const both = Math.min(run.maxMs, range.maxMs) - Math.max(run.minMs, range.minMs) + 1;
    const part = both / (run.maxMs - run.minMs + 1);
    samplesPerSeries += (part * run.samples) / run.seriesCount;
  }
  for (const { head, committed } of heads) samplesPerSeries += committed / Math.max(1, head.rowEnd);
  return Math.max(1, Math.min(SELECT_SERIES_MAX, Math.floor(SELECT_SAMPLES_TARGET / samplesPerSeries)));
}

/** Series whose latest sample may be in a run: no head has one that is later than all runs. */
function notInHeads(
  ids: Uint32Array,
  runs: readonly Manifest[],
  heads: readonly HeadReader[],
  exclusions: Exclusions,
): Uint32Array {
  if (runs.length === 0) return new Uint32Array(0);
  if (heads.length === 0) return ids;
  const latestMs = Math.max(...runs.map((run) => run.maxMs));
  return ids.filter((id) => exclusions.names(id) || !heads.some((head) => head.latestTime(id) >= latestMs));
}
