import { writeVarint } from '@tinyobs/model';

const HASH_BITS = 14;
const HASH_MULTIPLIER = 0x1e35a7bd;

/** Shortest match worth a copy element, and what the hash is taken of. */
const MATCH_BYTES_MIN = 4;

/** Longest piece of one copy element, and farthest offset of one with two offset bytes. */
const COPY_SIZE_MAX = 64;
const COPY_2_OFFSET_MAX = 0xffff;
const COPY_1_OFFSET_MAX = 0x7ff;

/** Tries without a match after which one byte more is skipped at a time, so that noise costs little. */
const TRIES_PER_SKIP = 32;

/**
 * Compresses to the block format of snappy.
 *
 * Source: https://github.com/google/snappy/blob/main/format_description.txt
 */
export function encodeSnappy(source: Uint8Array): Uint8Array {
  return new SnappyEncoding(source).run();
}

class SnappyEncoding {
  readonly #source: Uint8Array;
  readonly #target: Uint8Array;
  readonly #view: DataView;
  #length = 0;
  /** Where a hash was seen last, plus one; 0 for nowhere. */
  readonly #positions = new Uint32Array(1 << HASH_BITS);

  constructor(source: Uint8Array) {
    this.#source = source;
    this.#view = new DataView(source.buffer, source.byteOffset, source.length);
    // A literal costs one to five bytes more than it holds, and only before a match of at least four.
    this.#target = new Uint8Array(32 + source.length + Math.ceil(source.length / 6));
  }

  run(): Uint8Array {
    const source = this.#source;
    const last = source.length - MATCH_BYTES_MIN;
    this.#length = writeVarint(source.length, this.#target, 0);
    let literalStart = 0;
    let tries = 0;
    let at = 0;
    while (at <= last) {
      const candidate = this.#exchangePosition(at);
      const isMatch = candidate >= 0 && at - candidate <= COPY_2_OFFSET_MAX && this.#sameWord(candidate, at);
      if (!isMatch) {
        at += 1 + Math.floor(tries++ / TRIES_PER_SKIP);
        continue;
      }
      this.#writeLiteral(literalStart, at);
      const end = this.#matchEnd(candidate, at);
      this.#writeCopies(at - candidate, end - at);
      at = literalStart = end;
      tries = 0;
    }
    this.#writeLiteral(literalStart, source.length);
    return this.#target.subarray(0, this.#length);
  }

  /** Notes a position under the hash of its word; returns the one noted before, -1 when there is none. */
  #exchangePosition(at: number): number {
    const hash = Math.imul(this.#view.getInt32(at, true), HASH_MULTIPLIER) >>> (32 - HASH_BITS);
    const candidate = this.#positions[hash] - 1;
    this.#positions[hash] = at + 1;
    return candidate;
  }

  #sameWord(a: number, b: number): boolean {
    return this.#view.getInt32(a, true) === this.#view.getInt32(b, true);
  }

  #matchEnd(candidate: number, at: number): number {
    const source = this.#source;
    let end = at + MATCH_BYTES_MIN;
    while (end < source.length && source[end] === source[candidate + end - at]) end++;
    return end;
  }

  #writeLiteral(start: number, end: number): void {
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
    target.set(this.#source.subarray(start, end), this.#length);
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
