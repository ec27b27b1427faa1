import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ReadSeriesEncoder } from '@tinyobs/formats';
import {
  type Labels,
  type Matcher,
  type SeriesBatch,
  type SeriesId,
  type TimeRange,
  wordsOf,
} from '@tinyobs/model';
import type { QueryMemory } from '@tinyobs/promql';
import type { Store } from '@tinyobs/storage';
import { checkSeries, type ReadLimits } from '../http/readWork.js';
import { mapSliced, sortSliced } from '../http/sliced.js';

/** Series read together at first, and at most; in between as many as make about `GROUP_BYTES`. */
const GROUP_SERIES_FIRST = 64;
const GROUP_SERIES_MAX = 4096;
const GROUP_BYTES = 4 * 2 ** 20;

/** Samples encoded between two turns of the event loop: a multiple of those of a chunk, some 2 ms. */
const SLICE_SAMPLES = 12_000;

/** What of a store is read. */
export type SeriesSource = Pick<Store, 'series' | 'labels' | 'selectSeries'>;

export interface SeriesSelection {
  readonly matchers: readonly Matcher[];
  readonly range: TimeRange;
  /** Number of the query that is answered. */
  readonly number: number;
}

export interface SeriesReading {
  readonly store: SeriesSource;
  readonly limits: ReadLimits;
  readonly memory: QueryMemory;
  readonly encoder: ReadSeriesEncoder;
}

interface LabelledSeries {
  readonly id: SeriesId;
  readonly labels: Labels;
}

/**
 * The selected series as the encoder writes them, in the order of their labels, in which whoever merges them with those
 * of others needs them. The store has them in the order of their ids, so they are read some at a time: of those all
 * that was written is in memory, and counts.
 *
 * @throws TinyObsError `query_too_many_series`, `query_too_many_samples`, `query_overload`, those of the store
 */
export async function* readSeries(
  { matchers, range, number }: SeriesSelection,
  { store, limits, memory, encoder }: SeriesReading,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (range.maxMs < range.minMs) return;
  const found = await store.series([matchers], range, limits.seriesMax + 1, signal);
  checkSeries(found.length, limits);
  const labelled = await mapSliced(found, (id) => ({ id, labels: store.labels(id) }), signal);
  const sorted = await sortSliced(labelled, (a, b) => a.labels.compare(b.labels), signal);
  for (let at = 0, size = GROUP_SERIES_FIRST; at < sorted.length; ) {
    const group = sorted.slice(at, at + size);
    const written = new WrittenSeries(group, encoder, memory, number);
    try {
      const ids = Uint32Array.from(group, ({ id }) => id).sort();
      for await (const batch of store.selectSeries(ids, range, signal)) await written.take(batch, signal);
      for (const { id } of group) yield* written.of(id);
    } finally {
      written.release();
    }
    at += group.length;
    size = nextSize(group.length, written.sizeBytes);
  }
}

/** What was written of a group of series. */
class WrittenSeries {
  sizeBytes = 0;
  readonly #labels: ReadonlyMap<SeriesId, Labels>;
  readonly #pieces = new Map<SeriesId, readonly Uint8Array[]>();
  readonly #encoder: ReadSeriesEncoder;
  readonly #memory: QueryMemory;
  readonly #query: number;

  constructor(
    group: readonly LabelledSeries[],
    encoder: ReadSeriesEncoder,
    memory: QueryMemory,
    query: number,
  ) {
    this.#labels = new Map(group.map(({ id, labels }) => [id, labels]));
    this.#encoder = encoder;
    this.#memory = memory;
    this.#query = query;
  }

  async take(batch: SeriesBatch, signal: AbortSignal): Promise<void> {
    let sinceTurn = 0;
    for (let i = 0; i < batch.count; i++) {
      this.#encoder.begin(this.#labels.get(batch.ids[i])!, this.#query);
      for (let from = 0; from < batch.lengths[i]; from += SLICE_SAMPLES) {
        const count = Math.min(SLICE_SAMPLES, batch.lengths[i] - from);
        this.#encoder.add(stretchOf(batch, i, { from, count }));
        sinceTurn += count;
        if (sinceTurn < SLICE_SAMPLES) continue;
        sinceTurn = 0;
        await nextTurn(undefined, { signal });
      }
      if (batch.lengths[i] > 0) this.#keep(batch.ids[i], this.#encoder.end());
    }
  }

  of(id: SeriesId): readonly Uint8Array[] {
    return this.#pieces.get(id) ?? [];
  }

  release(): void {
    this.#memory.release(this.sizeBytes);
  }

  #keep(id: SeriesId, pieces: readonly Uint8Array[]): void {
    const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
    this.#memory.reserve(bytes);
    this.sizeBytes += bytes;
    this.#pieces.set(id, pieces);
  }
}

function stretchOf(
  { times, values, timeStarts, valueStarts }: SeriesBatch,
  series: number,
  { from, count }: { readonly from: number; readonly count: number },
) {
  const timeStart = timeStarts[series] + from;
  const valueStart = valueStarts[series] + from;
  return { times, timeStart, words: wordsOf(values), valueStart, count };
}

/** Four times as many at most, so that one group of short series does not make the next one large. */
function nextSize(count: number, sizeBytes: number): number {
  const fitting = Math.floor((count * GROUP_BYTES) / Math.max(1, sizeBytes));
  return Math.max(1, Math.min(GROUP_SERIES_MAX, 4 * count, fitting));
}
