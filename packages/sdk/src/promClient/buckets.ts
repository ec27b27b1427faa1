/** Upper bounds at equal distances. @throws Error for fewer than one */
export function linearBuckets(start: number, width: number, count: number): number[] {
  if (count < 1) throw new Error('linear buckets are one or more');
  return Array.from({ length: count }, (_, i) => start + i * width);
}

/** Upper bounds of which each is `factor` times the one before. @throws Error where that makes no buckets */
export function exponentialBuckets(start: number, factor: number, count: number): number[] {
  if (start <= 0) throw new Error('exponential buckets start above 0');
  if (count < 1) throw new Error('exponential buckets are one or more');
  if (factor <= 1) throw new Error('exponential buckets grow by a factor above 1');
  const buckets = [start];
  // As prom-client multiplies, so that the bounds, which are parts of names of series, are the same to the last digit.
  while (buckets.length < count) buckets.push(buckets[buckets.length - 1] * factor);
  return buckets;
}
