import type { SeriesBatch, TimeRange } from '@tinyobs/model';
import type { Exclusions } from '../deletion/exclusions.js';
import type { HeadView } from '../head/heads.js';
import type { SeriesIndex } from '../index/seriesIndex.js';
import type { KeyValueSnapshot, KeyValueStore } from '../kv/keyValueStore.js';
import { PARALLEL_READS, SELECT_SAMPLES_TARGET, SELECT_SERIES_MAX } from '../limits.js';
import type { Manifest } from '../manifest/manifest.js';
import { intersectSeriesSet } from '../manifest/seriesSet.js';
import { BatchBuilder, type TimedPiece } from './batchBuilder.js';
import { HeadReader } from './headReader.js';
import type { QueryGuard } from './queryGuard.js';
import { type BlockPiece, columnKey, RunReader } from './runReader.js';

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
}

/** Samples of `ids` (ascending) within the range, in batches of about `SELECT_SAMPLES_TARGET` samples. */
export async function* selectSamples(
  sources: QuerySources,
  ids: Uint32Array,
  range: TimeRange,
  guard: QueryGuard,
): AsyncGenerator<SeriesBatch, void, undefined> {
  const runs = sources.runs.filter((run) => run.minMs <= range.maxMs && run.maxMs >= range.minMs);
  const heads = sources.heads.filter(({ head }) => head.minMs <= range.maxMs && head.maxMs >= range.minMs);
  const readers = heads.map((view) => new HeadReader(view, range));
  const perBatch = seriesPerBatch(runs, heads);
  const batch = new BatchBuilder(range, sources.exclusions);
  for (let at = 0; at < ids.length; at += perBatch) {
    const some = ids.subarray(at, at + perBatch);
    const pieces = await readPieces(sources, runs, some, guard);
    batch.reset();
    for (const id of some) {
      batch.addSeries(id, pieces.of(id), readers);
      if (guard.due) await guard.pause();
    }
    guard.check();
    if (batch.count > 0) yield batch.view();
  }
}

function seriesPerBatch(runs: readonly Manifest[], heads: readonly HeadView[]): number {
  let samplesPerSeries = 1;
  for (const run of runs) samplesPerSeries += run.samples / run.seriesCount;
  for (const { head, committed } of heads) samplesPerSeries += committed / Math.max(1, head.seriesEnd);
  return Math.max(1, Math.min(SELECT_SERIES_MAX, Math.floor(SELECT_SAMPLES_TARGET / samplesPerSeries)));
}

/** Pieces of some series from all runs, ordered so that they usually follow each other in time. */
class Pieces {
  readonly #bySeries = new Map<number, BlockPiece[]>();
  readonly #columns = new Map<Manifest, Map<number, Float64Array>>();

  add(pieces: readonly [series: number, piece: BlockPiece][]): void {
    for (const [series, piece] of pieces) {
      const known = this.#bySeries.get(series);
      if (known) known.push(piece);
      else this.#bySeries.set(series, [piece]);
    }
  }

  addColumns(run: Manifest, columns: Map<number, Float64Array>): void {
    this.#columns.set(run, columns);
  }

  of(series: number): TimedPiece[] {
    const pieces = this.#bySeries.get(series) ?? [];
    return pieces.map((piece) => ({ piece, times: this.#columns.get(piece.run)!.get(columnKey(piece))! }));
  }
}

async function readPieces(
  sources: QuerySources,
  runs: readonly Manifest[],
  ids: Uint32Array,
  guard: QueryGuard,
): Promise<Pieces> {
  const context = { ...sources, guard };
  const perRun: [BlockPiece['run'], [number, BlockPiece][]][] = runs.map((run) => [run, []]);
  const pieces = new Pieces();
  let next = 0;
  const readRuns = async () => {
    while (next < perRun.length) {
      const [run, found] = perRun[next++];
      const wanted = intersectSeriesSet(ids, run.series);
      if (wanted.length === 0) continue;
      const reader = new RunReader(run, context);
      await reader.read(wanted, (series, piece) => found.push([series, piece]));
      const columns = await reader.readColumns(new Set(found.map(([, piece]) => columnKey(piece))));
      pieces.addColumns(run, columns);
    }
  };
  await allSettledOrThrow(Array.from({ length: PARALLEL_READS }, readRuns));
  perRun.sort(([a], [b]) => a.id.windowMs - b.id.windowMs || a.id.run - b.id.run);
  for (const [, found] of perRun) pieces.add(found);
  return pieces;
}

/** Waits for all before it throws the first error: nothing reads on after the snapshot is closed. */
async function allSettledOrThrow(promises: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(promises)) {
    if (result.status === 'rejected') throw result.reason;
  }
}
