import { type DeltaPoints, decimalText } from '@tinyobs/formats';
import type { WriteBatch } from '@tinyobs/model';
import type { Store } from '@tinyobs/storage';
import { RecentMap } from './recentMap.js';
import { seriesKeyAt } from './seriesKey.js';
import { storedBounds } from './storedSums.js';

/** Most bounds of one histogram; past it those go that the point at hand does not have. */
const BOUNDS_MAX = 512;
const BOUND_BYTES = 8;

/**
 * What buckets exponential histograms have. A delta point has those around its own values, but the values count in the
 * buckets above, too, and all series of a histogram have to go on for quantiles to be right.
 */
export class ExponentialBuckets {
  readonly #store: Store;
  /** Bounds by the key of the series that counts the values of the histogram. */
  readonly #bounds: RecentMap<readonly number[]>;

  constructor(store: Store, sizeBytesMax: number) {
    this.#store = store;
    this.#bounds = new RecentMap(sizeBytesMax, (bounds) => BOUND_BYTES * bounds.length);
  }

  /**
   * Adds the buckets that an exponential point leaves out, with what it adds to them. Returns the samples of all its
   * buckets, ascending.
   *
   * @throws TinyObsError `store_closed`
   */
  async complete(batch: WriteBatch, deltas: DeltaPoints, point: number): Promise<number[]> {
    const start = deltas.starts[point];
    const infinite = deltas.bucketEnds[point] - 1;
    const counting = deltas.ends[point] - 1;
    const key = seriesKeyAt(batch, batch.sampleSeries[counting]);
    const labels = batch.labelsOf(batch.sampleSeries[infinite]).with('le', '');
    const own = deltas.boundsOf(point);
    const known = this.#bounds.get(key) ?? (await storedBounds(this.#store, labels));
    const joined = [...new Set([...known, ...own])].sort((a, b) => a - b);
    const bounds = joined.length <= BOUNDS_MAX ? joined : own;
    this.#bounds.set(key, bounds);
    let below = 0;
    const samples = bounds.map((bound) => {
      if (below < own.length && own[below] === bound) return start + below++;
      const value = below === 0 ? 0 : batch.values[start + below - 1];
      const series = batch.addSeries(labels.with('le', decimalText(bound)));
      batch.addSample(series, batch.times[counting], value, batch.rows[counting]);
      return batch.sampleCount - 1;
    });
    return [...samples, infinite];
  }
}
