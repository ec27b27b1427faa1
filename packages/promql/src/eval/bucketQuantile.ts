/** Cumulative counts of a classic histogram by ascending upper bounds. */
export interface Buckets {
  bounds: number[];
  counts: number[];
}

/** Relative difference of two counts below which they are taken for equal. */
const SMALL_DELTA = 1e-12;

/** Adds up buckets with equal bounds. */
export function coalesce(buckets: Buckets): void {
  const { bounds, counts } = buckets;
  let last = 0;
  for (let i = 1; i < bounds.length; i++) {
    if (bounds[i] === bounds[last]) {
      counts[last] += counts[i];
    } else {
      last++;
      bounds[last] = bounds[i];
      counts[last] = counts[i];
    }
  }
  bounds.length = last + 1;
  counts.length = last + 1;
}

/**
 * Raises counts that are below an earlier one, which cumulative counts cannot be.
 *
 * @returns whether more than rounding errors had to be mended.
 */
export function makeMonotonic(buckets: Buckets): boolean {
  const { counts } = buckets;
  let mended = false;
  let before = counts[0];
  for (let i = 1; i < counts.length; i++) {
    if (counts[i] === before) continue;
    if (almostEqual(counts[i], before)) {
      counts[i] = before;
    } else if (counts[i] < before) {
      counts[i] = before;
      mended = true;
    } else {
      before = counts[i];
    }
  }
  return mended;
}

/**
 * The q-quantile by linear interpolation within the bucket it falls into; the lowest bucket starts at 0, if
 * its bound is above that.
 *
 * Source: https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile
 */
export function bucketQuantile(q: number, { bounds, counts }: Buckets): number {
  if (Number.isNaN(q)) return Number.NaN;
  if (q < 0) return Number.NEGATIVE_INFINITY;
  if (q > 1) return Number.POSITIVE_INFINITY;
  const last = bounds.length - 1;
  if (last < 1 || bounds[last] !== Number.POSITIVE_INFINITY) return Number.NaN;
  const observations = counts[last];
  if (observations === 0) return Number.NaN;
  const rank = q * observations;
  const bucket = firstReaching(rank, counts, last);
  if (bucket === last) return bounds[last - 1];
  if (bucket === 0 && bounds[0] <= 0) return bounds[0];
  const start = bucket === 0 ? 0 : bounds[bucket - 1];
  const below = bucket === 0 ? 0 : counts[bucket - 1];
  return start + (bounds[bucket] - start) * ((rank - below) / (counts[bucket] - below));
}

/** Halves the counts before `last` as Prometheus does, so that those that are NaN lead to the same bucket. */
function firstReaching(rank: number, counts: readonly number[], last: number): number {
  let low = 0;
  let high = last;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (counts[middle] >= rank) high = middle;
    else low = middle + 1;
  }
  return low;
}

function almostEqual(a: number, b: number): boolean {
  const sum = Math.abs(a) + Math.abs(b);
  const difference = Math.abs(a - b);
  return difference / Math.min(sum, Number.MAX_VALUE) < SMALL_DELTA;
}
