import { RETRY_AFTER_MS_MAX } from '../limits.js';

export interface Backoff {
  readonly backoffMinMs: number;
  readonly backoffMaxMs: number;
}

/**
 * How long to wait before an attempt, after so many that failed: twice as long each time, and up to a half less by
 * chance, so that those that were turned away together do not come back together.
 *
 * @param random from 0 to 1
 */
export function backoffMs(failures: number, { backoffMinMs, backoffMaxMs }: Backoff, random: number): number {
  const whole = Math.min(backoffMaxMs, backoffMinMs * 2 ** Math.min(30, failures - 1));
  return whole * (1 - random / 2);
}

/** What `Retry-After` tells: seconds, or a date; ms, 0 where it tells nothing. */
export function retryAfterMs(header: string | undefined, nowMs: number): number {
  if (header === undefined) return 0;
  const told = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - nowMs;
  return Number.isNaN(told) ? 0 : Math.max(0, Math.min(RETRY_AFTER_MS_MAX, told));
}
