import type { DeltaPoints } from '@tinyobs/formats';
import type { Labels, WriteBatch } from '@tinyobs/model';
import type { Store } from '@tinyobs/storage';
import { ExponentialBuckets } from './exponentialBuckets.js';
import { RecentMap } from './recentMap.js';
import { seriesKeyAt } from './seriesKey.js';
import { type RunningSum, storedSums } from './storedSums.js';

const SUM_BYTES = 32;

/** Of the memory for sums, what the bounds of exponential histograms may take. */
const BOUNDS_PART = 1 / 8;

/** A batch with delta points. */
export interface DeltaBatch {
  readonly batch: WriteBatch;
  readonly deltas: DeltaPoints;
  /** Throws when the batch has become too large by the buckets that go on. */
  readonly checkSize: () => void;
}

/** What became of it. */
export interface SummedBatch<Report> {
  readonly report: Report;
  /** Points that were added before: they came again. */
  readonly duplicates: number;
}

/**
 * Makes cumulative samples of delta points: each is stored as the sum of all of its series so far, at the end of the
 * point. The last sample of a series is all that is to be known of it, so a sum that is not in memory, after a restart
 * or because others were used since, is read from the store.
 *
 * A point that does not end after the last one of its series is a duplicate, and adds nothing: a request that is sent
 * again changes nothing. Batches are taken one at a time, since each has to know what became of the one before.
 */
export class DeltaSums {
  readonly #store: Store;
  readonly #sums: RecentMap<RunningSum>;
  readonly #buckets: ExponentialBuckets;
  #last: Promise<unknown> = Promise.resolve();

  constructor(store: Store, sizeBytesMax: number) {
    this.#store = store;
    this.#sums = new RecentMap(sizeBytesMax * (1 - BOUNDS_PART), () => SUM_BYTES);
    this.#buckets = new ExponentialBuckets(store, sizeBytesMax * BOUNDS_PART);
  }

  /**
   * Puts sums in the place of deltas, takes duplicates out of the batch and hands it to `write`. Sums are kept only of
   * what was stored.
   *
   * @param write Stores the batch; says which of its rows were not.
   * @throws TinyObsError `store_corrupt`, `store_closed`, and what `checkSize` and `write` throw: then nothing is added,
   * and the same points can be sent again.
   */
  write<Report extends { readonly refusedRows: readonly number[] }>(
    given: DeltaBatch,
    write: () => Promise<Report>,
  ): Promise<SummedBatch<Report>> {
    const turn = this.#last.then(() => this.#write(given, write));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #write<Report extends { readonly refusedRows: readonly number[] }>(
    given: DeltaBatch,
    write: () => Promise<Report>,
  ): Promise<SummedBatch<Report>> {
    const { batch } = given;
    const points = await this.#pointsOf(given);
    const keys = keysOf(batch, points);
    const rows = batch.rows.slice(0, batch.sampleCount);
    const sums = await this.#sumsBefore(batch, keys);
    const duplicates = addUp(batch, points, { keys, sums });
    try {
      const report = await write();
      const refused = new Set(report.refusedRows);
      for (const [sample, key] of keys) {
        this.#keep(key, refused.has(rows[sample]) ? undefined : sums.get(key));
      }
      return { report, duplicates };
    } catch (error) {
      // What of it is stored after all, the store will say.
      for (const key of keys.values()) this.#keep(key, undefined);
      throw error;
    }
  }

  #keep(key: string, sum: RunningSum | undefined): void {
    if (sum) this.#sums.set(key, sum);
    else this.#sums.delete(key);
  }

  /** The sums of all series so far by their keys, from memory or the store; none of series that have none. */
  async #sumsBefore(batch: WriteBatch, keys: ReadonlyMap<number, string>): Promise<Map<string, RunningSum>> {
    const sums = new Map<string, RunningSum>();
    const missing = new Map<string, Labels>();
    for (const [sample, key] of keys) {
      const sum = this.#sums.get(key);
      if (sum) sums.set(key, sum);
      else if (!missing.has(key)) missing.set(key, batch.labelsOf(batch.sampleSeries[sample]));
    }
    if (missing.size === 0) return sums;
    for (const [key, sum] of await storedSums(this.#store, missing)) sums.set(key, sum);
    return sums;
  }

  /** The points in the order of their ends, the exponential ones with all of their buckets. */
  async #pointsOf({ batch, deltas, checkSize }: DeltaBatch): Promise<SummedPoint[]> {
    const order = Array.from({ length: deltas.count }, (_, point) => point);
    const endOf = (point: number) => batch.times[deltas.starts[point]];
    order.sort((a, b) => endOf(a) - endOf(b));
    const points: SummedPoint[] = [];
    for (const point of order) {
      const bucketEnd = deltas.bucketEnds[point];
      const buckets = deltas.isExponential(point)
        ? await this.#buckets.complete(batch, deltas, point)
        : range(deltas.starts[point], bucketEnd);
      points.push({ buckets, others: range(bucketEnd, deltas.ends[point]) });
      checkSize();
    }
    return points;
  }
}

/** The samples of a point: buckets, ascending, and others, of which the last counts the point as such. */
interface SummedPoint {
  readonly buckets: readonly number[];
  readonly others: readonly number[];
}

/** The keys of the series of samples. */
function keysOf(batch: WriteBatch, points: readonly SummedPoint[]): Map<number, string> {
  const keys = new Map<number, string>();
  for (const { buckets, others } of points) {
    for (const sample of buckets) keys.set(sample, seriesKeyAt(batch, batch.sampleSeries[sample]));
    for (const sample of others) keys.set(sample, seriesKeyAt(batch, batch.sampleSeries[sample]));
  }
  return keys;
}

/**
 * Makes sums of the samples of points, in their order, and takes out of the batch what was added before. Returns how
 * many points were.
 */
function addUp(
  batch: WriteBatch,
  points: readonly SummedPoint[],
  { keys, sums }: { keys: ReadonlyMap<number, string>; sums: Map<string, RunningSum> },
): number {
  const { times, values } = batch;
  const repeated = new Set<number>();
  let duplicates = 0;
  /** Adds a sample to its sum; returns what the sum was. */
  const add = (sample: number, first: number, isRepeated: boolean): number => {
    const key = keys.get(sample)!;
    const { value, lastMs } = sums.get(key) ?? { value: first, lastMs: Number.NEGATIVE_INFINITY };
    if (isRepeated || times[sample] <= lastMs) {
      repeated.add(sample);
    } else {
      values[sample] += value;
      sums.set(key, { value: values[sample], lastMs: times[sample] });
    }
    return value;
  };
  for (const { buckets, others } of points) {
    const counting = others[others.length - 1];
    const isRepeated = times[counting] <= (sums.get(keys.get(counting)!)?.lastMs ?? Number.NEGATIVE_INFINITY);
    if (isRepeated) duplicates++;
    // A bucket that is new begins with what the one below it had: so much was counted up to its bound, too.
    let below = 0;
    for (const sample of buckets) below = add(sample, below, isRepeated);
    for (const sample of others) add(sample, 0, isRepeated);
  }
  if (repeated.size > 0) batch.retainSamples((sample) => !repeated.has(sample));
  return duplicates;
}

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i);
}
