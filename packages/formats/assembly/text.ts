/*
 * The inner loop of the text format: lines of known series.
 */
import { addSample, emptyColumns, endSeries, hasRoomForSeries } from './columns';
import { isEntry, lengthOf, look, NONE, nextEntry, referenceOf, step } from './seriesTable';

const NEWLINE: u32 = 0x0a;
const SPACE: u32 = 0x20;
const QUOTE: u32 = 0x22;
const HASH: u32 = 0x23;
const MINUS: u32 = 0x2d;
const POINT: u32 = 0x2e;
const DIGIT_0: u32 = 0x30;
const BACKSLASH: u32 = 0x5c;
const LOWER_E: u32 = 0x65;
const OPEN_BRACE: u32 = 0x7b;
const CLOSE_BRACE: u32 = 0x7d;

/** `NaN`, as its bytes are read as a word, and the double that it means. */
const NAN_TEXT: u32 = 0x4e614e;
const NAN_BITS: u64 = 0x7ff8000000000000;

/** So many digits make a number below 2^60. */
const DIGITS_MAX: usize = 18;
const SAFE_MAX: u64 = 9007199254740991;
/** The largest power of ten that a double holds exactly. */
const POWER_MAX: i32 = 22;

let powers: usize = 0;

/** What the last `readValue` or `readTime` read. */
let value: f64 = 0;
let time: f64 = 0;

/** @param powersAt The powers of ten from 0 to `POWER_MAX`, as doubles. */
export function layOutPowers(powersAt: usize): void {
  powers = powersAt;
}

/**
 * Takes lines of known series from `start` on into the columns, one sample each, with their own time or `now`; the
 * first one's index in the batch is `firstSeries`. Returns where it stopped: `end`, or the beginning of a line that is
 * something else or does not fit into the columns.
 */
export function takeLines(start: usize, end: usize, now: f64, firstSeries: u32): usize {
  emptyColumns(firstSeries);
  let at = start;
  while (at < end && hasRoomForSeries()) {
    const entry = lookUp(at, end);
    if (entry === NONE) break;
    const reference = referenceOf(entry);
    if (reference === 0) break;
    // A line has an end, or this is not whole: what stands behind the last byte is no digit of it.
    let to = readValue(at + lengthOf(entry) + 1, end);
    if (to === 0) break;
    time = now;
    if (<u32>load<u8>(to) === SPACE) to = readTime(to + 1, end);
    if (to === 0 || <u32>load<u8>(to) !== NEWLINE) break;
    addSample(time, reinterpret<u64>(value));
    endSeries(reference);
    at = to + 1;
  }
  return at;
}

/** The entry whose bytes are the series at the start of a line, `NONE` when there is none. A space is behind it. */
function lookUp(start: usize, end: usize): u32 {
  // Label fields are in the table, too, and all of them begin so.
  if (<u32>load<u8>(start) === NEWLINE) return NONE;
  const guess = nextEntry();
  if (guess !== NONE) {
    const length = lengthOf(guess);
    if (length < end - start && <u32>load<u8>(start + length) === SPACE && isEntry(guess, start, length)) {
      step(guess);
      return guess;
    }
  }
  const seriesEnd = endOfSeries(start, end);
  return seriesEnd === start ? NONE : look(start, seriesEnd - start);
}

/** Where the space is behind the series at the start of a line; `start` when it is not written as exporters do. */
function endOfSeries(start: usize, end: usize): usize {
  let at = start;
  for (; at < end; at++) {
    const byte = <u32>load<u8>(at);
    if (byte === SPACE) return at;
    if (byte === OPEN_BRACE) break;
    if (byte <= HASH) return start;
  }
  let isQuoted = false;
  for (; at < end; at++) {
    const byte = <u32>load<u8>(at);
    if (byte === QUOTE) isQuoted = !isQuoted;
    else if (byte === BACKSLASH && isQuoted) at++;
    else if (byte === NEWLINE) return start;
    else if (byte === CLOSE_BRACE && !isQuoted) break;
  }
  return at + 1 < end && <u32>load<u8>(at + 1) === SPACE ? at + 1 : start;
}

/** Reads a number that a double holds by one rounding, or NaN. Returns its end, before `end`; 0 for anything else. */
function readValue(start: usize, end: usize): usize {
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
  if (digits === 0) return readNaN(start, end);
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
  const whole = <f64>mantissa;
  const size = exponent < 0 ? whole / powerOfTen(-exponent) : whole * powerOfTen(exponent);
  value = isNegative ? -size : size;
  return at;
}

function readNaN(at: usize, end: usize): usize {
  if (end - at <= 3 || (load<u32>(at) & 0xffffff) !== NAN_TEXT) return 0;
  value = reinterpret<f64>(NAN_BITS);
  return at + 3;
}

/** Reads whole milliseconds since 1970. Returns their end, before `end`; 0 for anything else. */
function readTime(start: usize, end: usize): usize {
  let at = start;
  let read: u64 = 0;
  for (; at < end && isDigit(at); at++) read = read * 10 + digitAt(at);
  const digits = at - start;
  if (digits === 0 || digits > DIGITS_MAX || read > SAFE_MAX || at >= end) return 0;
  time = <f64>read;
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
