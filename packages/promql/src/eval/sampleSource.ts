import type { Labels, Queryable, RollupColumns, SeriesBatch, SeriesId } from '@tinyobs/model';
import type { Fetch } from '../plan/planQuery.js';
import type { Columns } from './columns.js';
import { type Grid, timeAt } from './grid.js';
import { bucketsOf } from './rollups.js';
import { NUMBER_BYTES, type SampleBudget } from './sampleBudget.js';
import type { WorkClock } from './workClock.js';

/** Raw samples that a selector or a subquery looks at. */
export interface SampleSource {
  batches(): AsyncIterable<SeriesBatch>;
  labels(id: SeriesId): Labels;
  /** The value of one label, '' for none. */
  labelValue(id: SeriesId, name: string): string;
  /** See `LabelColumn`. */
  readonly distinct: boolean;
  readonly sameName: boolean;
}

/** Numbers of a bucket, beside its time. */
const VALUES_PER_BUCKET = 8;

/** Part of the points a query may hold that samples kept for several selectors may take. */
const KEPT_SHARE_MAX = 0.25;

/**
 * Fetches from a queryable. What several selectors want is read once and kept until the query ends, unless
 * that would take too much memory: then each of them reads for itself.
 */
export class FetchedSamples {
  readonly #queryable: Queryable;
  readonly #budget: SampleBudget;
  readonly #clock: WorkClock;
  readonly #kept = new Map<Fetch, SeriesBatch[]>();
  /** What was answered from rollups, for the result to say so; undefined for nothing. */
  rollups: RollupColumns | undefined;

  constructor(queryable: Queryable, budget: SampleBudget, clock: WorkClock) {
    this.#queryable = queryable;
    this.#budget = budget;
    this.#clock = clock;
  }

  /** Reads what is shared, before anything that is held for a shorter time. */
  async prefetch(fetches: Iterable<Fetch>): Promise<void> {
    for (const fetch of new Set(fetches)) {
      const kept = fetch.uses > 1 ? await this.#keep(fetch) : undefined;
      if (kept) this.#kept.set(fetch, kept);
    }
  }

  source(fetch: Fetch): SampleSource {
    const queryable = this.#queryable;
    return {
      batches: () => this.#batches(fetch),
      labels: (id) => queryable.labels(id),
      labelValue: (id, name) => queryable.labelValue(id, name),
      distinct: true,
      sameName: fetch.sameName,
    };
  }

  async #keep(fetch: Fetch): Promise<SeriesBatch[] | undefined> {
    const heldBefore = this.#budget.mark();
    const kept: SeriesBatch[] = [];
    const keptMax = this.#budget.pointsMax * KEPT_SHARE_MAX;
    let fits = true;
    for await (const batch of this.#read(fetch)) {
      const copy = copyBatch(batch);
      const points = copy.values.length + (copy.rollups ? VALUES_PER_BUCKET * copy.rollups.counts.length : 0);
      fits = this.#budget.held + points <= keptMax;
      if (!fits) break;
      this.#budget.hold(points);
      kept.push(copy);
    }
    if (fits) return kept;
    this.#budget.restore(heldBefore);
    return undefined;
  }

  async *#batches(fetch: Fetch): AsyncIterable<SeriesBatch> {
    const kept = this.#kept.get(fetch);
    if (kept) yield* kept;
    else yield* this.#read(fetch);
  }

  async *#read(fetch: Fetch): AsyncIterable<SeriesBatch> {
    const { matchers, range, hints } = fetch;
    this.#clock.check();
    const batches = this.#queryable.select(matchers, range, hints, this.#clock.signal);
    let batchBytes = 0;
    try {
      for await (const batch of batches) {
        const bytes = (batch.times.length + batch.values.length) * NUMBER_BYTES;
        if (bytes > batchBytes) {
          this.#budget.holdBytes(bytes - batchBytes);
          batchBytes = bytes;
        }
        this.#budget.readSeries(batch.count);
        this.#budget.readSamples(sumOf(batch.lengths, batch.count));
        const rollups = bucketsOf(batch);
        if (rollups) this.#noteRollups(rollups, batch.count);
        yield batch;
        if (this.#clock.due) await this.#clock.pause();
      }
    } finally {
      this.#budget.releaseBytes(batchBytes);
    }
  }

  #noteRollups(rollups: RollupColumns, count: number): void {
    this.rollups = rollups;
    this.#budget.readSamples(sumOf(rollups.lengths, count));
  }
}

