import type { Head } from '../head/head.js';
import type { Heads } from '../head/heads.js';
import type { SeriesGroups } from '../index/seriesGroups.js';
import type { SeriesIndex } from '../index/seriesIndex.js';
import { INTENT_KEY, RESOLUTION_RAW, type RunId } from '../kv/keys.js';
import type { KeyValueStore } from '../kv/keyValueStore.js';
import { withSealRoom } from '../kv/seal.js';
import type { WriteGuard } from '../kv/writeGuard.js';
import type { Catalog } from '../manifest/catalog.js';
import { encodeIntent, type Manifest } from '../manifest/manifest.js';
import { PieceCutter } from './pieceCutter.js';
import { RunWriter } from './runWriter.js';
import { SeriesGatherer } from './seriesGatherer.js';
import { WriteQueue } from './writeQueue.js';

/** Series or pieces handled between two looks at the clock. */
const SERIES_STRIDE = 1024;
const PIECE_STRIDE = 16;

export interface FlushContext {
  readonly kv: KeyValueStore;
  readonly writes: WriteGuard;
  readonly sync: boolean;
  readonly index: SeriesIndex;
  readonly heads: Heads;
  readonly groups: SeriesGroups;
  readonly catalog: Catalog;
}

export interface FlushResult {
  readonly manifests: readonly Manifest[];
  readonly samples: number;
  readonly series: number;
  readonly overwrites: number;
}

/**
 * Writes a sealed head as one run per window and seals the series it may name. Everything becomes visible in
 * one last synced batch, which also moves the low-water mark of the write-ahead records past those of the
 * head (S2); the catalog and the heads are changed in the tick after that. The mark decides: records below it are dead from
 * then on, and are removed by `Tails.trim`.
 *
 * @throws TinyObsError `store_full`, `store_write_failed`
 */
export async function flushHead(head: Head, context: FlushContext): Promise<FlushResult> {
  const { kv, index, heads, groups, catalog } = context;
  const run = catalog.root.nextRun;
  const queue = new WriteQueue(kv, context.writes, { sync: context.sync });
  const writers = openRuns(head, run, queue);
  const intent = encodeIntent([...writers.values()].map((writer) => writer.id));
  queue.put(INTENT_KEY, withSealRoom(intent));
  const visible = index.visible;
  const series = await seriesByMetric(head, index, queue);
  const overwrites = await writePieces({ head, index, series, writers, queue });
  const manifests = await finishRuns(writers, queue);
  const sealed = await groups.seal(visible, queue.put, queue.breathe);
  await queue.write();
  await catalog.commit(
    {
      addedRuns: manifests,
      root: { walLow: head.coveredSeq + 1, nextRun: run + 1, ...sealed.root },
      goneSeries: sealed.goneSeries,
      more: (batch) => {
        batch.del(INTENT_KEY);
        sealed.more(batch);
      },
      onApplied: () => heads.flushed(),
    },
    context,
  );
  return { manifests, samples: head.committed, series: series.length, overwrites };
}

function openRuns(head: Head, run: number, queue: WriteQueue): Map<number, RunWriter> {
  const writers = new Map<number, RunWriter>();
  for (const windowMs of head.windows) {
    const id: RunId = { resolution: RESOLUTION_RAW, windowMs, run, generation: 0 };
    const windowEndMs = windowMs + head.windowMs;
    writers.set(windowMs, new RunWriter({ id, windowEndMs, deletedSeq: 0, sink: queue.put }));
  }
  return writers;
}

/** Ids of the series in the head, by metric and id: a counting sort over the metrics. */
async function seriesByMetric(head: Head, index: SeriesIndex, queue: WriteQueue): Promise<Uint32Array> {
  const counts = new Map<number, number>();
  let total = 0;
  const { rows } = index;
  for (let id = rows.next(0), i = 1; id < head.seriesEnd; id = rows.next(id + 1), i++) {
    if (i % SERIES_STRIDE === 0 && queue.wantsBreath) await queue.breathe();
    if (head.lastOf(id) === 0) continue;
    const metric = index.metricKey(id);
    counts.set(metric, (counts.get(metric) ?? 0) + 1);
    total++;
  }
  const places = new Map<number, number>();
  let place = 0;
  for (const metric of [...counts.keys()].sort((a, b) => a - b)) {
    places.set(metric, place);
    place += counts.get(metric)!;
  }
  const sorted = new Uint32Array(total);
  for (let id = rows.next(0), i = 1; id < head.seriesEnd; id = rows.next(id + 1), i++) {
    if (i % SERIES_STRIDE === 0 && queue.wantsBreath) await queue.breathe();
    if (head.lastOf(id) === 0) continue;
    const metric = index.metricKey(id);
    const at = places.get(metric)!;
    sorted[at] = id;
    places.set(metric, at + 1);
  }
  return sorted;
}

interface PieceWork {
  readonly head: Head;
  readonly index: SeriesIndex;
  readonly series: Uint32Array;
  readonly writers: ReadonlyMap<number, RunWriter>;
  readonly queue: WriteQueue;
}

/** Cuts every series at windows and entry sizes and hands the pieces to the runs; returns the overwrites. */
async function writePieces({ head, index, series, writers, queue }: PieceWork): Promise<number> {
  const gatherer = new SeriesGatherer(head);
  const cutter = new PieceCutter(head, gatherer, writers);
  let sinceBreath = 0;
  for (const id of series) {
    const long = gatherer.gather(id);
    if (long !== undefined) await long;
    cutter.begin(id, index.metricKey(id));
    do {
      sinceBreath += cutter.cut();
      if (sinceBreath < PIECE_STRIDE) continue;
      sinceBreath = 0;
      if (queue.wantsBreath) await queue.breathe();
    } while (!cutter.isDone);
  }
  return gatherer.overwrites;
}

async function finishRuns(writers: ReadonlyMap<number, RunWriter>, queue: WriteQueue): Promise<Manifest[]> {
  const manifests: Manifest[] = [];
  for (const writer of writers.values()) {
    if (writer.isEmpty) continue;
    manifests.push(writer.finish());
    await queue.breathe();
  }
  return manifests;
}
