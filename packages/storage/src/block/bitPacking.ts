/**
 * Whole numbers from 0 to 2^width - 1, packed without gaps from the lowest bit of the first byte on. Widths
 * are 0 to 24 or 32.
 */
export function packedWidth(max: number): number {
  const width = max === 0 ? 0 : 32 - Math.clz32(max);
  return width > 24 ? 32 : width;
}

export function packedBytes(options: { readonly width: number; readonly count: number }): number {
  return Math.ceil((options.width * options.count) / 8);
}

/** Packs the first `count` numbers into the start of `bytes`. */
export function pack(numbers: Uint32Array, count: number, width: number, bytes: Uint8Array): void {
  let at = 0;
  if (width === 32) {
    for (let i = 0; i < count; i++, at += 4) {
      const number = numbers[i];
      bytes[at] = number;
      bytes[at + 1] = number >>> 8;
      bytes[at + 2] = number >>> 16;
      bytes[at + 3] = number >>> 24;
    }
    return;
  }
  let pending = 0;
  let bits = 0;
  for (let i = 0; i < count; i++) {
    pending |= numbers[i] << bits;
    bits += width;
    while (bits >= 8) {
      bytes[at++] = pending;
      pending >>>= 8;
      bits -= 8;
    }
  }
  if (bits > 0) bytes[at] = pending;
}

/** Reads `count` numbers from `bytes` at `offset` into the start of `numbers`. */
export function unpack(
  bytes: Uint8Array,
  offset: number,
  width: number,
  count: number,
  numbers: Uint32Array,
): void {
  let at = offset;
  if (width === 32) {
    for (let i = 0; i < count; i++, at += 4) {
      numbers[i] = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
    }
    return;
  }
  const mask = 2 ** width - 1;
  let pending = 0;
  let bits = 0;
  for (let i = 0; i < count; i++) {
    while (bits < width) {
      pending |= bytes[at++] << bits;
      bits += 8;
    }
    numbers[i] = pending & mask;
    pending >>>= width;
    bits -= width;
  }
}
