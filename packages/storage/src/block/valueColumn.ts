import { ByteReader } from '../bytes/byteReader.js';
import type { ByteWriter } from '../bytes/byteWriter.js';
import { ENTRY_SAMPLES_MAX } from '../limits.js';
import { planDecimals, readDecimals, type ValueView, writeDecimals } from './decimalColumn.js';
import { decodeXor, encodeXor } from './xorColumn.js';

/** Persisted: how a value column is written. Layout: docs/format/block.md. */
export const VALUE_ENCODING = { constant: 0, decimal: 1, correctedDecimal: 2, xor: 3, raw: 4 } as const;

/** Decimals of up to this size are never larger as XOR, but for contrived values: it is not tried. */
const CHEAP_BYTES_PER_SAMPLE = 2;

const scratch = new Float64Array(ENTRY_SAMPLES_MAX);
const scratchWords = new Uint32Array(scratch.buffer);
const scratchBytes = new Uint8Array(scratch.buffer);
const columnReader = new ByteReader(scratchBytes);

/** Where a value column lies: `bytes` from `offset` up to `end`. */
export interface StoredColumn {
  readonly encoding: number;
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly end: number;
}

/**
 * Appends the first `count` values, given as words, in about the smallest encoding, all of which give them back
 * bit for bit; returns the encoding. From 1 to `ENTRY_SAMPLES_MAX` values.
 */
export function writeValueColumn(words: Uint32Array, count: number, writer: ByteWriter): number {
  scratchWords.set(words.subarray(0, 2 * count));
  if (isConstant(count)) {
    writeConstant(writer);
    return VALUE_ENCODING.constant;
  }
  const view: ValueView = { values: scratch, words: scratchWords, count };
  const decimals = planDecimals(view);
  const isCheap = decimals !== undefined && decimals.sizeBytes <= CHEAP_BYTES_PER_SAMPLE * count;
  const xor = isCheap ? undefined : encodeXor(scratchWords, count);
  const otherBytes = xor ? Math.min(xor.length, 8 * count) : Number.POSITIVE_INFINITY;
  if (decimals && decimals.sizeBytes <= otherBytes) {
    writeDecimals(view, decimals, writer);
    return decimals.corrections ? VALUE_ENCODING.correctedDecimal : VALUE_ENCODING.decimal;
  }
  if (xor && xor.length < 8 * count) {
    writer.bytes(xor);
    return VALUE_ENCODING.xor;
  }
  writer.bytes(scratchBytes.subarray(0, 8 * count));
  return VALUE_ENCODING.raw;
}

/**
 * Reads a column of `count` values to place `at` of `values` and on, reading nothing outside the column.
 *
 * @throws RangeError when the bytes are no column of so many values.
 */
export function readValueColumn(column: StoredColumn, count: number, values: Float64Array, at: number): void {
  if (count < 1 || count > ENTRY_SAMPLES_MAX) throw new RangeError(`a column of ${count} values`);
  if (at + count > values.length) throw new RangeError(`no room for ${count} values`);
  const { encoding, bytes, offset, end } = column;
  switch (encoding) {
    case VALUE_ENCODING.constant:
      readConstant(bytes.subarray(offset, end), count, values, at);
      return;
    case VALUE_ENCODING.decimal:
    case VALUE_ENCODING.correctedDecimal:
      columnReader.reset(bytes, offset, end);
      readDecimals(
        columnReader,
        { count, isCorrected: encoding === VALUE_ENCODING.correctedDecimal },
        values,
        at,
      );
      return;
    case VALUE_ENCODING.xor:
      decodeXor(bytes.subarray(offset, end), count, wordsFrom(values, at));
      return;
    case VALUE_ENCODING.raw:
      if (end - offset !== 8 * count) throw new RangeError(`${end - offset} bytes for ${count} raw values`);
      new Uint8Array(values.buffer, values.byteOffset + 8 * at, 8 * count).set(bytes.subarray(offset, end));
      return;
    default:
      throw new RangeError(`unknown value encoding ${encoding}`);
  }
}

function wordsFrom(values: Float64Array, at: number): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset + 8 * at);
}

function isConstant(count: number): boolean {
  for (let i = 1; i < count; i++) {
    if (scratchWords[2 * i] !== scratchWords[0] || scratchWords[2 * i + 1] !== scratchWords[1]) return false;
  }
  return true;
}

/** The bytes of the first value, but for the zeros at its low end: few where it is a small whole number. */
function writeConstant(writer: ByteWriter): void {
  let zeros = 0;
  while (zeros < 8 && scratchBytes[zeros] === 0) zeros++;
  writer.bytes(scratchBytes.subarray(zeros, 8));
}

function readConstant(bytes: Uint8Array, count: number, values: Float64Array, at: number): void {
  if (bytes.length > 8) throw new RangeError(`${bytes.length} bytes of a constant`);
  scratchBytes.fill(0, 0, 8);
  scratchBytes.set(bytes, 8 - bytes.length);
  const [value] = scratch;
  if (!Number.isNaN(value)) {
    values.fill(value, at, at + count);
    return;
  }
  // A NaN keeps its payload only as words.
  const words = wordsFrom(values, at);
  for (let i = 0; i < 2 * count; i += 2) {
    words[i] = scratchWords[0];
    words[i + 1] = scratchWords[1];
  }
}
