/*
 * The inner loop of the line protocol of InfluxDB: lines of known fields. What is known of a field is its key: a mark,
 * the head of its line, which is the measurement and the tags as they are written, a space, and its name.
 */
import {
  addSample,
  cutColumns,
  emptyColumns,
  endSeries,
  hasRoomForSeries,
  sampleCount,
  setTimes,
} from './columns';
import { number, readNumber, readWhole, SAFE_MAX, whole } from './numbers';
import { isEntry, last, lengthOf, look, NONE, nextEntry, referenceOf, reserve, step } from './seriesTable';

/** What begins neither a line of text nor the labels of remote write, which are in the same table. */
const MARK: u8 = 0x01;
const NEWLINE: u32 = 0x0a;
const SPACE: u32 = 0x20;
const QUOTE: u32 = 0x22;
const HASH: u32 = 0x23;
const COMMA: u32 = 0x2c;
const MINUS: u32 = 0x2d;
const EQUALS: u32 = 0x3d;
const BACKSLASH: u32 = 0x5c;
const LOWER_I: u32 = 0x69;

/** Where a key is put together. */
let key: usize = 0;
let keyBytesMax: usize = 0;
/** Where the name of a field goes, behind the head of its line. */
let nameAt: usize = 0;

/** The line of each sample in the columns, of those taken last, of which there are so many. */
let lines: usize = 0;
export let lineCount: u32 = 0;

/** The double that the last `readField` read. */
let value: u64 = 0;

/** @param linesAt As many as there are samples in the columns. */
export function layOutFields(keyAt: usize, keySizeBytes: usize, linesAt: usize): void {
  key = keyAt;
  keyBytesMax = keySizeBytes;
  lines = linesAt;
}

/**
 * Takes lines of known fields from `start` on into the columns, a series and a sample for each field. Times are
 * divided and multiplied as their unit wants; lines without one are of `now`. Returns where it stopped, as `takeLines`.
 */
export function takeFieldLines(
  start: usize,
  end: usize,
  now: f64,
  firstSeries: u32,
  divisor: u32,
  factor: u32,
): usize {
  emptyColumns(firstSeries);
  lineCount = 0;
  let at = start;
  while (at < end) {
    const before = sampleCount;
    const followed = last();
    const next = takeLine(at, end, now, divisor, factor);
    if (next === 0) {
      cutColumns(before);
      step(followed);
      break;
    }
    lineCount++;
    at = next;
  }
  return at;
}

/** The entry of a field, which is made when there is none, as `reserve` does. */
export function reserveField(head: usize, headLength: usize, name: usize, nameLength: usize): u32 {
  if (!beginKey(head, headLength)) return NONE;
  const length = endKey(name, nameLength);
  return length === 0 ? NONE : reserve(key, length);
}

/** Takes all fields of a line, or leaves some in the columns. Returns where the next line begins, 0 when it stops. */
function takeLine(start: usize, end: usize, now: f64, divisor: u32, factor: u32): usize {
  const headEnd = endOfHead(start, end);
  if (headEnd === 0 || !beginKey(start, headEnd - start)) return 0;
  const first = sampleCount;
  let at = headEnd;
  do {
    const name = at + 1;
    const nameEnd = endOfName(name, end);
    if (nameEnd === 0 || !hasRoomForSeries()) return 0;
    const entry = lookUp(name, nameEnd - name);
    const reference = entry === NONE ? 0 : referenceOf(entry);
    at = reference === 0 ? 0 : readField(nameEnd + 1, end);
    if (at === 0) return 0;
    store<u32>(lines + ((<usize>sampleCount) << 2), lineCount);
    addSample(now, value);
    endSeries(reference);
  } while (<u32>load<u8>(at) === COMMA);
  if (<u32>load<u8>(at) === SPACE) {
    at = readWhole(at + 1, end);
    const time = whole / divisor;
    if (at === 0 || time > SAFE_MAX / factor) return 0;
    setTimes(first, <f64>(time * factor));
  }
  return <u32>load<u8>(at) === NEWLINE ? at + 1 : 0;
}

/** Where the space is behind measurement and tags; 0 when they are not written as clients do. */
function endOfHead(start: usize, end: usize): usize {
  if (<u32>load<u8>(start) <= HASH) return 0;
  for (let at = start; at < end; at++) {
    const byte = <u32>load<u8>(at);
    if (byte === SPACE) return at;
    if (byte < SPACE || byte === QUOTE) return 0;
    if (byte === BACKSLASH && <u32>load<u8>(at + 1) === SPACE) at++;
  }
  return 0;
}

/** Where the `=` is behind the name of a field; 0 when that has to be looked at more closely. */
function endOfName(start: usize, end: usize): usize {
  for (let at = start; at < end; at++) {
    const byte = <u32>load<u8>(at);
    if (byte === EQUALS) return at;
    if (byte <= QUOTE || byte === COMMA || byte === BACKSLASH) return 0;
  }
  return 0;
}

/** The entry of the field whose name is `length` bytes from `name` on, in the line whose key is begun. */
function lookUp(name: usize, length: usize): u32 {
  const keyLength = endKey(name, length);
  if (keyLength === 0) return NONE;
  const guess = nextEntry();
  if (guess !== NONE && lengthOf(guess) === keyLength && isEntry(guess, key, keyLength)) {
    step(guess);
    return guess;
  }
  return look(key, keyLength);
}

/** Begins the keys of the fields of a line. False where its head is too long. */
function beginKey(head: usize, length: usize): bool {
  if (length + 2 > keyBytesMax) return false;
  store<u8>(key, MARK);
  memory.copy(key + 1, head, length);
  nameAt = key + 1 + length;
  store<u8>(nameAt++, <u8>SPACE);
  return true;
}

/** Ends the key that was begun by the name of a field. Returns its length, 0 where it is too long. */
function endKey(name: usize, length: usize): usize {
  const keyLength = nameAt + length - key;
  if (keyLength > keyBytesMax) return 0;
  memory.copy(nameAt, name, length);
  return keyLength;
}

/** Reads a number, or an integer with an `i` behind it. Returns its end, 0 for anything else. */
function readField(start: usize, end: usize): usize {
  const to = readNumber(start, end);
  if (to === 0 || <u32>load<u8>(to) !== LOWER_I) {
    value = reinterpret<u64>(number);
    return to;
  }
  const digits = <u32>load<u8>(start) === MINUS ? start + 1 : start;
  if (to + 1 >= end || readWhole(digits, end) !== to) return 0;
  // No integer is the negative zero.
  value = reinterpret<u64>(number + 0);
  return to + 1;
}
