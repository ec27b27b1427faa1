const NANOS_PER_MS = 1_000_000;

/** 2^32 ns in whole milliseconds, and the nanoseconds left. */
const HIGH_MS = 4294;
const HIGH_NANOS = 967_296;

/** Whole milliseconds of unsigned nanoseconds in two words: every step is exact. */
export function millisecondsOf(high: number, low: number): number {
  return high * HIGH_MS + Math.floor((high * HIGH_NANOS + low) / NANOS_PER_MS);
}

/** Whole milliseconds of nanoseconds in decimal digits; undefined when it is something else, or above 64 bits. */
export function millisecondsOfText(text: string): number | undefined {
  if (!/^\d{1,20}$/.test(text)) return undefined;
  return Number(text.slice(0, -6));
}

/**
 * Whole milliseconds of nanoseconds in a double, which cannot hold all of their digits: it is rounded to microseconds,
 * so that a millisecond does not become the one before.
 */
export function millisecondsOfNumber(nanos: number): number | undefined {
  if (!(nanos >= 0 && nanos < 2 ** 64)) return undefined;
  return Math.floor(Math.round(nanos / 1000) / 1000);
}
