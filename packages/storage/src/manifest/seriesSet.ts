import { ByteReader } from '../bytes/byteReader.js';
import { ByteWriter } from '../bytes/byteWriter.js';
import type { SeriesBits } from './seriesBits.js';

/**
 * Which series a run holds: stretches of consecutive ids as (gap before, length) pairs of varints. The series
 * of a store are numbered as they come, so the live ones usually make few stretches.
 */
export type SeriesSet = Uint8Array;

/** The set of the ids that are in the bits. */
export function seriesSetOfBits(bits: SeriesBits): SeriesSet {
  const writer = new ByteWriter();
  let previousEnd = 0;
  bits.forEachStretch((start, end) => {
    writeStretch(writer, start - previousEnd, end - start);
    previousEnd = end;
  });
  return writer.written().slice();
}

function writeStretch(writer: ByteWriter, gap: number, length: number): void {
  writer.varint(gap);
  writer.varint(length);
}

/** Calls `visit` with each stretch `[start, end)`, ascending. */
export function forEachStretch(set: SeriesSet, visit: (start: number, end: number) => void): void {
  const reader = new ByteReader(set);
  let id = 0;
  while (!reader.atEnd) {
    const start = id + reader.varint();
    id = start + reader.varint();
    visit(start, id);
  }
}

/** Those of the ascending `ids` that are in the set. */
export function intersectSeriesSet(ids: Uint32Array, set: SeriesSet): Uint32Array {
  const kept = new Uint32Array(ids.length);
  const reader = new ByteReader(set);
  let count = 0;
  let end = 0;
  let start = 0;
  for (const id of ids) {
    while (id >= end && !reader.atEnd) {
      start = end + reader.varint();
      end = start + reader.varint();
    }
    if (id >= start && id < end) kept[count++] = id;
  }
  return kept.subarray(0, count);
}

/** The set of some ascending ids. */
export function seriesSetOf(ids: Uint32Array): SeriesSet {
  const writer = new ByteWriter();
  let previousEnd = 0;
  for (let i = 0; i < ids.length; ) {
    const start = ids[i];
    let end = start;
    while (i < ids.length && ids[i] === end) {
      end++;
      i++;
    }
    writeStretch(writer, start - previousEnd, end - start);
    previousEnd = end;
  }
  return writer.written().slice();
}

/** The set of the ids from `start` up to `end`. */
export function seriesSetOfStretch(start: number, end: number): SeriesSet {
  const writer = new ByteWriter();
  writeStretch(writer, start, end - start);
  return writer.written().slice();
}

/** Whether two sets have a series in common. */
export function seriesSetsMeet(a: SeriesSet, b: SeriesSet): boolean {
  const readers = [new ByteReader(a), new ByteReader(b)];
  const starts = [0, 0];
  const ends = [0, 0];
  const advance = (side: number): boolean => {
    if (readers[side].atEnd) return false;
    starts[side] = ends[side] + readers[side].varint();
    ends[side] = starts[side] + readers[side].varint();
    return true;
  };
  if (!advance(0) || !advance(1)) return false;
  for (;;) {
    if (starts[0] < ends[1] && starts[1] < ends[0]) return true;
    if (!advance(ends[0] <= ends[1] ? 0 : 1)) return false;
  }
}
