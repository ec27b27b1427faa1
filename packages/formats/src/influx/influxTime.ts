/** How many of the last digits of a timestamp are less than a millisecond, or by how much it is multiplied. */
export interface InfluxUnit {
  readonly digitsBelowMs: number;
  readonly factor: number;
}

export const INFLUX_PRECISIONS = {
  ns: { digitsBelowMs: 6, factor: 1 },
  us: { digitsBelowMs: 3, factor: 1 },
  ms: { digitsBelowMs: 0, factor: 1 },
  s: { digitsBelowMs: 0, factor: 1000 },
  m: { digitsBelowMs: 0, factor: 60_000 },
  h: { digitsBelowMs: 0, factor: 3_600_000 },
} as const satisfies Readonly<Record<string, InfluxUnit>>;

export type InfluxPrecision = keyof typeof INFLUX_PRECISIONS;

const MINUS = 0x2d;
const DIGIT_0 = 0x30;

/** Whole milliseconds of a timestamp, what is less cut off; undefined for what is no whole number or too large. */
export function readInfluxTimeMs(
  bytes: Uint8Array,
  start: number,
  end: number,
  precision: InfluxPrecision,
): number | undefined {
  const { digitsBelowMs, factor } = INFLUX_PRECISIONS[precision];
  const isNegative = bytes[start] === MINUS;
  const first = isNegative ? start + 1 : start;
  const msEnd = Math.max(first, end - digitsBelowMs);
  let ms = 0;
  let hasRest = false;
  for (let at = first; at < end; at++) {
    const digit = bytes[at] - DIGIT_0;
    if (digit < 0 || digit > 9) return undefined;
    if (at < msEnd) ms = ms * 10 + digit;
    else hasRest ||= digit > 0;
  }
  // Down, also before 1970.
  const timeMs = isNegative ? 0 - ms * factor - (hasRest ? 1 : 0) : ms * factor;
  return first < end && Number.isSafeInteger(timeMs) ? timeMs : undefined;
}
