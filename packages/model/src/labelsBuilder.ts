import { TinyObsError } from './errors.js';
import { writeVarint } from './labelBytes.js';
import { Labels } from './labels.js';
import type { WriteBatch } from './writeBatch.js';

/** Bytes that two varint lengths of one label can take. */
const LENGTHS_BYTES_MAX = 10;

const COPIED_BY_LOOP_MAX = 64;

const NAME_SHOWN_BYTES_MAX = 64;

/** Insertion costs the square of the number of labels. */
const INSERTION_SORTED_MAX = 64;

/** A byte order mark is part of a value like any other character. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Gathers the labels of one series from bytes or strings in any order and writes their canonical bytes into a
 * batch. One builder is reused for a whole request: nothing is allocated per series.
 */
export class LabelsBuilder {
  readonly #keepsEmpty: boolean;
  #scratch = new Uint8Array(4096);
  #used = 0;
  #count = 0;
  #nameStart = 0;
  #nameEnd = 0;
  /** Four offsets into the scratch for each label: name start, name end, value start, value end. */
  #offsets = new Uint32Array(4 * 32);
  /** Labels in order of their names, once `#ordered`. */
  #order: number[] = [];
  #ordered = false;
  readonly #encoder = new TextEncoder();

  /** @param options.keepsEmpty Whether `writeTo` writes labels with empty values, too, which no store has. */
  constructor({ keepsEmpty = false }: { readonly keepsEmpty?: boolean } = {}) {
    this.#keepsEmpty = keepsEmpty;
  }

  reset(): void {
    this.#used = 0;
    this.#count = 0;
    this.#ordered = false;
  }

  addStrings(name: string, value: string): void {
    this.#nameStart = this.#used;
    this.#appendString(name);
    this.#nameEnd = this.#used;
    this.#appendString(value);
    this.#noteLabel();
  }

  addBytes(name: Uint8Array, value: Uint8Array): void {
    this.addName(name, 0, name.length);
    this.addValue(value, 0, value.length);
  }

  /** The name of the next label, copied from `start .. end`; `addValue` must follow. */
  addName(source: Uint8Array, start: number, end: number): void {
    this.#nameStart = this.#used;
    this.#appendBytes(source, start, end);
    this.#nameEnd = this.#used;
  }

  /** The value that belongs to the name just added; it may come from another array. */
  addValue(source: Uint8Array, start: number, end: number): void {
    this.#appendBytes(source, start, end);
    this.#noteLabel();
  }

