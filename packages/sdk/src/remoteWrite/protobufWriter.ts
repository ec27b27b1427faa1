/** Writes protobuf messages into a buffer that grows. */
export class ProtobufWriter {
  #bytes = new Uint8Array(4_096);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;
  readonly #encoder = new TextEncoder();

  /** What was written; valid until the next call. */
  get written(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }

  /** A field of bytes, text or a message. */
  bytes(field: number, bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#varint((field << 3) | 2);
    this.#varint(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  text(field: number, text: string): void {
    this.bytes(field, this.#encoder.encode(text));
  }

  /** @param value A safe integer that is not negative. */
  integer(field: number, value: number): void {
    this.#reserve(0);
    this.#varint(field << 3);
    this.#varint(value);
  }

  double(field: number, bits: bigint): void {
    this.#reserve(8);
    this.#varint((field << 3) | 1);
    this.#view.setBigUint64(this.#length, bits, true);
    this.#length += 8;
  }

  #varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#length++] = rest;
  }

  /** Room for so many bytes, besides a tag and a length or number. */
  #reserve(sizeBytes: number): void {
    const needed = this.#length + sizeBytes + 20;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, needed));
    grown.set(this.written);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}
