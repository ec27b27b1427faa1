/*
 * Numbers as texts write them. Whoever reads one gets its end, which is before the end of the body, or 0 for anything
 * that is left to the decoder.
 */
const MINUS: u32 = 0x2d;
const POINT: u32 = 0x2e;
const DIGIT_0: u32 = 0x30;
const LOWER_E: u32 = 0x65;

/** So many digits make a number below 2^60, and below 2^64. */
const DIGITS_MAX: usize = 18;
const WHOLE_DIGITS_MAX: usize = 19;
export const SAFE_MAX: u64 = 9007199254740991;
/** The largest power of ten that a double holds exactly. */
const POWER_MAX: i32 = 22;

let powers: usize = 0;

/** What `readNumber` and `readWhole` read last. */
export let number: f64 = 0;
export let whole: u64 = 0;

/** @param powersAt The powers of ten from 0 to `POWER_MAX`, as doubles. */
export function layOutPowers(powersAt: usize): void {
  powers = powersAt;
}

/** Reads a number that a double holds by one rounding. */
export function readNumber(start: usize, end: usize): usize {
  let at = start;
  const isNegative = at < end && <u32>load<u8>(at) === MINUS;
  if (isNegative) at++;
  let mantissa: u64 = 0;
  let digits: usize = 0;
  let exponent: i32 = 0;
  for (; at < end && isDigit(at); at++, digits++) mantissa = mantissa * 10 + digitAt(at);
  if (at < end && <u32>load<u8>(at) === POINT) {
    for (at++; at < end && isDigit(at); at++, digits++, exponent--) mantissa = mantissa * 10 + digitAt(at);
  }
  if (digits === 0) return 0;
  if (at < end && (<u32>load<u8>(at) | 0x20) === LOWER_E) {
    at++;
    const isMinus = at < end && <u32>load<u8>(at) === MINUS;
    if (isMinus) at++;
    const first = at;
    let read: i32 = 0;
    for (; at < end && isDigit(at) && at < first + 3; at++) read = read * 10 + <i32>digitAt(at);
    if (at === first) return 0;
    exponent += isMinus ? -read : read;
  }
  if (at >= end || digits > DIGITS_MAX || mantissa > SAFE_MAX) return 0;
  if (exponent > POWER_MAX || exponent < -POWER_MAX) return 0;
  const unscaled = <f64>mantissa;
  const size = exponent < 0 ? unscaled / powerOfTen(-exponent) : unscaled * powerOfTen(exponent);
  number = isNegative ? -size : size;
  return at;
}

/** Reads digits alone, at most `WHOLE_DIGITS_MAX` of them. */
export function readWhole(start: usize, end: usize): usize {
  let at = start;
  let read: u64 = 0;
  for (; at < end && isDigit(at); at++) read = read * 10 + digitAt(at);
  const digits = at - start;
  if (digits === 0 || digits > WHOLE_DIGITS_MAX || at >= end) return 0;
  whole = read;
  return at;
}

function isDigit(at: usize): bool {
  return <u32>load<u8>(at) - DIGIT_0 <= 9;
}

function digitAt(at: usize): u64 {
  return <u64>load<u8>(at) - DIGIT_0;
}

function powerOfTen(exponent: i32): f64 {
  return load<f64>(powers + ((<usize>exponent) << 3));
}