function sumOf(lengths: Uint32Array, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += lengths[i];
  return sum;
}

/** The points of a vector over a grid as samples, which can be read once; ids are row numbers. */
export function sourceOfColumns(columns: Columns, grid: Grid, clock: WorkClock): SampleSource {
  return {
    batches: () => batchesOfColumns(columns, grid, clock),
    labels: (row) => columns.labels.at(row),
    labelValue: (row, name) => columns.labels.value(row, name),
    distinct: columns.labels.distinct,
    sameName: columns.labels.sameName,
  };
}

/** Batches of some rows each: the values of a row are moved together where they are, and only its times copied. */
async function* batchesOfColumns(columns: Columns, grid: Grid, clock: WorkClock): AsyncIterable<SeriesBatch> {
  const { count, steps, values, present } = columns;
  const rowsMax = Math.max(1, Math.min(count, Math.floor(BATCH_VALUES / steps)));
  const times = new Float64Array(steps * (rowsMax + 1));
  for (let step = 0; step < steps; step++) times[step] = timeAt(grid, step);
  for (let firstRow = 0; firstRow < count; firstRow += rowsMax) {
    const rows = Math.min(rowsMax, count - firstRow);
    const lengths = new Uint32Array(rows);
    const timeStarts = new Uint32Array(rows);
    for (let i = 0; i < rows; i++) {
      const start = (firstRow + i) * steps;
      const ownTimes = steps + i * steps;
      let length = 0;
      for (let step = 0; step < steps; step++) {
        if (present[start + step] === 0) continue;
        times[ownTimes + length] = times[step];
        values[start + length] = values[start + step];
        length++;
      }
      lengths[i] = length;
      timeStarts[i] = length === steps ? 0 : ownTimes;
      if (clock.dueAfter(steps)) await clock.pause();
    }
    yield {
      count: rows,
      ids: Uint32Array.from({ length: rows }, (_, i) => firstRow + i),
      timeStarts,
      valueStarts: Uint32Array.from({ length: rows }, (_, i) => i * steps),
      lengths,
      times,
      values: values.subarray(firstRow * steps, (firstRow + rows) * steps),
    };
  }
}

/** Values aimed at in a batch of a subquery's points. */
const BATCH_VALUES = 131_072;

function copyBatch(batch: SeriesBatch): SeriesBatch {
  const { count, timeStarts, valueStarts, lengths } = batch;
  let timesEnd = 0;
  let valuesEnd = 0;
  for (let i = 0; i < count; i++) {
    timesEnd = Math.max(timesEnd, timeStarts[i] + lengths[i]);
    valuesEnd = Math.max(valuesEnd, valueStarts[i] + lengths[i]);
  }
  return {
    count,
    ids: batch.ids.slice(0, count),
    timeStarts: timeStarts.slice(0, count),
    valueStarts: valueStarts.slice(0, count),
    lengths: lengths.slice(0, count),
    times: batch.times.slice(0, timesEnd),
    values: batch.values.slice(0, valuesEnd),
    rollups: batch.rollups && copyRollups(batch.rollups, count),
  };
}

function copyRollups(rollups: RollupColumns, count: number): RollupColumns {
  const { starts, lengths, spans } = rollups;
  const end = count === 0 ? 0 : starts[count - 1] + lengths[count - 1];
  return {
    starts: starts.slice(0, count),
    lengths: lengths.slice(0, count),
    firstTimes: rollups.firstTimes.slice(0, end),
    lastTimes: rollups.lastTimes.slice(0, end),
    firsts: rollups.firsts.slice(0, end),
    lasts: rollups.lasts.slice(0, end),
    counts: rollups.counts.slice(0, end),
    sums: rollups.sums.slice(0, end),
    mins: rollups.mins.slice(0, end),
    maxs: rollups.maxs.slice(0, end),
    drops: rollups.drops.slice(0, end),
    spans,
  };
}
