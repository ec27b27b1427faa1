import { Labels } from './labels.js';

/**
 * The canonical bytes of a label set: for each label, ordered by the bytes of its name,
 *
 *     varint(name length) name varint(value length) value
 *
 * in UTF-8, lengths as unsigned LEB128. Equal sets have equal bytes and only they do. Labels with empty
 * values are left out.
 */
const encoder = new TextEncoder();
/** A byte order mark is part of a value like any other character. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** A varint length takes at most 5 bytes. */
const VARINT_BYTES_MAX = 5;

export function encodeLabels(labels: Labels): Uint8Array {
  let capacity = 0;
  for (const text of labels.flat) capacity += VARINT_BYTES_MAX + text.length * 3;
  const bytes = new Uint8Array(capacity);
  return bytes.slice(0, writeLabels(labels, bytes, 0));
}

/** Writes the canonical bytes of `labels` at `offset`; the caller has made room. Returns the end. */
export function writeLabels(labels: Labels, bytes: Uint8Array, offset: number): number {
  let end = offset;
  for (const text of labels.flat) end = writeText(text, bytes, end);
  return end;
}

function writeText(text: string, bytes: Uint8Array, offset: number): number {
  if (text.length < 42) {
    // At most 126 bytes of UTF-8, so the length is one byte and can be filled in afterwards.
    const { written } = encoder.encodeInto(text, bytes.subarray(offset + 1));
    bytes[offset] = written;
    return offset + 1 + written;
  }
  const encoded = encoder.encode(text);
  const start = writeVarint(encoded.length, bytes, offset);
  bytes.set(encoded, start);
  return start + encoded.length;
}

export function decodeLabels(bytes: Uint8Array, start: number, end: number): Labels {
  const flat: string[] = [];
  const cursor = new LabelCursor(bytes, start, end);
  while (cursor.next()) {
    flat.push(
      decoder.decode(bytes.subarray(cursor.nameStart, cursor.nameEnd)),
      decoder.decode(bytes.subarray(cursor.valueStart, cursor.valueEnd)),
    );
  }
  return Labels.fromSorted(flat);
}

/** Walks the labels of one canonical byte range without making strings. */
export class LabelCursor {
  nameStart = 0;
  nameEnd = 0;
  valueStart = 0;
  valueEnd = 0;
  #bytes: Uint8Array;
  #position: number;
  #end: number;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.#position = start;
    this.#end = end;
  }

  reset(bytes: Uint8Array, start: number, end: number): void {
    this.#bytes = bytes;
    this.#position = start;
    this.#end = end;
  }

  /** Moves to the next label; false at the end. */
  next(): boolean {
    if (this.#position >= this.#end) return false;
    const nameLength = this.#varint();
    this.nameStart = this.#position;
    this.nameEnd = this.#position += nameLength;
    const valueLength = this.#varint();
    this.valueStart = this.#position;
    this.valueEnd = this.#position += valueLength;
    return true;
  }

  #varint(): number {
    let value = 0;
    let shift = 0;
    for (;;) {
      const byte = this.#bytes[this.#position++];
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
      shift += 7;
    }
  }
}

/** Writes an unsigned LEB128 number below 2^31; returns the end. */
export function writeVarint(value: number, bytes: Uint8Array, offset: number): number {
  let rest = value;
  let end = offset;
  while (rest >= 0x80) {
    bytes[end++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[end++] = rest;
  return end;
}
