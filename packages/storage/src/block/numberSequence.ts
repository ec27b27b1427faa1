import type { ByteReader } from '../bytes/byteReader.js';
import type { ByteWriter } from '../bytes/byteWriter.js';
import { ENTRY_SAMPLES_MAX } from '../limits.js';
import {
  PACKED_WIDTH_MAX,
  type PackedNumbers,
  pack,
  packedBytes,
  unpack,
  WIDTH_AT_ONCE_MAX,
} from './bitPacking.js';

/**
 * Whole numbers of less than `SEQUENCE_LIMIT`, as what a prediction leaves of each, bit-packed with one width;
 * the few that do not fit the width follow as exceptions. Layout: docs/format/block.md.
 *
 * The numbers after the first are predicted from those before them by an order: 0 by the first, 1 by the last,
 * 2 by the last and its difference from the one before. What is left is divided by the unit, the largest
 * common divisor of all differences, and made positive: by zigzag, or by subtracting the least of them.
 */

/** Numbers of a sequence are below this and above its negative, so that no difference and no zigzag loses a bit. */
export const SEQUENCE_LIMIT = 2 ** 51;

/** Persisted, in the shape byte: the order in the two low bits, the others as flags. */
const ORDER_MASK = 3;
const HAS_LEAST = 4;
const HAS_EXCEPTIONS = 8;
const SHAPE_MAX = 15;

const ORDERS = [0, 1, 2] as const;
type Order = (typeof ORDERS)[number];

/** What orders 0 and 1 leave is always below this, what order 2 leaves not always; made positive it has 53 bits. */
const LEFT_LIMIT = 2 * SEQUENCE_LIMIT;
const BITS_MAX = 53;

/** How a sequence is written, and about how many bytes that takes. */
export interface SequencePlan {
  readonly order: Order;
  readonly unit: number;
  /** Subtracted from what is left, in units; undefined for zigzag. */
  readonly least: number | undefined;
  readonly width: number;
  readonly exceptions: number;
  readonly sizeBytes: number;
}

const left = new Float64Array(ENTRY_SAMPLES_MAX);
const packable = new Uint32Array(ENTRY_SAMPLES_MAX);
/** How many numbers of `left` have how many bits when they are made positive by zigzag, and by the least of them. */
const zigzagBits = new Uint32Array(64);
const surplusBits = new Uint32Array(64);

/** The smallest way to write the first `count` of `numbers`, from 1 to `ENTRY_SAMPLES_MAX`. */
export function planSequence(numbers: Float64Array, count: number): SequencePlan {
  const unit = commonUnit(numbers, count);
  const headerBytes = 2 + varintBytes(2 * Math.abs(numbers[0])) + varintBytes(unit);
  let best: SequencePlan | undefined;
  for (const order of ORDERS) {
    predict(numbers, count, { order, unit });
    const least = countBits(count - 1);
    if (least === undefined) continue;
    const zigzag = bestWidth(zigzagBits, count - 1);
    const zigzagBytes = headerBytes + zigzag.bodyBytes;
    if (!best || zigzagBytes < best.sizeBytes) {
      best = { order, unit, least: undefined, ...zigzag, sizeBytes: zigzagBytes };
    }
    const surplus = bestWidth(surplusBits, count - 1);
    const surplusBytes = headerBytes + varintBytes(2 * Math.abs(least)) + surplus.bodyBytes;
    if (surplusBytes < best.sizeBytes) best = { order, unit, least, ...surplus, sizeBytes: surplusBytes };
  }
  return best!;
}

/** Appends the first `count` of `numbers` as planned. */
export function writeSequence(
  numbers: Float64Array,
  count: number,
  plan: SequencePlan,
  writer: ByteWriter,
): void {
  const { order, unit, least, width, exceptions } = plan;
  predict(numbers, count, plan);
  const flags = (least === undefined ? 0 : HAS_LEAST) | (exceptions > 0 ? HAS_EXCEPTIONS : 0);
  writer.u8(order | flags);
  writer.u8(width);
  writer.zigzag(numbers[0]);
  writer.varint(unit);
  if (least !== undefined) writer.zigzag(least);
  const divisor = 2 ** width;
  for (let i = 0; i < count - 1; i++) {
    const positive = toPositive(left[i], least);
    left[i] = Math.floor(positive / divisor);
    packable[i] = positive - left[i] * divisor;
  }
  pack(packable, count - 1, width, writer.room(packedBytes({ width, count: count - 1 })));
  if (exceptions === 0) return;
  writer.varint(exceptions);
  let previous = -1;
  for (let i = 0; i < count - 1; i++) {
    if (left[i] === 0) continue;
    writer.varint(i - previous - 1);
    writer.varint(left[i]);
    previous = i;
  }
}

