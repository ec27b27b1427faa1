import { ByteReader } from '../bytes/byteReader.js';
import type { ByteWriter } from '../bytes/byteWriter.js';
import { ENTRY_SAMPLES_MAX } from '../limits.js';
import { pack, packedBytes, packedWidth, unpack } from './bitPacking.js';

/** Persisted: how a value column is written. Layout: docs/format/block.md. */
export const VALUE_ENCODING = { constant: 0, integerDelta: 1, raw: 2 } as const;

const WORD_MAX = 2 ** 32 - 1;
const HIGH_OF_MINUS_ZERO = 0x80000000;

const deltas = new Uint32Array(ENTRY_SAMPLES_MAX);
const scratch = new Float64Array(ENTRY_SAMPLES_MAX);
const scratchWords = new Uint32Array(scratch.buffer);
const scratchBytes = new Uint8Array(scratch.buffer);

/**
 * Appends the first `count` values, given as words, in the smallest encoding that gives them back bit for bit;
 * returns the encoding. At most `ENTRY_SAMPLES_MAX` values.
 */
export function writeValueColumn(words: Uint32Array, count: number, writer: ByteWriter): number {
  scratchWords.set(words.subarray(0, 2 * count));
  if (isConstant(count)) {
    writer.bytes(scratchBytes.subarray(0, 8));
    return VALUE_ENCODING.constant;
  }
  const smallest = integerDeltas(count);
  if (smallest !== undefined) {
    const width = packedWidth(maxOf(deltas, count - 1));
    writer.zigzag(scratch[0]);
    writer.zigzag(smallest);
    writer.u8(width);
    pack(deltas, count - 1, width, writer.room(packedBytes({ width, count: count - 1 })));
    return VALUE_ENCODING.integerDelta;
  }
  writer.bytes(scratchBytes.subarray(0, 8 * count));
  return VALUE_ENCODING.raw;
}

/** Reads a column of `count` values from `bytes` at `offset` to place `at` of `values`. */
export function readValueColumn(
  column: { readonly encoding: number; readonly bytes: Uint8Array; readonly offset: number },
  count: number,
  values: Float64Array,
  at: number,
): void {
  const { encoding, bytes, offset } = column;
  const target = new Uint8Array(values.buffer, values.byteOffset + 8 * at, 8 * count);
  switch (encoding) {
    case VALUE_ENCODING.constant:
      target.set(bytes.subarray(offset, offset + 8));
      for (let done = 8; done < target.length; done *= 2) {
        target.set(target.subarray(0, Math.min(done, target.length - done)), done);
      }
      return;
    case VALUE_ENCODING.integerDelta:
      readIntegers(bytes, offset, count, values, at);
      return;
    case VALUE_ENCODING.raw:
      target.set(bytes.subarray(offset, offset + 8 * count));
      return;
    default:
      throw new RangeError(`unknown value encoding ${encoding}`);
  }
}

function readIntegers(
  bytes: Uint8Array,
  offset: number,
  count: number,
  values: Float64Array,
  at: number,
): void {
  const reader = new ByteReader(bytes, offset);
  let value = reader.zigzag();
  const smallest = reader.zigzag();
  const width = reader.u8();
  values[at] = value;
  if (width === 0) {
    for (let i = 1; i < count; i++) values[at + i] = value += smallest;
    return;
  }
  const numbers = count <= ENTRY_SAMPLES_MAX ? deltas : new Uint32Array(count);
  unpack(bytes, reader.position, width, count - 1, numbers);
  for (let i = 1; i < count; i++) values[at + i] = value += smallest + numbers[i - 1];
}

function isConstant(count: number): boolean {
  for (let i = 1; i < count; i++) {
    if (scratchWords[2 * i] !== scratchWords[0] || scratchWords[2 * i + 1] !== scratchWords[1]) return false;
  }
  return true;
}

/**
 * Fills `deltas` with the differences of the values less the smallest of them, which is returned; undefined
 * when a value is not a whole number below 2^51 (or is -0, which a sum would not give back), or when the
 * differences span more than 32 bits.
 */
function integerDeltas(count: number): number | undefined {
  let smallest = Number.POSITIVE_INFINITY;
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    const value = scratch[i];
    if (!Number.isInteger(value) || value >= 2 ** 51 || value <= -(2 ** 51)) return undefined;
    if (value === 0 && scratchWords[2 * i + 1] === HIGH_OF_MINUS_ZERO) return undefined;
    if (i === 0) continue;
    const delta = value - scratch[i - 1];
    if (delta < smallest) smallest = delta;
    if (delta > largest) largest = delta;
  }
  if (largest - smallest > WORD_MAX) return undefined;
  for (let i = 1; i < count; i++) deltas[i - 1] = scratch[i] - scratch[i - 1] - smallest;
  return smallest;
}

function maxOf(numbers: Uint32Array, count: number): number {
  let max = 0;
  for (let i = 0; i < count; i++) if (numbers[i] > max) max = numbers[i];
  return max;
}