  /**
   * Adds the gathered labels to the batch as a new series, leaving out empty values unless they are kept; returns
   * its index.
   *
   * @throws TinyObsError `invalid_label` when a name occurs twice or is empty; the batch is unchanged then.
   */
  writeTo(batch: WriteBatch): number {
    const problem = this.findProblem();
    if (problem !== undefined) throw new TinyObsError('invalid_label', problem);
    let end = batch.reserveArena(this.#used + this.#count * LENGTHS_BYTES_MAX);
    for (let i = 0; i < this.#count; i++) {
      const at = 4 * this.#order[i];
      const valueStart = this.#offsets[at + 2];
      const valueEnd = this.#offsets[at + 3];
      if (valueStart === valueEnd && !this.#keepsEmpty) continue;
      end = this.#writeText(this.#offsets[at], this.#offsets[at + 1], batch.arena, end);
      end = this.#writeText(valueStart, valueEnd, batch.arena, end);
    }
    return batch.commitSeries(end);
  }

  /**
   * The gathered labels as an object, leaving out empty values: for the few that are no series, as those of
   * exemplars.
   *
   * @throws TinyObsError `invalid_label` as `writeTo`
   */
  toLabels(): Labels {
    const problem = this.findProblem();
    if (problem !== undefined) throw new TinyObsError('invalid_label', problem);
    const flat: string[] = [];
    for (const label of this.#order) {
      const [nameStart, nameEnd, valueStart, valueEnd] = this.#offsets.subarray(4 * label, 4 * label + 4);
      if (valueStart === valueEnd) continue;
      flat.push(
        decoder.decode(this.#scratch.subarray(nameStart, nameEnd)),
        decoder.decode(this.#scratch.subarray(valueStart, valueEnd)),
      );
    }
    return Labels.fromSorted(flat);
  }

  /**
   * Why `writeTo` would throw, or undefined. For decoders that meet bad rows by the million: an exception for
   * each would hold the process for seconds.
   */
  findProblem(): string | undefined {
    if (this.#ordered) return undefined;
    this.#sort();
    for (let i = 0; i < this.#count; i++) {
      const label = this.#order[i];
      const isEmpty = this.#offsets[4 * label] === this.#offsets[4 * label + 1];
      const isRepeated = i > 0 && this.#compareNames(this.#order[i - 1], label) === 0;
      if (isEmpty) return 'a label has an empty name';
      if (isRepeated) return `label name ${JSON.stringify(this.#nameOf(label))} is given twice`;
    }
    this.#ordered = true;
    return undefined;
  }

  #writeText(start: number, end: number, arena: Uint8Array, offset: number): number {
    const textStart = writeVarint(end - start, arena, offset);
    copyBytes(this.#scratch, start, end, arena, textStart);
    return textStart + end - start;
  }

  /** Label sets are small and usually ordered already, for which insertion is best; a hostile one may not be. */
  #sort(): void {
    const order = this.#order;
    order.length = this.#count;
    if (this.#count > INSERTION_SORTED_MAX) {
      for (let i = 0; i < this.#count; i++) order[i] = i;
      order.sort((a, b) => this.#compareNames(a, b));
      return;
    }
    for (let i = 0; i < this.#count; i++) {
      let place = i;
      while (place > 0 && this.#compareNames(order[place - 1], i) > 0) {
        order[place] = order[place - 1];
        place--;
      }
      order[place] = i;
    }
  }

  #compareNames(a: number, b: number): number {
    const startA = this.#offsets[4 * a];
    const startB = this.#offsets[4 * b];
    const lengthA = this.#offsets[4 * a + 1] - startA;
    const lengthB = this.#offsets[4 * b + 1] - startB;
    const shared = Math.min(lengthA, lengthB);
    for (let i = 0; i < shared; i++) {
      const order = this.#scratch[startA + i] - this.#scratch[startB + i];
      if (order !== 0) return order;
    }
    return lengthA - lengthB;
  }

  /** A name for a message, cut when it is long. */
  #nameOf(label: number): string {
    const start = this.#offsets[4 * label];
    const end = this.#offsets[4 * label + 1];
    const shown = this.#scratch.subarray(start, Math.min(end, start + NAME_SHOWN_BYTES_MAX));
    return new TextDecoder().decode(shown) + (end - start > NAME_SHOWN_BYTES_MAX ? '…' : '');
  }

  /** Ends the label whose name stands at `#nameStart .. #nameEnd` and whose value follows it. */
  #noteLabel(): void {
    if (4 * this.#count === this.#offsets.length) {
      const grown = new Uint32Array(this.#offsets.length * 2);
      grown.set(this.#offsets);
      this.#offsets = grown;
    }
    this.#ordered = false;
    const at = 4 * this.#count++;
    this.#offsets[at] = this.#nameStart;
    this.#offsets[at + 1] = this.#nameEnd;
    this.#offsets[at + 2] = this.#nameEnd;
    this.#offsets[at + 3] = this.#used;
  }

  #appendString(text: string): void {
    this.#reserve(text.length * 3);
    if (text.length <= COPIED_BY_LOOP_MAX && writeAscii(text, this.#scratch, this.#used)) {
      this.#used += text.length;
    } else {
      this.#used += this.#encoder.encodeInto(text, this.#scratch.subarray(this.#used)).written;
    }
  }

  #appendBytes(source: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start);
    copyBytes(source, start, end, this.#scratch, this.#used);
    this.#used += end - start;
  }

  #reserve(sizeBytes: number): void {
    if (this.#used + sizeBytes <= this.#scratch.length) return;
    const grown = new Uint8Array(Math.max(this.#scratch.length * 2, this.#used + sizeBytes));
    grown.set(this.#scratch.subarray(0, this.#used));
    this.#scratch = grown;
  }
}

/** Writes a text of ASCII alone, for which a loop is faster than an encoder; false when it is not that. */
function writeAscii(text: string, target: Uint8Array, offset: number): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x80) return false;
    target[offset + i] = unit;
  }
  return true;
}

/** A loop is faster than `set` on a `subarray` for the few bytes of a name or value. */
function copyBytes(source: Uint8Array, start: number, end: number, target: Uint8Array, offset: number): void {
  if (end - start > COPIED_BY_LOOP_MAX) {
    target.set(source.subarray(start, end), offset);
    return;
  }
  for (let i = start, to = offset; i < end; i++, to++) target[to] = source[i];
}