/**
 * Reads `count` numbers to place `at` of `numbers` and on.
 *
 * @throws RangeError when the bytes are no sequence.
 */
export function readSequence(reader: ByteReader, count: number, numbers: Float64Array, at: number): void {
  const shape = reader.u8();
  const width = reader.u8();
  if (shape > SHAPE_MAX || width > PACKED_WIDTH_MAX) throw new RangeError(`unknown shape ${shape} ${width}`);
  const first = reader.zigzag();
  const unit = reader.varint();
  const least = shape & HAS_LEAST ? reader.zigzag() : undefined;
  const order = shape & ORDER_MASK;
  if (order > 2) throw new RangeError(`unknown order ${order}`);
  const offset = reader.skip(packedBytes({ width, count: count - 1 }));
  const packed = { bytes: reader.bytes, offset, width, count: count - 1 };
  numbers[at] = first;
  if (width <= WIDTH_AT_ONCE_MAX && !(shape & HAS_EXCEPTIONS)) {
    unpackRestored(packed, { order: order as Order, unit, least }, numbers, at);
    return;
  }
  // Exceptions lie behind all packed numbers: these are unpacked, completed and restored one after the other.
  unpack(packed, numbers, at + 1);
  if (shape & HAS_EXCEPTIONS) readExceptions(reader, { width, count }, numbers, at);
  fromPositive(numbers, at + 1, at + count, least);
  restore(numbers, { from: at, to: at + count, order: order as Order, unit });
}

/** Reads packed numbers and restores what was left of them in one pass, from the number at `at` on. */
function unpackRestored(
  { bytes, offset, width, count }: PackedNumbers,
  plan: { readonly order: Order; readonly unit: number; readonly least: number | undefined },
  numbers: Float64Array,
  at: number,
): void {
  const { order, unit } = plan;
  const isZigzag = plan.least === undefined;
  const least = plan.least ?? 0;
  const mask = (1 << width) - 1;
  let next = offset;
  let pending = 0;
  let bits = 0;
  let number = numbers[at];
  const first = number;
  let difference = 0;
  for (let i = at + 1; i <= at + count; i++) {
    while (bits < width) {
      pending |= bytes[next++] << bits;
      bits += 8;
    }
    const positive = pending & mask;
    pending >>= width;
    bits -= width;
    const left = isZigzag ? (positive >>> 1) ^ -(positive & 1) : positive + least;
    if (order === 1) number += left * unit;
    else if (order === 0) number = first + left * unit;
    else {
      difference += left;
      number += difference * unit;
    }
    numbers[i] = number;
  }
}

function readExceptions(
  reader: ByteReader,
  { width, count }: { readonly width: number; readonly count: number },
  numbers: Float64Array,
  at: number,
): void {
  const exceptions = reader.varint();
  const divisor = 2 ** width;
  let position = 0;
  for (let i = 0; i < exceptions; i++) {
    position += reader.varint() + 1;
    if (position >= count) throw new RangeError(`an exception at ${position} of ${count}`);
    numbers[at + position] += reader.varint() * divisor;
  }
}

function fromPositive(numbers: Float64Array, from: number, to: number, least: number | undefined): void {
  if (least !== undefined) {
    for (let i = from; i < to; i++) numbers[i] += least;
    return;
  }
  for (let i = from; i < to; i++) {
    const half = Math.floor(numbers[i] * 0.5);
    numbers[i] = numbers[i] === 2 * half ? half : -half - 1;
  }
}

function restore(
  numbers: Float64Array,
  plan: { readonly from: number; readonly to: number; readonly order: Order; readonly unit: number },
): void {
  const { from, to, order, unit } = plan;
  let number = numbers[from];
  let difference = 0;
  switch (order) {
    case 0:
      for (let i = from + 1; i < to; i++) numbers[i] = number + numbers[i] * unit;
      return;
    case 1:
      for (let i = from + 1; i < to; i++) numbers[i] = number += numbers[i] * unit;
      return;
    case 2:
      for (let i = from + 1; i < to; i++) {
        difference += numbers[i];
        numbers[i] = number += difference * unit;
      }
      return;
  }
}

