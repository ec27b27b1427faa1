import type { Layout, Part } from '../series/layout.js';
import type { SeriesStore } from '../series/seriesStore.js';
import { Distribution, type Record } from './distribution.js';

/** How values are distributed: request durations, sizes. Query it with `histogram_quantile`. */
export class Histogram<Name extends string = string> extends Distribution<Name> {
  /** `bounds` are the finite upper bounds of the buckets, ascending. */
  constructor(store: SeriesStore, bounds: readonly number[]) {
    super(store, recordInBuckets(store, bounds));
  }
}

/** Kept for each series: observations in each bucket, the last being above every bound; then their sum. */
export function histogramLayout(bounds: readonly number[]): Layout {
  const buckets = bounds.length + 1;
  const parts: Part[] = [...bounds.map(String), '+Inf'].map((text) => ({
    suffix: '_bucket',
    label: { name: 'le', text },
    countsUp: true,
  }));
  parts.push({ suffix: '_sum', countsUp: true }, { suffix: '_count', countsUp: true });
  return {
    width: buckets + 1,
    parts,
    isAdditive: true,
    read(values, from, into) {
      let count = 0;
      for (let bucket = 0; bucket < buckets; bucket++) {
        count += values[from + bucket];
        into[bucket] = count;
      }
      into[buckets] = values[from + buckets];
      into[buckets + 1] = count;
    },
  };
}

/** Counts observations in the buckets of a store that has such a layout. */
export function recordInBuckets(store: SeriesStore, upperBounds: readonly number[]): Record {
  const bounds = Float64Array.from(upperBounds);
  const buckets = bounds.length + 1;
  const width = buckets + 1;
  return (slot, value, options) => {
    const { values } = store;
    const from = slot * width;
    const bucket = bucketOf(bounds, value);
    values[from + bucket]++;
    values[from + buckets] += value;
    if (store.isTraced || options?.exemplar !== undefined) {
      store.keepExemplar(slot, bucket, { value, given: options?.exemplar });
    }
  };
}

/** The first bucket whose bound is not below the value. */
function bucketOf(bounds: Float64Array, value: number): number {
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (value <= bounds[middle]) high = middle;
    else low = middle + 1;
  }
  return low;
}
