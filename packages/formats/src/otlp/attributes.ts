import { TinyObsError } from '@tinyobs/model';
import { ATTRIBUTES_MAX } from '../limits.js';

/** What may come before a key when it becomes the name of a label. */
const PREFIX_BYTES_MAX = 4;

const COPIED_BY_LOOP_MAX = 64;

/** Insertion costs the square of the number of attributes. */
const INSERTION_SORTED_MAX = 64;

const UNDERSCORE = 0x5f;
const KEY_PREFIX = [0x6b, 0x65, 0x79, UNDERSCORE];

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * The attributes of one point, resource or scope as UTF-8, from bytes or strings, on their way to being labels. One
 * is reused for all points of a request: nothing is allocated for each. Adding one past `ATTRIBUTES_MAX` throws
 * TinyObsError `body_too_large`.
 */
export class Attributes {
  bytes = new Uint8Array(1024);
  count = 0;
  /** Four offsets into `bytes` for each: name start, name end, value start, value end. */
  offsets = new Uint32Array(4 * 16);
  /** The attributes in the order of their names, once `sortAsLabels` was called. */
  readonly order: number[] = [];
  #used = 0;
  #nameStart = 0;
  #nameEnd = 0;

  clear(): void {
    this.count = 0;
    this.#used = 0;
  }

  /** The key of the next attribute, as UTF-8; a value must follow. */
  addKeyBytes(source: Uint8Array, start: number, end: number): void {
    this.#nameStart = this.#used + PREFIX_BYTES_MAX;
    this.#used = this.#nameStart;
    this.#appendBytes(source, start, end);
    this.#nameEnd = this.#used;
  }

  addKey(key: string): void {
    this.#nameStart = this.#used + PREFIX_BYTES_MAX;
    this.#used = this.#nameStart;
    this.#appendText(key);
    this.#nameEnd = this.#used;
  }

  addValueBytes(source: Uint8Array, start: number, end: number): void {
    const valueStart = this.#used;
    this.#appendBytes(source, start, end);
    this.#note(valueStart);
  }

  addValue(text: string): void {
    const valueStart = this.#used;
    this.#appendText(text);
    this.#note(valueStart);
  }

  /** Keys and values as strings, as they were added. */
  entries(): [key: string, value: string][] {
    return Array.from({ length: this.count }, (_, i) => [this.nameOf(i), this.valueOf(i)]);
  }

  nameOf(attribute: number): string {
    const { bytes, offsets } = this;
    return decoder.decode(bytes.subarray(offsets[4 * attribute], offsets[4 * attribute + 1]));
  }

  valueOf(attribute: number): string {
    const { bytes, offsets } = this;
    return decoder.decode(bytes.subarray(offsets[4 * attribute + 2], offsets[4 * attribute + 3]));
  }

  /**
   * Makes names of labels of the keys and puts `order` in the order of their bytes; names that were different keys
   * stay in the order of these.
   *
   * @param escapes Whether names get underscores for what PromQL cannot write without quotes.
   */
  sortAsLabels(escapes: boolean): void {
    const { order } = this;
    order.length = this.count;
    for (let i = 0; i < this.count; i++) order[i] = i;
    this.#sort();
    if (!escapes) return;
    for (let i = 0; i < this.count; i++) this.#escape(4 * i);
    this.#sort();
  }

  /** Whether one of them has no name, once they are sorted. */
  get hasEmptyName(): boolean {
    return this.count > 0 && this.offsets[4 * this.order[0]] === this.offsets[4 * this.order[0] + 1];
  }

  /** Whether two attributes have the same name. */
  haveSameName(a: number, b: number): boolean {
    return this.#compareNames(a, b) === 0;
  }

