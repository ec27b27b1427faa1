import { TinyObsError } from './errors.js';

const UNITS_MS: ReadonlyMap<string, number> = new Map([
  ['y', 365 * 86_400_000],
  ['w', 7 * 86_400_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
]);

/** Prometheus counts durations in nanoseconds in 64 bits, a little over 292 years. */
const DURATION_MS_MAX = 9_223_372_036_854;

const DURATION = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;

/**
 * Milliseconds of a duration as Prometheus writes it: `90s`, `1h30m`, `15d`; units from large to small, each
 * at most once; `0` alone is allowed.
 *
 * @throws TinyObsError `invalid_parameter` for anything else, and for more than 292 years.
 * Source: https://prometheus.io/docs/prometheus/latest/querying/basics/#float-literals-and-time-durations
 */
export function parseDurationMs(text: string): number {
  if (text === '0') return 0;
  const found = text === '' ? null : DURATION.exec(text);
  if (!found) {
    throw new TinyObsError(
      'invalid_parameter',
      `not a duration: ${JSON.stringify(text)}; write it like 30s, 5m, 1h30m or 15d`,
    );
  }
  let totalMs = 0;
  let group = 1;
  for (const unitMs of UNITS_MS.values()) {
    const count = found[group++];
    if (count !== undefined) totalMs += Number(count) * unitMs;
  }
  if (totalMs > DURATION_MS_MAX) {
    throw new TinyObsError('invalid_parameter', 'duration out of range; at most 292 years can be given');
  }
  return totalMs;
}

/** The shortest such text for whole milliseconds: 5400000 is `1h30m`. Weeks and years are not used. */
export function formatDuration(durationMs: number): string {
  if (durationMs === 0) return '0s';
  let rest = Math.abs(durationMs);
  let text = durationMs < 0 ? '-' : '';
  for (const [unit, unitMs] of UNITS_MS) {
    if (unit === 'y' || unit === 'w') continue;
    const count = Math.floor(rest / unitMs);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * unitMs;
  }
  return text;
}
