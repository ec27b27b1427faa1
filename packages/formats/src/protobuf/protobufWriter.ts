import { writeVarint } from '@tinyobs/model';

/** Bytes of a 64-bit varint, and so of every other one. */
const VARINT_BYTES_MAX = 10;

/** Writes protobuf into a buffer that grows; reused after `clear()`. Fields are written whatever they hold. */
export class ProtobufWriter {
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;
  readonly #encoder = new TextEncoder();

  clear(): void {
    this.#length = 0;
  }

  /** What was written, valid until the next call. */
  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  writeBytes(tag: number, bytes: Uint8Array): void {
    this.#reserve(2 * VARINT_BYTES_MAX + bytes.length);
    this.#length = writeVarint(tag, this.#bytes, this.#length);
    this.#length = writeVarint(bytes.length, this.#bytes, this.#length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** What stands before `sizeBytes` of bytes that come from elsewhere. */
  writeStart(tag: number, sizeBytes: number): void {
    this.#reserve(2 * VARINT_BYTES_MAX);
    this.#length = writeVarint(tag, this.#bytes, this.#length);
    this.#length = writeVarint(sizeBytes, this.#bytes, this.#length);
  }

  writeText(tag: number, text: string): void {
    this.writeBytes(tag, this.#encoder.encode(text));
  }

  /** @param value A safe integer; a negative one takes ten bytes. */
  writeInt64(tag: number, value: number): void {
    this.#reserve(2 * VARINT_BYTES_MAX);
    const at = writeVarint(tag, this.#bytes, this.#length);
    this.#length = writeInt64(value, this.#bytes, at);
  }

  writeDouble(tag: number, value: number): void {
    this.#startDouble(tag);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  /** A double by its words, so that a NaN keeps its payload. */
  writeDoubleWords(tag: number, low: number, high: number): void {
    this.#startDouble(tag);
    this.#view.setUint32(this.#length, low, true);
    this.#view.setUint32(this.#length + 4, high, true);
    this.#length += 8;
  }

  #startDouble(tag: number): void {
    this.#reserve(VARINT_BYTES_MAX + 8);
    this.#length = writeVarint(tag, this.#bytes, this.#length);
  }

  #reserve(sizeBytes: number): void {
    if (this.#length + sizeBytes <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + sizeBytes));
    grown.set(this.written);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** Writes a safe integer as a varint of 64 bits, a negative one in ten bytes; returns the end. */
export function writeInt64(value: number, bytes: Uint8Array, start: number): number {
  let at = start;
  let low = value >>> 0;
  let high = Math.floor(value / 2 ** 32) >>> 0;
  while (high !== 0 || low >= 0x80) {
    bytes[at++] = (low & 0x7f) | 0x80;
    low = ((low >>> 7) | (high << 25)) >>> 0;
    high >>>= 7;
  }
  bytes[at++] = low;
  return at;
}
