import { TinyObsError } from '@tinyobs/model';
import { DECOMPRESSED_KEPT_BYTES_MAX } from '../limits.js';
import { COPY_SLACK_BYTES, copyWords } from './copyWords.js';

const LITERAL = 0;
const COPY_1 = 1;
const COPY_2 = 2;

/** An element of 3 bytes gives 64 at most; no other gives more per byte. */
const RATIO_MAX = 64 / 3;

/** From here on the calls of `set` and `copyWithin` cost less than the loop of `copyWords`. */
const COPIED_BY_SET_MIN = 160;
const COPIED_WITHIN_MIN = 40;

/** What a stream in the framed format begins with. */
const FRAMED_START = [0xff, 0x06, 0x00, 0x00, 0x73, 0x4e, 0x61, 0x50, 0x70, 0x59];

/** Decompressed bytes in a buffer that is longer by at least `COPY_SLACK_BYTES`. */
export interface Decompressed {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly length: number;
}

/** Shared by all bodies: decoding is synchronous and copies what it keeps before the next body comes. */
let kept = allocate(64 * 1024);

/**
 * Decompresses the block format of snappy. The result is valid until the next call.
 *
 * @throws TinyObsError `malformed_body` with `offset` (bytes of `body`, from 0) for anything that is not the
 * format, and what `checkLength` throws, before anything is allocated.
 * Source: https://github.com/google/snappy/blob/main/format_description.txt
 */
export function decodeSnappy(body: Uint8Array, sizeBytesMax: number): Decompressed {
  const { length, end } = checkLength(body, sizeBytesMax);
  // A plain Uint8Array whatever the caller has: code that meets Buffers too runs slower.
  const source = new Uint8Array(body.buffer, body.byteOffset, body.length);
  const target = bufferFor(length);
  decodeElements(source, end, target, length);
  return { bytes: target.bytes, view: target.view, length };
}

/**
 * The length that the body declares to decompress to, and where the declaration ends.
 *
 * @throws TinyObsError `body_too_large` when it is above `sizeBytesMax`; `malformed_body` when there is none, or
 * one that the compressed bytes cannot hold.
 */
export function checkLength(body: Uint8Array, sizeBytesMax: number): { length: number; end: number } {
  const { length, end } = readDeclaredLength(body);
  if (length > sizeBytesMax) {
    throw new TinyObsError(
      'body_too_large',
      `the body decompresses to ${length} bytes; send at most ${sizeBytesMax}`,
      { details: { sizeBytes: length, sizeBytesMax } },
    );
  }
  const compressedBytes = body.length - end;
  if (length > compressedBytes * RATIO_MAX) {
    throw malformed(0, `${compressedBytes} compressed bytes cannot hold the declared length of ${length}`);
  }
  return { length, end };
}

function readDeclaredLength(source: Uint8Array): { length: number; end: number } {
  if (FRAMED_START.every((byte, i) => source[i] === byte)) {
    throw malformed(0, 'this is the framed format of snappy; remote write takes the block format');
  }
  let length = 0;
  for (let i = 0; i < 5 && i < source.length; i++) {
    length += (source[i] & 0x7f) * 2 ** (7 * i);
    if (source[i] < 0x80) {
      if (length >= 2 ** 32) break;
      return { length, end: i + 1 };
    }
  }
  throw malformed(0, 'expected the decompressed length, a varint below 2^32');
}

function decodeElements(source: Uint8Array, start: number, target: Buffers, length: number): void {
  const sourceView = new DataView(source.buffer, source.byteOffset, source.length);
  const end = source.length;
  let from = start;
  let to = 0;
  while (from < end) {
    const tag = source[from];
    const element = from;
    let size = (tag >>> 2) + 1;
    if ((tag & 3) === LITERAL) {
      from++;
      if (size > 60) {
        const lengthBytes = size - 60;
        if (lengthBytes > end - from) throw malformed(element, 'the length of a literal is cut off');
        size = littleEndian(source, from, lengthBytes) + 1;
        from += lengthBytes;
      }
      if (size > end - from) throw malformed(element, `a literal of ${size} bytes is cut off`);
      if (size > length - to) throw tooMuch(element, length);
      copyLiteral(source, sourceView, from, target, to, size);
      from += size;
    } else {
      const kind = tag & 3;
      const offsetBytes = kind === COPY_1 ? 1 : kind === COPY_2 ? 2 : 4;
      if (offsetBytes >= end - from) throw malformed(element, 'the offset of a copy is cut off');
      let offset: number;
      if (kind === COPY_1) {
        size = ((tag >>> 2) & 7) + 4;
        offset = ((tag >>> 5) << 8) | source[from + 1];
      } else if (kind === COPY_2) {
        offset = source[from + 1] | (source[from + 2] << 8);
      } else {
        offset = littleEndian(source, from + 1, 4);
      }
      if (offset === 0 || offset > to) {
        throw malformed(element, `a copy from ${offset} bytes back, of ${to} there are`);
      }
      if (size > length - to) throw tooMuch(element, length);
      copyBack(target, to, offset, size);
      from += offsetBytes + 1;
    }
    to += size;
  }
  if (to !== length) throw malformed(end, `the body ends after ${to} of ${length} declared bytes`);
}

function copyLiteral(
  source: Uint8Array,
  sourceView: DataView,
  from: number,
  target: Buffers,
  to: number,
  size: number,
): void {
  const slack = source.length - from - size;
  if (size >= COPIED_BY_SET_MIN) {
    target.bytes.set(source.subarray(from, from + size), to);
  } else if (slack >= COPY_SLACK_BYTES) {
    copyWords(sourceView, from, target.view, to, size);
  } else {
    for (let i = 0; i < size; i++) target.bytes[to + i] = source[from + i];
  }
}

/** A copy may reach into what it writes: an offset of 1 repeats the last byte. */
function copyBack(target: Buffers, to: number, offset: number, size: number): void {
  const { bytes, view } = target;
  const from = to - offset;
  if (size >= COPIED_WITHIN_MIN && offset >= size) {
    bytes.copyWithin(to, from, from + size);
  } else if (offset >= 4) {
    copyWords(view, from, view, to, size);
  } else {
    for (let i = 0; i < size; i++) bytes[to + i] = bytes[from + i];
  }
}

/** An unsigned number of 1 to 4 bytes. */
function littleEndian(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let i = 0; i < count; i++) value += bytes[at + i] * 2 ** (8 * i);
  return value;
}

interface Buffers {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

function bufferFor(length: number): Buffers {
  const needed = length + COPY_SLACK_BYTES;
  if (needed <= kept.bytes.length) return kept;
  if (needed > DECOMPRESSED_KEPT_BYTES_MAX) return allocate(needed);
  kept = allocate(Math.min(DECOMPRESSED_KEPT_BYTES_MAX, Math.max(needed, kept.bytes.length * 2)));
  return kept;
}

function allocate(sizeBytes: number): Buffers {
  const bytes = new Uint8Array(sizeBytes);
  return { bytes, view: new DataView(bytes.buffer) };
}

function tooMuch(offset: number, length: number): TinyObsError {
  return malformed(offset, `the body decompresses to more than the ${length} declared bytes`);
}

function malformed(offset: number, problem: string): TinyObsError {
  return new TinyObsError('malformed_body', `snappy, byte ${offset} of the body: ${problem}`, {
    details: { layer: 'snappy', offset },
  });
}
