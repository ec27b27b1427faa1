/** Most bytes that a number takes. */
export const NUMBER_BYTES_MAX = 25;

/** Up to here the digits of a decimal are its own: no other of as many reads back as the same double. */
const DECIMAL_END = 1e15;

/** Powers of 1000. */
const SCALES = [1, 1e3, 1e6, 1e9, 1e12, 1e15];

const ZERO = 0x30;
const POINT = 0x2e;
const MINUS = 0x2d;

/** Three digits for each number below 1000. */
const THREE_DIGITS = Uint8Array.from(
  Array.from({ length: 1000 }, (_, number) => [...Buffer.from(String(number).padStart(3, '0'))]).flat(),
);

/**
 * Writes a sample value as Prometheus prints it in JSON: the shortest digits that read back the same, plain between
 * 1e-6 and 1e21, else with an exponent of at least two digits. Returns the place behind it.
 */
export function writeValue(bytes: Uint8Array, at: number, value: number): number {
  const small = value | 0;
  if (small === value && (small > 0 || Object.is(value, 0))) return writeWhole(bytes, at, small);
  const magnitude = Math.abs(value);
  if (magnitude >= 1e-6 && magnitude < DECIMAL_END) {
    const end = writeDecimal(bytes, value < 0 ? at + 1 : at, magnitude);
    if (end > 0) {
      if (value < 0) bytes[at] = MINUS;
      return end;
    }
  }
  return writeAscii(bytes, at, valueText(value));
}

/** Writes milliseconds as the seconds of the API: no decimals or three. Returns the place behind them. */
export function writeSeconds(bytes: Uint8Array, at: number, timeMs: number): number {
  const absoluteMs = Math.abs(timeMs);
  const seconds = Math.floor(absoluteMs / 1000);
  const fraction = absoluteMs - 1000 * seconds;
  if (timeMs < 0) bytes[at++] = MINUS;
  const end = writeWhole(bytes, at, seconds);
  if (fraction === 0) return end;
  bytes[end] = POINT;
  return writeThree(bytes, end + 1, fraction);
}

/**
 * Writes a value of at most 15 digits, which are all those of a whole number of some small unit; returns 0 where
 * more are needed. Quotients of such numbers and powers of ten are rounded once, as reading the decimal is.
 */
function writeDecimal(bytes: Uint8Array, at: number, magnitude: number): number {
  const group = groupsOf(magnitude);
  const scale = SCALES[group];
  const units = Math.round(magnitude * scale);
  if (units / scale !== magnitude || units >= DECIMAL_END) return 0;
  const whole = Math.floor(units / scale);
  const rest = units - whole * scale;
  let end = writeWhole(bytes, at, whole);
  if (rest === 0) return end;
  bytes[end++] = POINT;
  const high = Math.floor(rest / 1e9);
  const low = rest - high * 1e9;
  if (group > 3) end = writeThrees(bytes, end, high, group - 3);
  end = writeThrees(bytes, end, low, Math.min(group, 3));
  while (bytes[end - 1] === ZERO) end--;
  return end;
}

/** Groups of three decimals that leave a magnitude at most 15 digits in all. */
function groupsOf(magnitude: number): number {
  if (magnitude < 1e3) return magnitude < 1 ? 5 : 4;
  if (magnitude < 1e9) return magnitude < 1e6 ? 3 : 2;
  return magnitude < 1e12 ? 1 : 0;
}

/** Writes a whole number, which may be as large as 2^53. */
function writeWhole(bytes: Uint8Array, at: number, whole: number): number {
  if (whole < 1e9) return writeSmall(bytes, at, whole | 0);
  const high = Math.floor(whole / 1e9);
  return writeThrees(bytes, writeSmall(bytes, at, high), whole - high * 1e9, 3);
}

/** Writes a whole number below 2^31. */
function writeSmall(bytes: Uint8Array, at: number, whole: number): number {
  if (whole >= 1_000_000) {
    const millions = (whole / 1_000_000) | 0;
    return writeThrees(bytes, writeSmall(bytes, at, millions), whole - 1_000_000 * millions, 2);
  }
  if (whole >= 1000) {
    const thousands = (whole / 1000) | 0;
    return writeThree(bytes, writeSmall(bytes, at, thousands), whole - 1000 * thousands);
  }
  const place = 3 * whole;
  if (whole >= 100) bytes[at++] = THREE_DIGITS[place];
  if (whole >= 10) bytes[at++] = THREE_DIGITS[place + 1];
  bytes[at] = THREE_DIGITS[place + 2];
  return at + 1;
}

/** Writes a whole number below 1000 to the power of `groups`, which is at most 3, with all its zeros. */
function writeThrees(bytes: Uint8Array, at: number, whole: number, groups: number): number {
  let rest = whole | 0;
  for (let group = groups - 1; group >= 0; group--) {
    const quotient = (rest / 1000) | 0;
    writeThree(bytes, at + 3 * group, rest - 1000 * quotient);
    rest = quotient;
  }
  return at + 3 * groups;
}

function writeThree(bytes: Uint8Array, at: number, number: number): number {
  const place = 3 * number;
  bytes[at] = THREE_DIGITS[place];
  bytes[at + 1] = THREE_DIGITS[place + 1];
  bytes[at + 2] = THREE_DIGITS[place + 2];
  return at + 3;
}

function valueText(value: number): string {
  if (Number.isFinite(value)) {
    if (Object.is(value, -0)) return '-0';
    const text = String(value);
    const exponent = text.indexOf('e');
    if (exponent < 0 || text.length - exponent > 3) return text;
    return `${text.slice(0, exponent + 2)}0${text.slice(exponent + 2)}`;
  }
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}

function writeAscii(bytes: Uint8Array, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
  return at + text.length;
}
