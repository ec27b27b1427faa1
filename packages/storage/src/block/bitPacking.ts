/**
 * Whole numbers from 0 to 2^width - 1 for a width from 0 to 32, packed without gaps from the lowest bit of the
 * first byte on.
 */
export const PACKED_WIDTH_MAX = 32;

/** A number and the bits left over from the one before must fit 32 bits; wider ones go in two parts. */
const PART_BITS = 16;
const PART_MASK = 2 ** PART_BITS - 1;
export const WIDTH_AT_ONCE_MAX = 24;

export function packedBytes(options: { readonly width: number; readonly count: number }): number {
  return Math.ceil((options.width * options.count) / 8);
}

/** Packs the first `count` numbers into the start of `bytes`. */
export function pack(numbers: Uint32Array, count: number, width: number, bytes: Uint8Array): void {
  const isWide = width > WIDTH_AT_ONCE_MAX;
  const lastBits = isWide ? width - PART_BITS : width;
  let at = 0;
  let pending = 0;
  let bits = 0;
  for (let i = 0; i < count; i++) {
    let rest = numbers[i];
    if (isWide) {
      pending |= (rest & PART_MASK) << bits;
      for (bits += PART_BITS; bits >= 8; bits -= 8) {
        bytes[at++] = pending;
        pending >>>= 8;
      }
      rest >>>= PART_BITS;
    }
    pending |= rest << bits;
    for (bits += lastBits; bits >= 8; bits -= 8) {
      bytes[at++] = pending;
      pending >>>= 8;
    }
  }
  if (bits > 0) bytes[at] = pending;
}

/** Where packed numbers lie: `count` of them from byte `offset` of `bytes`. */
export interface PackedNumbers {
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly width: number;
  readonly count: number;
}

/** Reads packed numbers to place `at` of `numbers` and on. The caller has checked that the bytes are there. */
export function unpack(packed: PackedNumbers, numbers: Float64Array, at: number): void {
  const { bytes, offset, width, count } = packed;
  if (width === 0) {
    numbers.fill(0, at, at + count);
    return;
  }
  if (width > WIDTH_AT_ONCE_MAX) {
    unpackWide(packed, numbers, at);
    return;
  }
  const mask = (1 << width) - 1;
  let next = offset;
  let pending = 0;
  let bits = 0;
  for (let i = 0; i < count; i++) {
    while (bits < width) {
      pending |= bytes[next++] << bits;
      bits += 8;
    }
    numbers[at + i] = pending & mask;
    pending >>= width;
    bits -= width;
  }
}

function unpackWide({ bytes, offset, width, count }: PackedNumbers, numbers: Float64Array, at: number): void {
  const highBits = width - PART_BITS;
  const highMask = (1 << highBits) - 1;
  let next = offset;
  let pending = 0;
  let bits = 0;
  for (let i = 0; i < count; i++) {
    for (; bits < PART_BITS; bits += 8) pending |= bytes[next++] << bits;
    const low = pending & PART_MASK;
    pending >>>= PART_BITS;
    for (bits -= PART_BITS; bits < highBits; bits += 8) pending |= bytes[next++] << bits;
    numbers[at + i] = (pending & highMask) * 2 ** PART_BITS + low;
    pending >>>= highBits;
    bits -= highBits;
  }
}
