import type { SampleStretch } from './readSeriesEncoder.js';

/** Samples of a chunk, as many as Prometheus puts into one. */
export const CHUNK_SAMPLES_MAX = 120;

/** A sample takes at most 68 bits for its time and 77 for its value, a chunk 2 bytes for the number of its samples. */
const CHUNK_BYTES_MAX = 2 + 19 * CHUNK_SAMPLES_MAX + 32;

/** Samples further apart are in different chunks, so that all differences of times are safe integers. */
export const CHUNK_GAP_MS_MAX = 2 ** 50;

/** No leading zeros are known yet: the next value says how many it has. */
const UNKNOWN = 0xff;

/**
 * Writes samples in Prometheus' XOR encoding: the first as they are, then deltas of deltas of times and the bits in
 * which a value differs from the one before. Reused for one chunk after the other.
 *
 * Source: tsdb/docs/format/chunks.md of Prometheus, "XOR chunk data".
 */
export class XorChunkWriter {
  readonly #bytes = new Uint8Array(CHUNK_BYTES_MAX);
  /** Bits written. */
  #length = 0;
  #timeMs = 0;
  #deltaMs = 0;
  #low = 0;
  #high = 0;
  #leading = UNKNOWN;
  #trailing = 0;

  /** A chunk of at most `CHUNK_SAMPLES_MAX` samples; valid until the next call. */
  write({ times, timeStart, words, valueStart, count }: SampleStretch): Uint8Array {
    this.#bytes.fill(0);
    this.#bytes[0] = count >>> 8;
    this.#bytes[1] = count;
    this.#length = 16;
    this.#leading = UNKNOWN;
    for (let i = 0; i < count; i++) {
      const at = 2 * (valueStart + i);
      this.#writeTime(times[timeStart + i], i);
      if (i === 0) this.#writeWords(words[at], words[at + 1]);
      else this.#writeValue(words[at] ^ this.#low, words[at + 1] ^ this.#high);
      this.#low = words[at];
      this.#high = words[at + 1];
    }
    return this.#bytes.subarray(0, Math.ceil(this.#length / 8));
  }

  #writeTime(timeMs: number, index: number): void {
    const deltaMs = timeMs - this.#timeMs;
    if (index === 0) this.#writeVarint(zigzag(BigInt(timeMs)));
    else if (index === 1) this.#writeVarint(BigInt(deltaMs));
    else this.#writeDeltaOfDelta(deltaMs - this.#deltaMs);
    this.#timeMs = timeMs;
    this.#deltaMs = deltaMs;
  }

  #writeVarint(value: bigint): void {
    let rest = value;
    while (rest >= 0x80n) {
      this.#writeBits(Number(rest & 0x7fn) | 0x80, 8);
      rest >>= 7n;
    }
    this.#writeBits(Number(rest), 8);
  }

  #writeDeltaOfDelta(dod: number): void {
    if (dod === 0) this.#writeBits(0, 1);
    else if (fits(dod, 14)) this.#writeClass(0b10, 2, dod, 14);
    else if (fits(dod, 17)) this.#writeClass(0b110, 3, dod, 17);
    else if (fits(dod, 20)) this.#writeClass(0b1110, 4, dod, 20);
    else {
      this.#writeBits(0b1111, 4);
      this.#writeBits(Math.floor(dod / 2 ** 32) >>> 0, 32);
      this.#writeBits(dod >>> 0, 32);
    }
  }

  #writeClass(prefix: number, prefixBits: number, dod: number, bits: number): void {
    this.#writeBits(prefix, prefixBits);
    this.#writeBits(dod & ((1 << bits) - 1), bits);
  }

  #writeWords(low: number, high: number): void {
    this.#writeBits(high, 32);
    this.#writeBits(low, 32);
  }

  /** The bits in which a value differs, within those of the last one where that costs less than to say where they are. */
  #writeValue(low: number, high: number): void {
    if (low === 0 && high === 0) {
      this.#writeBits(0, 1);
      return;
    }
    this.#writeBits(1, 1);
    // There are five bits for the number of leading zeros.
    const leading = Math.min(31, high === 0 ? 32 + Math.clz32(low) : Math.clz32(high));
    const trailing = low === 0 ? 32 + trailingZeros(high) : trailingZeros(low);
    if (this.#leading !== UNKNOWN && leading >= this.#leading && trailing >= this.#trailing) {
      this.#writeBits(0, 1);
      this.#writeMiddle(low, high);
      return;
    }
    this.#leading = leading;
    this.#trailing = trailing;
    const significant = 64 - leading - trailing;
    this.#writeBits(1, 1);
    this.#writeBits(leading, 5);
    // 64 does not fit into six bits and is written as 0, which cannot be otherwise.
    this.#writeBits(significant & 0x3f, 6);
    this.#writeMiddle(low, high);
  }

  /** What lies between the leading and the trailing zeros that are in force. */
  #writeMiddle(low: number, high: number): void {
    const highBits = 32 - this.#leading;
    if (this.#trailing >= 32) {
      this.#writeBits(high >>> (this.#trailing - 32), highBits - (this.#trailing - 32));
      return;
    }
    if (highBits > 0) this.#writeBits(high, highBits);
    this.#writeBits(low >>> this.#trailing, 32 - this.#trailing);
  }

  /** The lowest `count` bits of a number, at most 32, the highest first. */
  #writeBits(value: number, count: number): void {
    for (let left = count; left > 0; ) {
      const at = this.#length >>> 3;
      const room = 8 - (this.#length & 7);
      const taken = Math.min(room, left);
      const piece = (value >>> (left - taken)) & ((1 << taken) - 1);
      this.#bytes[at] |= piece << (room - taken);
      this.#length += taken;
      left -= taken;
    }
  }
}

/** Whether Prometheus writes a number with so many bits: the range has one more above zero than below. */
function fits(value: number, bits: number): boolean {
  return value >= -(2 ** (bits - 1)) + 1 && value <= 2 ** (bits - 1);
}

function zigzag(value: bigint): bigint {
  return value < 0n ? -2n * value - 1n : 2n * value;
}

function trailingZeros(word: number): number {
  return 31 - Math.clz32(word & -word);
}
