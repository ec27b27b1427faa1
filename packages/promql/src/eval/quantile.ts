/**
 * The q-quantile of some values by linear interpolation, NaN counting as the smallest. Sorts `values`.
 *
 * Source: https://prometheus.io/docs/prometheus/latest/querying/operators/#aggregation-operators
 */
export function quantileOf(q: number, values: Float64Array): number {
  if (values.length === 0 || Number.isNaN(q)) return Number.NaN;
  if (q < 0) return Number.NEGATIVE_INFINITY;
  if (q > 1) return Number.POSITIVE_INFINITY;
  values.sort();
  const nans = countNans(values);
  const last = values.length - 1;
  const rank = q * last;
  const lower = Math.floor(rank);
  const upper = Math.min(last, lower + 1);
  const weight = rank - lower;
  return at(lower) * (1 - weight) + at(upper) * weight;

  /** Typed arrays sort NaN to the end. */
  function at(place: number): number {
    return place < nans ? Number.NaN : values[place - nans];
  }
}

function countNans(sorted: Float64Array): number {
  let count = 0;
  while (count < sorted.length && Number.isNaN(sorted[sorted.length - 1 - count])) count++;
  return count;
}
