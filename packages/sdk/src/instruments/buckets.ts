import { BUCKETS_MAX } from '../constants.js';

/**
 * Upper bounds at equal distances: `linearBuckets(10, 5, 3)` is 10, 15, 20. With numbers that make no buckets the
 * list is empty, which the histogram then refuses.
 */
export function linearBuckets(start: number, width: number, count: number): number[] {
  return width > 0 ? bounds(count, (i) => start + i * width) : [];
}

/**
 * Upper bounds of which each is `factor` times the one before: `exponentialBuckets(1, 2, 4)` is 1, 2, 4, 8. With
 * numbers that make no buckets the list is empty, which the histogram then refuses.
 */
export function exponentialBuckets(start: number, factor: number, count: number): number[] {
  return start > 0 && factor > 1 ? bounds(count, (i) => start * factor ** i) : [];
}

/** Rounded to the twelve digits that mean something, so that no bound is 0.30000000000000004. */
function bounds(count: number, boundAt: (i: number) => number): number[] {
  if (!Number.isInteger(count) || count < 1 || count > BUCKETS_MAX) return [];
  return Array.from({ length: count }, (_, i) => Number(boundAt(i).toPrecision(12)));
}
