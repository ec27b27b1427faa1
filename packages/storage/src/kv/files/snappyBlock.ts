import { ByteReader } from '../../bytes/byteReader.js';

/** More than any block of a table: LevelDB cuts them at 16 KB, a single large value makes a larger one. */
const BLOCK_BYTES_MAX = 256 * 2 ** 20;

/**
 * The bytes that snappy's block format stands for (google/snappy, format_description.txt).
 *
 * @throws RangeError for bytes that are not snappy.
 */
export function decodeSnappy(compressed: Uint8Array): Uint8Array {
  const reader = new ByteReader(compressed);
  const length = reader.varint();
  if (length > BLOCK_BYTES_MAX) throw new RangeError(`a block of ${length} bytes`);
  const output = new Uint8Array(length);
  let at = 0;
  while (!reader.atEnd) {
    const tag = reader.u8();
    if ((tag & 3) === 0) {
      const literal = reader.take(literalLength(tag >>> 2, reader));
      if (at + literal.length > length) throw new RangeError('a literal past the end');
      output.set(literal, at);
      at += literal.length;
    } else at = copy(output, at, readCopy(tag, reader));
  }
  if (at !== length) throw new RangeError(`${at} bytes of ${length}`);
  return output;
}

function literalLength(size: number, reader: ByteReader): number {
  return size < 60 ? size + 1 : readNumber(reader, size - 59) + 1;
}

interface Copy {
  readonly distance: number;
  readonly count: number;
}

function readCopy(tag: number, reader: ByteReader): Copy {
  if ((tag & 3) === 1) return { count: ((tag >>> 2) & 7) + 4, distance: ((tag >>> 5) << 8) | reader.u8() };
  return { count: (tag >>> 2) + 1, distance: readNumber(reader, (tag & 3) === 2 ? 2 : 4) };
}

function readNumber(reader: ByteReader, bytes: number): number {
  let number = 0;
  for (let i = 0; i < bytes; i++) number += reader.u8() * 2 ** (8 * i);
  return number;
}

/** Byte after byte where source and target overlap: that is how snappy repeats. */
function copy(output: Uint8Array, start: number, { distance, count }: Copy): number {
  const end = start + count;
  if (distance === 0 || distance > start || end > output.length) throw new RangeError('a bad copy');
  if (distance >= count) output.copyWithin(start, start - distance, end - distance);
  else for (let at = start; at < end; at++) output[at] = output[at - distance];
  return end;
}
