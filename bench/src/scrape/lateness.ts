import { quantileOf } from '../statistics.js';

/** How well a scraper keeps its schedule. */
export interface Lateness {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Times at which no scrape came at all. */
  readonly missed: number;
  readonly scrapes: number;
}

/**
 * Of scrapes of many targets, each on a schedule of its own: how much later each came than the earliest place in the
 * interval that its target was scraped at.
 * @param arrivals when each target was scraped, ms, ascending
 */
export function latenessOf(arrivals: readonly (readonly number[])[], intervalMs: number): Lateness {
  const lateMs: number[] = [];
  let missed = 0;
  for (const times of arrivals) {
    const places = times.map((ms) => ms - times[0] - Math.round((ms - times[0]) / intervalMs) * intervalMs);
    const earliest = Math.min(...places);
    lateMs.push(...places.map((place) => place - earliest));
    missed += Math.round((times[times.length - 1] - times[0]) / intervalMs) + 1 - times.length;
  }
  return {
    p50Ms: quantileOf(lateMs, 0.5),
    p99Ms: quantileOf(lateMs, 0.99),
    maxMs: quantileOf(lateMs, 1),
    missed,
    scrapes: lateMs.length,
  };
}
