import { Labels } from '@tinyobs/model';
import { EXEMPLAR_LABELS_LENGTH_MAX } from '../limits.js';
import { findInvalidUtf8 } from '../utf8.js';

/** Bytes of a character of UTF-8. */
const CHARACTER_BYTES_MAX = 4;

const textDecoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Gathers the labels of one exemplar after the other. */
export class ExemplarLabels {
  /** What is wrong with them, the first thing found; '' when nothing is. */
  problem = '';
  readonly #bytes: Uint8Array;
  readonly #labels = new Map<string, string>();
  /** Characters of all names and values. */
  #length = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  reset(): void {
    this.problem = '';
    this.#labels.clear();
    this.#length = 0;
  }

  /** Adds the label whose name and value stand at these places of the bytes. */
  add(nameStart: number, nameEnd: number, valueStart: number, valueEnd: number): void {
    if (this.problem !== '') return;
    const bytes = this.#bytes;
    if (nameStart === nameEnd) this.problem = 'a label of the exemplar has an empty name';
    else if (!this.#fits(nameStart, nameEnd) || !this.#fits(valueStart, valueEnd)) {
      this.problem = `the labels of the exemplar have more than ${EXEMPLAR_LABELS_LENGTH_MAX} characters`;
    } else if (
      findInvalidUtf8(bytes, nameStart, nameEnd) >= 0 ||
      findInvalidUtf8(bytes, valueStart, valueEnd) >= 0
    ) {
      this.problem = 'a label of the exemplar is not UTF-8';
    } else {
      this.#keep(nameStart, nameEnd, valueStart, valueEnd);
    }
  }

  toLabels(): Labels {
    return Labels.from(this.#labels);
  }

  #keep(nameStart: number, nameEnd: number, valueStart: number, valueEnd: number): void {
    const name = textDecoder.decode(this.#bytes.subarray(nameStart, nameEnd));
    if (this.#labels.has(name)) {
      this.problem = `label name ${JSON.stringify(name)} of the exemplar is given twice`;
    } else {
      this.#labels.set(name, textDecoder.decode(this.#bytes.subarray(valueStart, valueEnd)));
    }
  }

  /** Counts the characters of a text, which are not looked at where there are too many whatever they are. */
  #fits(start: number, end: number): boolean {
    if (end - start > CHARACTER_BYTES_MAX * EXEMPLAR_LABELS_LENGTH_MAX) return false;
    this.#length += characterCount(this.#bytes, start, end);
    return this.#length <= EXEMPLAR_LABELS_LENGTH_MAX;
  }
}

/** Bytes that begin a character of UTF-8. Of bytes that are not UTF-8 the count means nothing. */
function characterCount(bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let i = start; i < end; i++) {
    if ((bytes[i] & 0xc0) !== 0x80) count++;
  }
  return count;
}
