import { TinyObsError } from '@tinyobs/model';
import { FIXED_32, FIXED_64, LENGTH_DELIMITED, VARINT } from './wire.js';

const VARINT_BYTES_MAX = 10;

/**
 * Reads the wire format of protobuf from a buffer. What is read must end at or before the `end` that each call
 * is given, the end of the message it is part of.
 *
 * Every method throws TinyObsError `malformed_body` with `offset` (bytes of the message, from 0) where the
 * encoding is broken.
 * Source: https://protobuf.dev/programming-guides/encoding/
 */
export class ProtobufReader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Offset of the next byte. */
  at = 0;

  /** The number read last by `#readVarint`, in words. */
  #low = 0;
  #high = 0;

  constructor({ bytes, view }: { readonly bytes: Uint8Array; readonly view: DataView }) {
    this.bytes = bytes;
    this.view = view;
  }

  /** Field number and wire type as one number, as of `fieldTag`. */
  readTag(end: number): number {
    const start = this.at;
    const first = this.bytes[start];
    if (start < end && first < 0x80 && first >= 8) {
      this.at = start + 1;
      return first;
    }
    this.#readVarint(end);
    if (this.#high !== 0 || this.#low >>> 3 === 0) throw malformed(start, 'there is no such field number');
    return this.#low;
  }

  /** The length of a field; returns the offset of its end. */
  readLength(end: number): number {
    const start = this.at;
    let length = this.bytes[start];
    if (start < end && length < 0x80) {
      this.at = start + 1;
    } else {
      this.#readVarint(end);
      length = this.#high * 2 ** 32 + this.#low;
    }
    if (length > end - this.at) {
      throw malformed(start, `a field reaches past the end of its message at byte ${end}`);
    }
    return this.at + length;
  }

  /** Exact where it is a safe integer; beyond that only as much as not being one. */
  readInt64(end: number): number {
    this.#readVarint(end);
    return (this.#high | 0) * 2 ** 32 + this.#low;
  }

  /** An unsigned number; above 2^53 the nearest that a double holds. */
  readUint64(end: number): number {
    this.#readVarint(end);
    return this.#high * 2 ** 32 + this.#low;
  }

  /** Exact, whatever it is. */
  readWholeInt64(end: number): number | bigint {
    const number = this.readInt64(end);
    if (Number.isSafeInteger(number)) return number;
    return BigInt.asIntN(64, (BigInt(this.#high) << 32n) | BigInt(this.#low));
  }

  /** A number of 32 bits as `sint32` has it, small whether it is positive or negative. */
  readSint32(end: number): number {
    this.#readVarint(end);
    return (this.#low >>> 1) ^ -(this.#low & 1);
  }

  /** Passes over eight bytes; returns the offset of the first. */
  readFixed64(end: number): number {
    const start = this.at;
    if (end - start < 8) throw malformed(start, 'a field of eight bytes is cut off');
    this.at = start + 8;
    return start;
  }

  /**
   * Passes over a field that is not one of `known`, a set of field numbers as bits; one that is has another
   * wire type than it should.
   */
  skipUnknown(tag: number, end: number, known: number): void {
    const field = tag >>> 3;
    const start = this.at;
    if (field < 32 && (known & (1 << field)) !== 0) {
      throw malformed(start, `field ${field} has wire type ${tag & 7}, which is not its own`);
    }
    switch (tag & 7) {
      case VARINT:
        this.#readVarint(end);
        break;
      case FIXED_64:
        this.readFixed64(end);
        break;
      case LENGTH_DELIMITED:
        this.at = this.readLength(end);
        break;
      case FIXED_32:
        if (end - start < 4) throw malformed(start, 'a field of four bytes is cut off');
        this.at = start + 4;
        break;
      default:
        throw malformed(start, `wire type ${tag & 7} of field ${field} is not read`);
    }
  }

  /** At most 64 bits in at most ten bytes, seven bits in each, the lowest first. */
  #readVarint(end: number): void {
    const { bytes } = this;
    const start = this.at;
    const last = Math.min(end, start + VARINT_BYTES_MAX) - 1;
    let low = 0;
    let high = 0;
    let shift = 0;
    for (let at = start; at <= last; at++, shift += 7) {
      const bits = bytes[at] & 0x7f;
      if (shift < 32) low |= bits << shift;
      if (shift > 28) high |= bits << (shift - 32);
      else if (shift === 28) high = bits >>> 4;
      if (bytes[at] >= 0x80) continue;
      if (shift === 63 && bits > 1) break;
      this.#low = low >>> 0;
      this.#high = high >>> 0;
      this.at = at + 1;
      return;
    }
    throw malformed(
      start,
      last - start + 1 < VARINT_BYTES_MAX ? 'a varint is cut off' : 'a varint is too long',
    );
  }
}

export function malformed(offset: number, problem: string): TinyObsError {
  return new TinyObsError('malformed_body', `protobuf, byte ${offset} of the decompressed body: ${problem}`, {
    details: { layer: 'protobuf', offset },
  });
}
