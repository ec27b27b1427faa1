const HASH_BITS = 13;
const MATCH_BYTES_MIN = 4;
const COPY_BYTES_MAX = 64;
/** An offset of two bytes. */
const OFFSET_MAX = 0xffff;

/**
 * Compresses to the block format of snappy: literals, and copies by an offset of two bytes, of which remote write with
 * its labels said again and again has plenty.
 *
 * Source: https://github.com/google/snappy/blob/main/format_description.txt
 */
export function compressSnappy(source: Uint8Array): Uint8Array<ArrayBuffer> {
  // A literal costs up to five bytes besides what it holds, and stands before a match of at least four.
  const target = new Uint8Array(16 + source.length + Math.ceil(source.length / 4) + 5);
  const view = new DataView(source.buffer, source.byteOffset, source.length);
  const seen = new Uint32Array(1 << HASH_BITS);
  let length = writeLength(source.length, target);
  let literalAt = 0;
  let at = 0;
  while (at + MATCH_BYTES_MIN <= source.length) {
    const word = view.getUint32(at, true);
    const slot = Math.imul(word, 0x9e3779b1) >>> (32 - HASH_BITS);
    const candidate = seen[slot] - 1;
    seen[slot] = at + 1;
    if (candidate < 0 || at - candidate > OFFSET_MAX || view.getUint32(candidate, true) !== word) {
      at++;
      continue;
    }
    length = writeLiteral(source.subarray(literalAt, at), target, length);
    const offset = at - candidate;
    const from = at;
    at += MATCH_BYTES_MIN;
    while (at < source.length && source[at] === source[at - offset]) at++;
    length = writeCopy({ size: at - from, offset }, target, length);
    literalAt = at;
  }
  return target.subarray(0, writeLiteral(source.subarray(literalAt), target, length));
}

function writeLength(sizeBytes: number, target: Uint8Array): number {
  let length = 0;
  let rest = sizeBytes;
  for (; rest >= 0x80; rest >>>= 7) target[length++] = (rest & 0x7f) | 0x80;
  target[length++] = rest;
  return length;
}

function writeLiteral(bytes: Uint8Array, target: Uint8Array, start: number): number {
  let length = start;
  if (bytes.length === 0) return length;
  const last = bytes.length - 1;
  if (last < 60) target[length++] = last << 2;
  else {
    const lengthBytes = last < 0x100 ? 1 : last < 0x10000 ? 2 : last < 0x1000000 ? 3 : 4;
    target[length++] = (59 + lengthBytes) << 2;
    for (let i = 0; i < lengthBytes; i++) target[length++] = (last >>> (8 * i)) & 0xff;
  }
  target.set(bytes, length);
  return length + bytes.length;
}

function writeCopy(copy: { size: number; offset: number }, target: Uint8Array, start: number): number {
  let length = start;
  for (let rest = copy.size; rest > 0; rest -= COPY_BYTES_MAX) {
    target[length++] = ((Math.min(rest, COPY_BYTES_MAX) - 1) << 2) | 2;
    target[length++] = copy.offset & 0xff;
    target[length++] = copy.offset >>> 8;
  }
  return length;
}
