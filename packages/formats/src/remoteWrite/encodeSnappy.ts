import { writeVarint } from '@tinyobs/model';

const HASH_BITS = 14;
const HASH_MULTIPLIER = 0x1e35a7bd;

/** Shortest match worth a copy element, and what the hash is taken of. */
const MATCH_BYTES_MIN = 4;

/** Longest piece of one copy element, and farthest offset of one with two offset bytes. */
const COPY_SIZE_MAX = 64;
const COPY_2_OFFSET_MAX = 0xffff;
const COPY_1_OFFSET_MAX = 0x7ff;

/** Bytes of the decompressed length that the format begins with. */
const LENGTH_BYTES_MAX = 5;

/** Up to here a loop copies a literal in less time than a call. */
const COPIED_BY_LOOP_MAX = 48;

/** Longest buffer that is kept for the next body. */
const TARGET_KEPT_BYTES_MAX = 4 * 1024 * 1024;

/** Tries without a match after which one byte more is skipped at a time, so that noise costs little. */
const TRIES_PER_SKIP = 32;

/**
 * Compresses to the block format of snappy.
 *
 * Source: https://github.com/google/snappy/blob/main/format_description.txt
 */
export function encodeSnappy(source: Uint8Array): Uint8Array {
  return joinSnappy([{ sizeBytes: source.length, elements: SHARED.encode(source) }]);
}

/** A part of what is compressed: the elements that stand for it, and how many bytes these are decompressed. */
export interface SnappyPart {
  readonly sizeBytes: number;
  readonly elements: Uint8Array;
}

/** Parts that were compressed one by one as one whole: elements reach back into their own part alone. */
export function joinSnappy(parts: readonly SnappyPart[]): Uint8Array {
  const elementBytes = parts.reduce((sum, { elements }) => sum + elements.length, 0);
  const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
  const whole = new Uint8Array(LENGTH_BYTES_MAX + elementBytes);
  let end = writeVarint(sizeBytes, whole, 0);
  for (const { elements } of parts) {
    whole.set(elements, end);
    end += elements.length;
  }
  return whole.subarray(0, end);
}

/** Compresses a part, see `joinSnappy`. */
export function encodeSnappyPart(source: Uint8Array): SnappyPart {
  return { sizeBytes: source.length, elements: SHARED.encode(source).slice() };
}

class SnappyEncoder {
  #target = new Uint8Array(64 * 1024);
  #length = 0;
  /** Where a hash was seen last, plus one; 0 for nowhere. */
  readonly #positions = new Uint32Array(1 << HASH_BITS);

  /** The elements that stand for `source`, valid until the next call. */
  encode(source: Uint8Array): Uint8Array {
    this.#begin(source.length);
    const positions = this.#positions;
    const view = new DataView(source.buffer, source.byteOffset, source.length);
    const last = source.length - MATCH_BYTES_MIN;
    let literalStart = 0;
    let tries = 0;
    let at = 0;
    while (at <= last) {
      const word = view.getInt32(at, true);
      const hash = Math.imul(word, HASH_MULTIPLIER) >>> (32 - HASH_BITS);
      const candidate = positions[hash] - 1;
      positions[hash] = at + 1;
      if (candidate < 0 || at - candidate > COPY_2_OFFSET_MAX || view.getInt32(candidate, true) !== word) {
        at += 1 + ((tries++ / TRIES_PER_SKIP) | 0);
        continue;
      }
      this.#writeLiteral(source, literalStart, at);
      const end = matchEnd(source, candidate, at);
      this.#writeCopies(at - candidate, end - at);
      at = literalStart = end;
      tries = 0;
    }
    this.#writeLiteral(source, literalStart, source.length);
    return this.#target.subarray(0, this.#length);
  }

  #begin(sourceBytes: number): void {
    // A literal costs one to five bytes more than it holds, and only before a match of at least four.
    const needed = 32 + sourceBytes + Math.ceil(sourceBytes / 6);
    if (this.#target.length < needed || this.#target.length > TARGET_KEPT_BYTES_MAX) {
      this.#target = new Uint8Array(needed);
    }
    this.#length = 0;
    this.#positions.fill(0);
  }

  #writeLiteral(source: Uint8Array, start: number, end: number): void {
    const target = this.#target;
    const size = end - start - 1;
    if (size < 0) return;
    if (size < 60) {
      target[this.#length++] = size << 2;
    } else {
      const tagAt = this.#length++;
      let lengthBytes = 0;
      for (let rest = size; rest > 0; rest = Math.floor(rest / 256)) {
        target[this.#length++] = rest & 0xff;
        lengthBytes++;
      }
      target[tagAt] = (59 + lengthBytes) << 2;
    }
    if (size < COPIED_BY_LOOP_MAX) {
      for (let i = start, to = this.#length; i < end; i++, to++) target[to] = source[i];
    } else {
      target.set(source.subarray(start, end), this.#length);
    }
    this.#length += end - start;
  }

  #writeCopies(offset: number, size: number): void {
    const target = this.#target;
    for (let rest = size; rest > 0; rest -= COPY_SIZE_MAX) {
      const piece = Math.min(rest, COPY_SIZE_MAX);
      if (piece >= 4 && piece <= 11 && offset <= COPY_1_OFFSET_MAX) {
        target[this.#length++] = ((offset >>> 8) << 5) | ((piece - 4) << 2) | 1;
        target[this.#length++] = offset & 0xff;
      } else {
        target[this.#length++] = ((piece - 1) << 2) | 2;
        target[this.#length++] = offset & 0xff;
        target[this.#length++] = offset >>> 8;
      }
    }
  }
}

function matchEnd(source: Uint8Array, candidate: number, at: number): number {
  const { length } = source;
  let end = at + MATCH_BYTES_MIN;
  for (let from = candidate + MATCH_BYTES_MIN; end < length && source[end] === source[from]; from++) end++;
  return end;
}

/** Encoding is synchronous, so that one table serves all. */
const SHARED = new SnappyEncoder();