/** Fills `left` with what the order leaves of each number but the first, in units. */
function predict(
  numbers: Float64Array,
  count: number,
  { order, unit }: { readonly order: Order; readonly unit: number },
): void {
  const first = numbers[0];
  let previous = first;
  let previousDifference = 0;
  switch (order) {
    case 0:
      for (let i = 1; i < count; i++) left[i - 1] = numbers[i] - first;
      break;
    case 1:
      for (let i = 1; i < count; i++) {
        const number = numbers[i];
        left[i - 1] = number - previous;
        previous = number;
      }
      break;
    case 2:
      for (let i = 1; i < count; i++) {
        const number = numbers[i];
        const difference = number - previous;
        left[i - 1] = difference - previousDifference;
        previousDifference = difference;
        previous = number;
      }
  }
  if (unit !== 1) for (let i = 0; i < count - 1; i++) left[i] /= unit;
}

/**
 * Fills `zigzagBits` and `surplusBits` for the first `count` of `left`; returns the least of them, undefined when
 * their span cannot be coded.
 */
function countBits(count: number): number | undefined {
  let least = 0;
  let most = 0;
  if (count > 0) least = most = left[0];
  for (let i = 1; i < count; i++) {
    const one = left[i];
    if (one < least) least = one;
    else if (one > most) most = one;
  }
  if (least <= -LEFT_LIMIT || most >= LEFT_LIMIT) return undefined;
  zigzagBits.fill(0);
  surplusBits.fill(0);
  if (most - least < 2 ** 31 && least > -(2 ** 30) && most < 2 ** 30) countSmallBits(count, least);
  else {
    for (let i = 0; i < count; i++) {
      zigzagBits[bitLength(toPositive(left[i], undefined))]++;
      surplusBits[bitLength(left[i] - least)]++;
    }
  }
  return least;
}

/** As above for numbers of 31 bits, which is nearly all there are: on these the processor counts bits at once. */
function countSmallBits(count: number, least: number): void {
  const from = least | 0;
  for (let i = 0; i < count; i++) {
    const one = left[i] | 0;
    zigzagBits[32 - Math.clz32((one << 1) ^ (one >> 31))]++;
    surplusBits[32 - Math.clz32(one - from)]++;
  }
}

function toPositive(number: number, least: number | undefined): number {
  if (least !== undefined) return number - least;
  return number < 0 ? -2 * number - 1 : 2 * number;
}

/** The width that takes the fewest bytes for `count` numbers of which so many have so many bits, with exceptions. */
function bestWidth(
  bitCounts: Uint32Array,
  count: number,
): { readonly width: number; readonly exceptions: number; readonly bodyBytes: number } {
  let most = BITS_MAX;
  while (most > 0 && bitCounts[most] === 0) most--;
  let best = { width: 0, exceptions: count, bodyBytes: Number.POSITIVE_INFINITY };
  for (let width = Math.min(most, PACKED_WIDTH_MAX); width >= 0; width--) {
    let exceptions = 0;
    let exceptionBytes = 0;
    for (let bits = width + 1; bits <= most; bits++) {
      exceptions += bitCounts[bits];
      exceptionBytes += bitCounts[bits] * (1 + Math.ceil((bits - width) / 7));
    }
    if (exceptionBytes > best.bodyBytes) break;
    const countBytes = exceptions === 0 ? 0 : varintBytes(exceptions);
    const bodyBytes = packedBytes({ width, count }) + countBytes + exceptionBytes;
    if (bodyBytes < best.bodyBytes) best = { width, exceptions, bodyBytes };
  }
  return best;
}

function varintBytes(number: number): number {
  return Math.max(1, Math.ceil(bitLength(number) / 7));
}

/** Bits of a whole number from 0 to 2^53 - 1. */
function bitLength(number: number): number {
  return number < 2 ** 32 ? 32 - Math.clz32(number) : 64 - Math.clz32(number / 2 ** 32);
}

/** The largest common divisor of all differences; 1 when there are none. */
function commonUnit(numbers: Float64Array, count: number): number {
  let unit = 0;
  for (let i = 1; i < count && unit !== 1; i++) {
    const difference = Math.abs(numbers[i] - numbers[i - 1]);
    if (difference !== 0) unit = unit === 0 ? difference : commonDivisor(difference, unit);
  }
  return unit === 0 ? 1 : unit;
}

function commonDivisor(one: number, other: number): number {
  let larger = one;
  let smaller = other;
  while (smaller !== 0) {
    // The remainder of two 31-bit integers is many times cheaper than that of two doubles.
    const rest =
      larger <= 0x7fffffff && smaller <= 0x7fffffff ? (larger | 0) % (smaller | 0) : larger % smaller;
    larger = smaller;
    smaller = rest;
  }
  return larger;
}
