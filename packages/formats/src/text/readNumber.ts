const PLUS = 0x2b;
const MINUS = 0x2d;
const POINT = 0x2e;
const DIGIT_0 = 0x30;
const LOWER_E = 0x65;

/** The powers of ten that a double holds exactly. */
export const EXACT_POWERS = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/**
 * The double that the bytes `start .. end` write, in the grammar of Go's `strconv.ParseFloat` without hex and
 * underscores; undefined for anything else, a number too large for a double included.
 *
 * Up to 2^53 times or divided by a power of ten up to 10^22 needs one correctly rounded operation on exact
 * operands, so the common case makes no string (Clinger 1990, "How to read floating point numbers accurately").
 */
export function readFloat(bytes: Uint8Array, start: number, end: number): number | undefined {
  const first = bytes[start];
  const negative = first === MINUS;
  let at = negative || first === PLUS ? start + 1 : start;
  let mantissa = 0;
  let digits = 0;
  let fractionDigits = 0;
  for (; at < end; at++, digits++) {
    const digit = bytes[at] - DIGIT_0;
    if (digit < 0 || digit > 9) break;
    mantissa = mantissa * 10 + digit;
  }
  if (at < end && bytes[at] === POINT) {
    for (at++; at < end; at++, digits++, fractionDigits++) {
      const digit = bytes[at] - DIGIT_0;
      if (digit < 0 || digit > 9) break;
      mantissa = mantissa * 10 + digit;
    }
  }
  let exponent = 0;
  if (digits > 0 && at < end && (bytes[at] | 0x20) === LOWER_E) {
    const read = readInteger(bytes, at + 1, end);
    if (read === undefined) return readFloatText(bytes, start, end);
    exponent = read;
    at = end;
  }
  exponent -= fractionDigits;
  const exact = at === end && digits > 0 && mantissa <= Number.MAX_SAFE_INTEGER && Math.abs(exponent) <= 22;
  if (!exact) return readFloatText(bytes, start, end);
  const value = exponent < 0 ? mantissa / EXACT_POWERS[-exponent] : mantissa * EXACT_POWERS[exponent];
  return negative ? -value : value;
}

/** The safe integer that the bytes write in decimal, with or without a sign; undefined for anything else. */
export function readInteger(bytes: Uint8Array, start: number, end: number): number | undefined {
  const first = bytes[start];
  const negative = first === MINUS;
  let at = negative || first === PLUS ? start + 1 : start;
  if (at >= end) return undefined;
  let value = 0;
  for (; at < end; at++) {
    const digit = bytes[at] - DIGIT_0;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  if (value > Number.MAX_SAFE_INTEGER) return undefined;
  // The sum turns a negative zero into zero.
  return negative ? 0 - value : value;
}

function readFloatText(bytes: Uint8Array, start: number, end: number): number | undefined {
  const text = new TextDecoder().decode(bytes.subarray(start, end));
  if (/^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? value : undefined;
  }
  if (/^nan$/i.test(text)) return Number.NaN;
  const infinite = /^([+-]?)inf(?:inity)?$/i.exec(text);
  if (infinite) return infinite[1] === '-' ? -Infinity : Infinity;
  return undefined;
}