  /** Replaces each character that a label name cannot have, and begins it with `key` where its start cannot be one. */
  #escape(at: number): void {
    const { bytes, offsets } = this;
    const start = offsets[at];
    const end = offsets[at + 1];
    let to = start;
    for (let from = start; from < end; from++) {
      const byte = bytes[from];
      if (isNameByte(byte)) bytes[to++] = byte;
      // Of a character of several bytes the first stands for all.
      else if ((byte & 0xc0) !== 0x80) bytes[to++] = UNDERSCORE;
    }
    offsets[at + 1] = to;
    const first = bytes[start];
    if (first >= 0x61 || to === start) return;
    const isReserved = first === UNDERSCORE && bytes[start + 1] === UNDERSCORE && to > start + 1;
    const prefixBytes = isDigit(first) ? 4 : first === UNDERSCORE && !isReserved ? 3 : 0;
    for (let i = 0; i < prefixBytes; i++) bytes[start - prefixBytes + i] = KEY_PREFIX[i];
    offsets[at] = start - prefixBytes;
  }

  #sort(): void {
    const { order } = this;
    if (this.count > INSERTION_SORTED_MAX) {
      order.sort((a, b) => this.#compareNames(a, b));
      return;
    }
    for (let i = 1; i < this.count; i++) {
      const attribute = order[i];
      let place = i;
      while (place > 0 && this.#compareNames(order[place - 1], attribute) > 0) {
        order[place] = order[place - 1];
        place--;
      }
      order[place] = attribute;
    }
  }

  #compareNames(a: number, b: number): number {
    const { bytes, offsets } = this;
    return compareBytes(bytes, offsets[4 * a], offsets[4 * a + 1], bytes, offsets[4 * b], offsets[4 * b + 1]);
  }

  #note(valueStart: number): void {
    if (this.count === ATTRIBUTES_MAX) throw tooMany();
    if (4 * this.count === this.offsets.length) {
      const grown = new Uint32Array(this.offsets.length * 2);
      grown.set(this.offsets);
      this.offsets = grown;
    }
    const at = 4 * this.count++;
    this.offsets[at] = this.#nameStart;
    this.offsets[at + 1] = this.#nameEnd;
    this.offsets[at + 2] = valueStart;
    this.offsets[at + 3] = this.#used;
  }

  #appendBytes(source: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start);
    const { bytes } = this;
    let to = this.#used;
    if (end - start > COPIED_BY_LOOP_MAX) bytes.set(source.subarray(start, end), to);
    else for (let i = start; i < end; i++) bytes[to++] = source[i];
    this.#used += end - start;
  }

  #appendText(text: string): void {
    this.#reserve(3 * text.length);
    const { bytes } = this;
    const at = this.#used;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit >= 0x80 || text.length > COPIED_BY_LOOP_MAX) {
        this.#used += encoder.encodeInto(text, bytes.subarray(at)).written;
        return;
      }
      bytes[at + i] = unit;
    }
    this.#used += text.length;
  }

  #reserve(sizeBytes: number): void {
    if (this.#used + sizeBytes <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.#used + sizeBytes));
    grown.set(this.bytes.subarray(0, this.#used));
    this.bytes = grown;
  }
}

function tooMany(): TinyObsError {
  return new TinyObsError(
    'body_too_large',
    `more than ${ATTRIBUTES_MAX} attributes in one place; send fewer`,
    {
      details: { max: ATTRIBUTES_MAX },
    },
  );
}

/** The order of two stretches of bytes: below 0, 0 or above 0. */
export function compareBytes(
  a: Uint8Array,
  startA: number,
  endA: number,
  b: Uint8Array,
  startB: number,
  endB: number,
): number {
  const shared = Math.min(endA - startA, endB - startB);
  for (let i = 0; i < shared; i++) {
    const order = a[startA + i] - b[startB + i];
    if (order !== 0) return order;
  }
  return endA - startA - (endB - startB);
}

/** Letters, digits and the underscore. */
function isNameByte(byte: number): boolean {
  return (
    (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a) || byte === UNDERSCORE || isDigit(byte)
  );
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
