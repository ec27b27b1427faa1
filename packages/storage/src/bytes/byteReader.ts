/**
 * Reads what a `ByteWriter` wrote. It reads values whose checksum has been verified, so running past the end
 * is a bug of the writer and throws a RangeError.
 */
export class ByteReader {
  position: number;
  bytes: Uint8Array;
  #end: number;

  constructor(bytes: Uint8Array, position = 0) {
    this.bytes = bytes;
    this.position = position;
    this.#end = bytes.length;
  }

  /** Goes on with `bytes` from `start` up to `end`. */
  reset(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.position = start;
    this.#end = end;
  }

  get atEnd(): boolean {
    return this.position >= this.#end;
  }

  u8(): number {
    if (this.position >= this.#end) throw readPastEnd();
    return this.bytes[this.position++];
  }

  u32(): number {
    const at = this.skip(4);
    const { bytes } = this;
    return (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
  }

  f64(): number {
    doubleWords[0] = this.u32();
    doubleWords[1] = this.u32();
    return double[0];
  }

  varint(): number {
    let byte = this.u8();
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    let scale = 0x80;
    do {
      byte = this.u8();
      value += (byte & 0x7f) * scale;
      scale *= 0x80;
    } while (byte >= 0x80);
    return value;
  }

  zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** A view of the next `count` bytes. */
  take(count: number): Uint8Array {
    const start = this.skip(count);
    return this.bytes.subarray(start, this.position);
  }

  /** Passes over `count` bytes and returns where they start. */
  skip(count: number): number {
    const start = this.position;
    if (start + count > this.#end) throw readPastEnd();
    this.position = start + count;
    return start;
  }
}

const double = new Float64Array(1);
const doubleWords = new Uint32Array(double.buffer);

function readPastEnd(): RangeError {
  return new RangeError('read past the end');
}
