/** Of an even number of values the mean of the two in the middle; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The smallest value that at least the share `quantile` (above 0, at most 1) of all reach or stay below; NaN of none. */
export function quantileOf(values: readonly number[], quantile: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(quantile * sorted.length) - 1] ?? Number.NaN;
}

/** Slope of the line through the points that has the least squares; NaN of fewer than two. */
export function slopeOf(points: readonly { readonly x: number; readonly y: number }[]): number {
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / points.length;
  const covariance = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0);
  return covariance / points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
}

/** The median of one figure over several runs; runs that failed are undefined. */
export function medianOf<Run>(runs: readonly (Run | undefined)[], read: (run: Run) => number): number {
  return median(runs.filter((run) => run !== undefined).map(read));
}

/** The largest of one figure over several runs; runs that failed are undefined; NaN when all did. */
export function worstOf<Run>(runs: readonly (Run | undefined)[], read: (run: Run) => number): number {
  const values = runs.filter((run) => run !== undefined).map(read);
  return values.length === 0 ? Number.NaN : Math.max(...values);
}
