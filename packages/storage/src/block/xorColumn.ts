import { ENTRY_SAMPLES_MAX } from '../limits.js';

/**
 * Any doubles, each as what differs from the bits of the one before, after Facebook's Gorilla. The bits of the
 * stream fill bytes from the lowest on. Layout: docs/format/block.md.
 */

/** Bits of the three ways to say how a value differs: not; within the last window; with a window of its own. */
const SAME = 0;
const IN_WINDOW = 0b01;
const NEW_WINDOW = 0b11;
/** What a window of its own costs: leading zeros and length. */
const WINDOW_BITS = 12;
/** A value takes 78 bits at most. */
const VALUE_BYTES_MAX = 10;

const stream = new Uint8Array(VALUE_BYTES_MAX * ENTRY_SAMPLES_MAX + 8);

/** The column of the first `count` values, from 1 to `ENTRY_SAMPLES_MAX`; valid until the next call. */
export function encodeXor(words: Uint32Array, count: number): Uint8Array {
  const writer = new BitWriter(stream);
  writer.word(words[0]);
  writer.word(words[1]);
  let lead = 0;
  let length = 0;
  for (let i = 1; i < count; i++) {
    const low = (words[2 * i] ^ words[2 * i - 2]) >>> 0;
    const high = (words[2 * i + 1] ^ words[2 * i - 1]) >>> 0;
    if (low === 0 && high === 0) {
      writer.bits(SAME, 1);
      continue;
    }
    const ownLead = high !== 0 ? Math.clz32(high) : 32 + Math.clz32(low);
    const ownTrail = low !== 0 ? trailingZeros(low) : 32 + trailingZeros(high);
    const ownLength = 64 - ownLead - ownTrail;
    const isWithin = ownLead >= lead && ownLead + ownLength <= lead + length;
    if (isWithin && length <= ownLength + WINDOW_BITS) writer.bits(IN_WINDOW, 2);
    else {
      lead = ownLead;
      length = ownLength;
      writer.bits(NEW_WINDOW, 2);
      writer.bits(lead, 6);
      writer.bits(length - 1, 6);
    }
    writeShifted(writer, { low, high, length, trail: 64 - lead - length });
  }
  return writer.finish();
}

/**
 * Reads a column of `count` values to the start of `words`.
 *
 * @throws RangeError when the bytes are no such column.
 */
export function decodeXor(column: Uint8Array, count: number, words: Uint32Array): void {
  const reader = new BitReader(column);
  let low = reader.word();
  let high = reader.word();
  let length = 0;
  let trail = 0;
  words[0] = low;
  words[1] = high;
  for (let i = 1; i < count; i++) {
    if (reader.bits(1) !== SAME) {
      if (reader.bits(1) === NEW_WINDOW >>> 1) {
        const lead = reader.bits(6);
        length = reader.bits(6) + 1;
        trail = 64 - lead - length;
        if (trail < 0) throw new RangeError(`a window of ${length} bits behind ${lead}`);
      }
      const shiftedLow = length >= 32 ? reader.word() : reader.bits(length);
      const shiftedHigh = length > 32 ? reader.bits(length - 32) : 0;
      if (trail >= 32) high ^= shiftedLow << (trail - 32);
      else if (trail === 0) {
        low ^= shiftedLow;
        high ^= shiftedHigh;
      } else {
        low ^= shiftedLow << trail;
        high ^= (shiftedHigh << trail) | (shiftedLow >>> (32 - trail));
      }
    }
    words[2 * i] = low;
    words[2 * i + 1] = high;
  }
}

function writeShifted(
  writer: BitWriter,
  value: { readonly low: number; readonly high: number; readonly length: number; readonly trail: number },
): void {
  const { low, high, length, trail } = value;
  let shiftedLow = low;
  let shiftedHigh = high;
  if (trail >= 32) {
    shiftedLow = high >>> (trail - 32);
    shiftedHigh = 0;
  } else if (trail > 0) {
    shiftedLow = (low >>> trail) | (high << (32 - trail));
    shiftedHigh = high >>> trail;
  }
  if (length < 32) {
    writer.bits(shiftedLow, length);
    return;
  }
  writer.word(shiftedLow);
  if (length > 32) writer.bits(shiftedHigh, length - 32);
}

function trailingZeros(word: number): number {
  return 31 - Math.clz32(word & -word);
}

class BitWriter {
  readonly #bytes: Uint8Array;
  #at = 0;
  #pending = 0;
  #count = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The lowest `count` bits, at most 32; those above are zero. */
  bits(value: number, count: number): void {
    if (count > 16) {
      this.#push(value & 0xffff, 16);
      this.#push(value >>> 16, count - 16);
    } else this.#push(value, count);
  }

  word(value: number): void {
    this.bits(value, 32);
  }

  finish(): Uint8Array {
    if (this.#count > 0) this.#bytes[this.#at++] = this.#pending;
    return this.#bytes.subarray(0, this.#at);
  }

  #push(value: number, count: number): void {
    this.#pending |= value << this.#count;
    for (this.#count += count; this.#count >= 8; this.#count -= 8) {
      this.#bytes[this.#at++] = this.#pending;
      this.#pending >>>= 8;
    }
  }
}

class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #pending = 0;
  #count = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The next `count` bits, at most 32. */
  bits(count: number): number {
    if (count <= 16) return this.#pull(count);
    const low = this.#pull(16);
    return (low | (this.#pull(count - 16) << 16)) >>> 0;
  }

  word(): number {
    return this.bits(32);
  }

  #pull(count: number): number {
    while (this.#count < count) {
      if (this.#at >= this.#bytes.length) throw new RangeError('the bits end early');
      this.#pending |= this.#bytes[this.#at++] << this.#count;
      this.#count += 8;
    }
    const value = this.#pending & ((1 << count) - 1);
    this.#pending >>>= count;
    this.#count -= count;
    return value;
  }
}
