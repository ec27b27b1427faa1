import { REMOTE_WRITE_LABELS_MAX } from '../limits.js';
import type { ProtobufReader } from '../protobuf/protobufReader.js';

/** What a reference is that no symbol can have. */
const BEYOND = 0xffff_ffff;

const VALUES_MAX = 2 * REMOTE_WRITE_LABELS_MAX;

/** The references to symbols of one label set: name, value, name, value. */
export class References {
  values = new Uint32Array(128);
  /** All of them; beyond twice `REMOTE_WRITE_LABELS_MAX` they are counted only. */
  count = 0;
  readonly #reader: ProtobufReader;

  constructor(reader: ProtobufReader) {
    this.#reader = reader;
  }

  reset(): void {
    this.count = 0;
  }

  get areTooMany(): boolean {
    return this.count > VALUES_MAX;
  }

  /** Reads a packed field that ends at `end`. @throws TinyObsError `malformed_body` */
  readPacked(end: number): void {
    const reader = this.#reader;
    const { bytes } = reader;
    while (reader.at < end) {
      const { at } = reader;
      const first = bytes[at];
      if (first < 0x80) {
        reader.at = at + 1;
        this.#add(first);
      } else if (at + 1 < end && bytes[at + 1] < 0x80) {
        reader.at = at + 2;
        this.#add((first & 0x7f) | (bytes[at + 1] << 7));
      } else {
        this.readOne(end);
      }
    }
  }

  /** Reads one reference. @throws TinyObsError `malformed_body` */
  readOne(end: number): void {
    const value = this.#reader.readInt64(end);
    this.#add(value >= 0 && value < BEYOND ? value : BEYOND);
  }

  #add(value: number): void {
    if (this.count >= this.values.length && this.count < VALUES_MAX) {
      const larger = new Uint32Array(Math.min(2 * this.count, VALUES_MAX));
      larger.set(this.values);
      this.values = larger;
    }
    // Writing past the end of a typed array does nothing.
    this.values[this.count++] = value;
  }
}
