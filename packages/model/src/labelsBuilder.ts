import { TinyObsError } from './errors.js';
import { writeVarint } from './labelBytes.js';
import type { WriteBatch } from './writeBatch.js';

/** Bytes that two varint lengths of one label can take. */
const LENGTHS_BYTES_MAX = 10;

/**
 * Gathers the labels of one series from bytes or strings in any order and writes their canonical bytes into a
 * batch. One builder is reused for a whole request: nothing is allocated per series.
 */
export class LabelsBuilder {
  #scratch = new Uint8Array(4096);
  #used = 0;
  #count = 0;
  /** Four offsets into the scratch for each label: name start, name end, value start, value end. */
  #offsets = new Uint32Array(4 * 32);
  #order: number[] = [];
  readonly #encoder = new TextEncoder();

  reset(): void {
    this.#used = 0;
    this.#count = 0;
  }

  addStrings(name: string, value: string): void {
    const nameStart = this.#used;
    this.#appendString(name);
    const valueStart = this.#used;
    this.#appendString(value);
    this.#noteLabel(nameStart, valueStart);
  }

  addBytes(name: Uint8Array, value: Uint8Array): void {
    const nameStart = this.#used;
    this.#appendBytes(name);
    const valueStart = this.#used;
    this.#appendBytes(value);
    this.#noteLabel(nameStart, valueStart);
  }

  /**
   * Adds the gathered labels to the batch as a new series, leaving out empty values; returns its index.
   *
   * @throws TinyObsError `invalid_label` when a name occurs twice or is empty; the batch is unchanged then.
   */
  writeTo(batch: WriteBatch): number {
    this.#sort();
    this.#checkNames();
    let end = batch.reserveArena(this.#used + this.#count * LENGTHS_BYTES_MAX);
    for (let i = 0; i < this.#count; i++) {
      const at = 4 * this.#order[i];
      const [nameStart, nameEnd, valueStart, valueEnd] = this.#offsets.subarray(at, at + 4);
      if (valueStart === valueEnd) continue;
      end = writeVarint(nameEnd - nameStart, batch.arena, end);
      batch.arena.set(this.#scratch.subarray(nameStart, nameEnd), end);
      end = writeVarint(valueEnd - valueStart, batch.arena, end + nameEnd - nameStart);
      batch.arena.set(this.#scratch.subarray(valueStart, valueEnd), end);
      end += valueEnd - valueStart;
    }
    return batch.commitSeries(end);
  }

  /** Insertion sort: label sets are small and usually ordered already. */
  #sort(): void {
    this.#order.length = this.#count;
    for (let i = 0; i < this.#count; i++) {
      let place = i;
      while (place > 0 && this.#compareNames(this.#order[place - 1], i) > 0) {
        this.#order[place] = this.#order[place - 1];
        place--;
      }
      this.#order[place] = i;
    }
  }

  #checkNames(): void {
    for (let i = 0; i < this.#count; i++) {
      const label = this.#order[i];
      if (this.#offsets[4 * label] === this.#offsets[4 * label + 1]) {
        throw new TinyObsError('invalid_label', 'a label has an empty name');
      }
      if (i > 0 && this.#compareNames(this.#order[i - 1], label) === 0) {
        throw new TinyObsError(
          'invalid_label',
          `label name ${JSON.stringify(this.#nameOf(label))} is given twice`,
        );
      }
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

  #nameOf(label: number): string {
    const [start, end] = this.#offsets.subarray(4 * label, 4 * label + 2);
    return new TextDecoder().decode(this.#scratch.subarray(start, end));
  }

  #noteLabel(nameStart: number, valueStart: number): void {
    if (4 * this.#count === this.#offsets.length) {
      const grown = new Uint32Array(this.#offsets.length * 2);
      grown.set(this.#offsets);
      this.#offsets = grown;
    }
    this.#offsets.set([nameStart, valueStart, valueStart, this.#used], 4 * this.#count);
    this.#count++;
  }

  #appendString(text: string): void {
    this.#reserve(text.length * 3);
    this.#used += this.#encoder.encodeInto(text, this.#scratch.subarray(this.#used)).written;
  }

  #appendBytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#scratch.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  #reserve(sizeBytes: number): void {
    if (this.#used + sizeBytes <= this.#scratch.length) return;
    const grown = new Uint8Array(Math.max(this.#scratch.length * 2, this.#used + sizeBytes));
    grown.set(this.#scratch.subarray(0, this.#used));
    this.#scratch = grown;
  }
}
