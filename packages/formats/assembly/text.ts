/*
 * The inner loop of the text format: lines of known series.
 */
import { addSample, emptyColumns, endSeries, hasRoomForSeries } from './columns';
import { number, readNumber, readWhole, SAFE_MAX, whole } from './numbers';
import { isEntry, lengthOf, look, NONE, nextEntry, referenceOf, step } from './seriesTable';

const NEWLINE: u32 = 0x0a;
const SPACE: u32 = 0x20;
const QUOTE: u32 = 0x22;
const HASH: u32 = 0x23;
const BACKSLASH: u32 = 0x5c;
const OPEN_BRACE: u32 = 0x7b;
const CLOSE_BRACE: u32 = 0x7d;

/** `NaN`, as its bytes are read as a word, and the double that it means. */
const NAN_TEXT: u32 = 0x4e614e;
const NAN_BITS: u64 = 0x7ff8000000000000;

/** The double that the last `readValue` read. */
let value: u64 = 0;

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
    let time = now;
    if (<u32>load<u8>(to) === SPACE) {
      to = readWhole(to + 1, end);
      if (to === 0 || whole > SAFE_MAX) break;
      time = <f64>whole;
    }
    if (<u32>load<u8>(to) !== NEWLINE) break;
    addSample(time, value);
    endSeries(reference);
    at = to + 1;
  }
  return at;
}

/** The entry whose bytes are the series at the start of a line, `NONE` when there is none. A space is behind it. */
function lookUp(start: usize, end: usize): u32 {
  // What other formats write is in the table, too, and all of it begins with less.
  if (<u32>load<u8>(start) <= HASH) return NONE;
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

/** As `readNumber`, or NaN. */
function readValue(start: usize, end: usize): usize {
  const to = readNumber(start, end);
  if (to === 0) return readNaN(start, end);
  value = reinterpret<u64>(number);
  return to;
}

function readNaN(at: usize, end: usize): usize {
  if (end <= at + 3 || (load<u32>(at) & 0xffffff) !== NAN_TEXT) return 0;
  value = NAN_BITS;
  return at + 3;
}
