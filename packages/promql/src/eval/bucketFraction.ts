import type { Buckets } from './bucketQuantile.js';

/**
 * The share of observations between two values, by linear interpolation within the buckets they fall into; the
 * lowest bucket starts at 0, if its bound is above that.
 *
 * Source: https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_fraction
 */
export function bucketFraction(lower: number, upper: number, { bounds, counts }: Buckets): number {
  const last = bounds.length - 1;
  const count = counts[last];
  if (bounds[last] !== Number.POSITIVE_INFINITY || count === 0) return Number.NaN;
  if (Number.isNaN(lower) || Number.isNaN(upper) || Number.isNaN(count)) return Number.NaN;
  if (lower >= upper) return 0;
  return (rankOf(upper) - rankOf(lower)) / count;

  /** How many observations are not above a value. */
  function rankOf(value: number): number {
    let start = bounds[0] > 0 ? 0 : Number.NEGATIVE_INFINITY;
    let below = 0;
    for (const [i, bound] of bounds.entries()) {
      if (value <= start) return below;
      if (value < bound) {
        // Nothing is known about where in a bucket without a lower bound its observations are.
        if (start === Number.NEGATIVE_INFINITY) return counts[i];
        return below + ((counts[i] - below) * (value - start)) / (bound - start);
      }
      below = counts[i];
      start = bound;
    }
    return Math.min(below, count);
  }
}
