/*
 * The inner loops of remote write 1.0: decompression, and the TimeSeries of known series.
 */
import {
  addSample,
  cutSamples,
  emptyColumns,
  endSeries,
  hasRoomForSample,
  hasRoomForSeries,
  sampleCount,
} from './columns';
import { isEntry, lengthOf, look, NONE, nextEntry, referenceOf, step } from './seriesTable';

const SERIES_TAG: u32 = 0x0a;
const LABEL_TAG: u32 = 0x0a;
const SAMPLE_TAG: u32 = 0x12;
const VALUE_TAG: u32 = 0x09;
const TIME_TAG: u32 = 0x10;
const TIME_MAX: i64 = 9007199254740991;

/**
 * Decompresses the elements of a snappy block; both ranges are followed by 16 bytes that may be overwritten.
 * Returns 1, or 0 for anything that is not exactly `length` bytes.
 */
export function decompress(source: usize, sourceEnd: usize, target: usize, length: usize): u32 {
  const targetEnd = target + length;
  let from = source;
  let to = target;
  while (from < sourceEnd) {
    const tag = <u32>load<u8>(from++);
    let size: usize = 0;
    const kind = tag & 3;
    if (kind === 0) {
      size = <usize>(tag >> 2) + 1;
      if (size > 60) {
        const lengthBytes = size - 60;
        if (from + lengthBytes > sourceEnd) return 0;
        // Within the memory whatever the length: the input is followed by slack.
        const bits = <u32>load<u32>(from);
        const declared = lengthBytes === 4 ? bits : bits & ((1 << ((<u32>lengthBytes) << 3)) - 1);
        if (declared === 0xffffffff) return 0;
        size = <usize>declared + 1;
        from += lengthBytes;
      }
      if (size > sourceEnd - from || size > targetEnd - to) return 0;
      if (size <= 16) {
        store<u64>(to, load<u64>(from));
        store<u64>(to, load<u64>(from, 8), 8);
      } else {
        memory.copy(to, from, size);
      }
      from += size;
    } else {
      let offset: usize = 0;
      if (kind === 1) {
        if (from >= sourceEnd) return 0;
        size = <usize>((tag >> 2) & 7) + 4;
        offset = ((<usize>(tag >> 5)) << 8) | <usize>load<u8>(from++);
      } else if (kind === 2) {
        if (from + 2 > sourceEnd) return 0;
        size = <usize>(tag >> 2) + 1;
        offset = <usize>load<u16>(from);
        from += 2;
      } else {
        if (from + 4 > sourceEnd) return 0;
        size = <usize>(tag >> 2) + 1;
        offset = <usize>load<u32>(from);
        from += 4;
      }
      if (offset === 0 || offset > to - target || size > targetEnd - to) return 0;
      copyBack(to, offset, size);
    }
    to += size;
  }
  return to === targetEnd ? 1 : 0;
}

/** A copy may reach into what it writes. */
function copyBack(to: usize, offset: usize, size: usize): void {
  const from = to - offset;
  if (offset >= 8) {
    for (let i: usize = 0; i < size; i += 8) store<u64>(to + i, load<u64>(from + i));
  } else {
    for (let i: usize = 0; i < size; i++) store<u8>(to + i, load<u8>(from + i));
  }
}

/**
 * Takes TimeSeries of known series, with nothing but their labels and samples, from `start` on into the
 * columns; samples name their series by its place in the columns plus `firstSeries`. Returns where it stopped:
 * `end`, a field that is something else, or the first series that does not fit into the columns.
 */
export function takeSeries(start: usize, end: usize, firstSeries: u32): usize {
  emptyColumns(firstSeries);
  let at = start;
  while (at < end && <u32>load<u8>(at) === SERIES_TAG) {
    let length: usize = <usize>load<u8>(at + 1);
    let from = at + 2;
    if (length >= 0x80) {
      length = (length & 0x7f) | ((<usize>load<u8>(from++)) << 7);
      if (length >= 0x4000) {
        length = (length & 0x3fff) | ((<usize>load<u8>(from++)) << 14);
        if (length >= 0x200000) break;
      }
    }
    if (from > end || length > end - from) break;
    const seriesEnd = from + length;
    const entry = lookUp(from, seriesEnd);
    if (entry === NONE) break;
    const reference = referenceOf(entry);
    if (reference === 0 || !hasRoomForSeries()) break;
    const before = sampleCount;
    if (!takeSamples(from + lengthOf(entry), seriesEnd)) {
      cutSamples(before);
      break;
    }
    if (sampleCount > before) endSeries(reference);
    at = seriesEnd;
  }
  return at;
}

/** The fields up to `end`, false when they are not all samples of the usual form or do not fit. */
function takeSamples(start: usize, end: usize): bool {
  let at = start;
  while (at < end) {
    if (<u32>load<u8>(at) !== SAMPLE_TAG || !hasRoomForSample()) return false;
    const sampleEnd = at + 2 + <usize>load<u8>(at + 1);
    if (<u32>load<u8>(at + 1) >= 0x80 || sampleEnd > end) return false;
    at += 2;
    let value: u64 = 0;
    let time: i64 = 0;
    while (at < sampleEnd) {
      const tag = <u32>load<u8>(at++);
      if (tag === VALUE_TAG) {
        if (at + 8 > sampleEnd) return false;
        value = load<u64>(at);
        at += 8;
      } else if (tag === TIME_TAG) {
        let shift: i64 = 0;
        let byte: i64 = 0;
        time = 0;
        do {
          if (at >= sampleEnd || shift > 49) return false;
          byte = <i64>load<u8>(at++);
          time |= (byte & 0x7f) << shift;
          shift += 7;
        } while (byte >= 0x80);
      } else {
        return false;
      }
    }
    if (time > TIME_MAX) return false;
    addSample(<f64>time, value);
  }
  return true;
}

/** The entry whose bytes are the Label fields at the start of a TimeSeries, `NONE` when there is none. */
function lookUp(start: usize, end: usize): u32 {
  // Lines of text are in the table, too, and begin with something else.
  if (start === end || <u32>load<u8>(start) !== LABEL_TAG) return NONE;
  const guess = nextEntry();
  if (guess !== NONE) {
    const length = lengthOf(guess);
    if (
      length < end - start &&
      <u32>load<u8>(start + length) === SAMPLE_TAG &&
      isEntry(guess, start, length)
    ) {
      step(guess);
      return guess;
    }
  }
  const labelsEnd = endOfLabels(start, end);
  return labelsEnd === 0 ? NONE : look(start, labelsEnd - start);
}

/** Where the Label fields end, 0 when one of them is not whole or is longer than 16 KB. */
function endOfLabels(start: usize, end: usize): usize {
  let at = start;
  while (at < end && <u32>load<u8>(at) === LABEL_TAG) {
    let length = <usize>load<u8>(at + 1);
    at += 2;
    if (length >= 0x80) {
      length = (length & 0x7f) | ((<usize>load<u8>(at++)) << 7);
      if (length >= 0x4000) return 0;
    }
    at += length;
  }
  return at > end ? 0 : at;
}
