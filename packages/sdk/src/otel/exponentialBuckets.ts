import type { ExponentialSide, ExponentialValue } from './metricData.js';

/** Four bounds to a doubling, and so many buckets on a side of zero at most: what a TinyObs server keeps. */
const SCALE_MAX = 2;
const BUCKETS_MAX = 160;

/** Powers of two by quarters, as doubles that are the same everywhere: the text of bounds is made of them. */
const QUARTERS = [1, 1.189207115002721, Math.SQRT2, 1.681792830507429];

export interface Bucket {
  /** Finite. */
  readonly bound: number;
  /** Observations up to the bound. */
  readonly count: number;
}

/**
 * The buckets that a TinyObs server makes of an exponential histogram: all bounds are of one grid, and those from the
 * lowest to the highest bucket with observations are all there, so that they only become more while values come.
 */
export function exponentialBuckets({ scale, zeroCount, positive, negative }: ExponentialValue): Bucket[] {
  const buckets: Bucket[] = [];
  let count = 0;
  const add = (bound: number) => {
    const last = buckets.at(-1)?.bound ?? Number.NEGATIVE_INFINITY;
    // Bounds that no double can tell apart are one.
    if (bound === last) buckets.pop();
    if (bound >= last && bound < Number.POSITIVE_INFINITY) buckets.push({ bound, count });
  };
  const below = mergeSide(scale, negative);
  if (below !== undefined) {
    add(-below.boundOf(below.counts.length));
    for (let i = below.counts.length - 1; i >= 0; i--) {
      count += below.counts[i];
      add(-below.boundOf(i));
    }
  }
  count += zeroCount;
  if (count > 0) add(0);
  const above = mergeSide(scale, positive);
  if (above !== undefined) {
    add(above.boundOf(0));
    for (let i = 0; i < above.counts.length; i++) {
      count += above.counts[i];
      add(above.boundOf(i + 1));
    }
  }
  return buckets;
}

interface MergedSide {
  readonly counts: readonly number[];
  /** The bound nearer to zero of the bucket at a place. */
  boundOf(place: number): number;
}

/** The buckets of one side of zero on the grid, or on one half as fine where they are too many; undefined for none. */
function mergeSide(scale: number, { offset, bucketCounts }: ExponentialSide): MergedSide | undefined {
  const first = bucketCounts.findIndex((count) => count > 0);
  if (first < 0) return undefined;
  const last = bucketCounts.findLastIndex((count) => count > 0);
  let merged = Math.min(scale, SCALE_MAX);
  const indexOf = (place: number) => Math.floor((offset + place) / 2 ** (scale - merged));
  while (indexOf(last) - indexOf(first) >= BUCKETS_MAX) merged--;
  const low = indexOf(first);
  const counts = new Array<number>(indexOf(last) - low + 1).fill(0);
  for (let place = first; place <= last; place++) counts[indexOf(place) - low] += bucketCounts[place];
  return { counts, boundOf: (place) => gridBound((low + place) * 2 ** (SCALE_MAX - merged)) };
}

function gridBound(quarters: number): number {
  const whole = Math.floor(quarters / 4);
  return QUARTERS[quarters - 4 * whole] * 2 ** whole;
}
