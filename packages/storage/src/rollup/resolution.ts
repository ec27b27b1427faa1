import { DAY_MS, HOUR_MS, MINUTE_MS } from '../limits.js';

/** Rollups of one width of buckets. */
export interface Resolution {
  /** Persisted, in keys: see `RunId.resolution`. */
  readonly id: number;
  /** Width of a bucket, ms. Bucket k holds the samples of (k × width, (k + 1) × width], as windows of PromQL do. */
  readonly widthMs: number;
  /** Final width of the windows of runs, ms. */
  readonly windowMs: number;
}

export const FIVE_MINUTES: Resolution = { id: 1, widthMs: 5 * MINUTE_MS, windowMs: DAY_MS };
export const ONE_HOUR: Resolution = { id: 2, widthMs: HOUR_MS, windowMs: 30 * DAY_MS };

/** The finest first. */
export const RESOLUTIONS: readonly Resolution[] = [FIVE_MINUTES, ONE_HOUR];

/** The end of the bucket that a sample of this time is in. */
export function bucketEnd(timeMs: number, widthMs: number): number {
  return Math.ceil(timeMs / widthMs) * widthMs;
}
