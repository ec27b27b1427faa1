import { finishHash, hashBytes } from '../index/hashBytes.js';
import { EXEMPLAR_BYTES } from '../limits.js';
import type { ExemplarFields } from './exemplarRecord.js';

const CAPACITY_MIN = 256;
const LABEL_BYTES_MIN = 16 * 1024;
/** How much more than what is held there is room for after a move: what is held is copied once in so many additions. */
const SPARE = 1 / 4;

const none = new Int32Array(0);
const one = new Float64Array(1);
const oneWords = new Uint32Array(one.buffer);

/** Exemplars as they were at a moment, from `start` to `end`: what is added and removed later does not change them. */
export interface ExemplarView {
  readonly start: number;
  readonly end: number;
  readonly series: Uint32Array;
  readonly times: Float64Array;
  readonly values: Float64Array;
  /** Labels of place i are `labels[labelStarts[i] .. labelStarts[i + 1])`. */
  readonly labelStarts: Uint32Array;
  readonly labels: Uint8Array;
}

/**
 * Exemplars in columns, in the order they came: a queue from `start` to `end`, whose arrays move when they are full. A
 * place is good until the next addition or removal; arrays that are shown are never changed, but exchanged. The same exemplar is found by a hash of all its fields, through a
 * chain of places from newer to older ones; what left the queue at its start ends a chain.
 */
export class ExemplarColumns {
  start = 0;
  end = 0;
  series = new Uint32Array(0);
  times = new Float64Array(0);
  values = new Float64Array(0);
  /** Number of the entry each is stored in; 0 while it is in none. */
  entries = new Float64Array(0);
  readonly #seed = crypto.getRandomValues(new Uint32Array(1))[0];
  #hashes = new Uint32Array(0);
  /** The next older place of the same slot, -1 for none. */
  #older = none;
  /** The newest place of each slot, -1 for none; a power of two of them. */
  #newest = none;
  /** Labels of place i are `#labels[#labelStarts[i] .. #labelStarts[i + 1])`. */
  #labelStarts = new Uint32Array(1);
  #labels = new Uint8Array(0);
  readonly #countOf = new Map<number, number>();

  get count(): number {
    return this.end - this.start;
  }

  /** Memory of all of them, about. */
  get sizeBytes(): number {
    return this.count * EXEMPLAR_BYTES + this.#labelStarts[this.end] - this.#labelStarts[this.start];
  }

  /** What one takes of `sizeBytes`. */
  sizeAt(place: number): number {
    return EXEMPLAR_BYTES + this.#labelStarts[place + 1] - this.#labelStarts[place];
  }

  /** A view, good as long as the place. */
  labelsAt(place: number): Uint8Array {
    return this.#labels.subarray(this.#labelStarts[place], this.#labelStarts[place + 1]);
  }

  fieldsAt(place: number): ExemplarFields {
    return {
      series: this.series[place],
      timeMs: this.times[place],
      value: this.values[place],
      labels: this.labelsAt(place),
    };
  }

  /** All up to a place. */
  viewUpTo(end: number): ExemplarView {
    const { start, series, times, values } = this;
    return { start, end, series, times, values, labelStarts: this.#labelStarts, labels: this.#labels };
  }

  /** Whether any is of the series. */
  holds(series: number): boolean {
    return this.#countOf.has(series);
  }

  /** Ids of all series that any is of. */
  seriesHeld(): Iterable<number> {
    return this.#countOf.keys();
  }

  /** Adds one at the end, unless the same is there; returns whether it was added. */
  add(fields: ExemplarFields, entry = 0): boolean {
    const hash = this.#hashOf(fields);
    if (this.#has(fields, hash)) return false;
    this.#append(fields, hash, entry);
    return true;
  }

  /** Takes those at the end away that came last, down to a place. */
  cutTo(end: number): void {
    while (this.end > end) {
      this.end--;
      this.#forget(this.end);
      this.#newest[this.#slotOf(this.#hashes[this.end])] = this.#older[this.end];
    }
  }

  /** Takes those before a place away. */
  dropTo(start: number): void {
    for (; this.start < start; this.start++) this.#forget(this.start);
  }

  /** Keeps those for which there is another entry at their place, 0 for none. */
  retain(entries: Float64Array): void {
    const { start, end, series, times, values, labelStarts, labels } = this.viewUpTo(this.end);
    const hashes = this.#hashes;
    this.start = this.end;
    this.#countOf.clear();
    this.#move(0);
    for (let place = start; place < end; place++) {
      if (entries[place] === 0) continue;
      const own = labels.subarray(labelStarts[place], labelStarts[place + 1]);
      const fields = { series: series[place], timeMs: times[place], value: values[place], labels: own };
      this.#append(fields, hashes[place], entries[place]);
    }
  }

  #append({ series, timeMs, value, labels }: ExemplarFields, hash: number, entry: number): void {
    const isFull = this.end === this.series.length;
    if (isFull || this.#labelStarts[this.end] + labels.length > this.#labels.length)
      this.#move(labels.length);
    const place = this.end++;
    const labelStart = this.#labelStarts[place];
    this.series[place] = series;
    this.times[place] = timeMs;
    this.values[place] = value;
    this.entries[place] = entry;
    this.#hashes[place] = hash;
    this.#labels.set(labels, labelStart);
    this.#labelStarts[place + 1] = labelStart + labels.length;
    this.#link(place);
    this.#countOf.set(series, (this.#countOf.get(series) ?? 0) + 1);
  }

  #has(fields: ExemplarFields, hash: number): boolean {
    if (this.#newest.length === 0) return false;
    let place = this.#newest[this.#slotOf(hash)];
    for (; place >= this.start; place = this.#older[place]) {
      if (this.#hashes[place] === hash && this.#isSame(place, fields)) return true;
    }
    return false;
  }

  #isSame(place: number, { series, timeMs, value, labels }: ExemplarFields): boolean {
    if (this.series[place] !== series || this.times[place] !== timeMs) return false;
    if (!Object.is(this.values[place], value)) return false;
    const known = this.labelsAt(place);
    return known.length === labels.length && known.every((byte, i) => byte === labels[i]);
  }

  #hashOf({ series, timeMs, value, labels }: ExemplarFields): number {
    let hash = hashBytes(labels, 0, labels.length, this.#seed);
    for (const number of [series, timeMs, value]) {
      one[0] = number;
      hash = finishHash(hash ^ oneWords[0]);
      hash = finishHash(hash ^ oneWords[1]);
    }
    return hash;
  }

  #slotOf(hash: number): number {
    return hash & (this.#newest.length - 1);
  }

  #forget(place: number): void {
    const series = this.series[place];
    const left = this.#countOf.get(series)! - 1;
    if (left === 0) this.#countOf.delete(series);
    else this.#countOf.set(series, left);
  }

  #link(place: number): void {
    const slot = this.#slotOf(this.#hashes[place]);
    this.#older[place] = this.#newest[slot];
    this.#newest[slot] = place;
  }

  /** To new arrays, with room for some more and for the labels of the next. */
  #move(labelBytes: number): void {
    const { start, end, count } = this;
    const capacity = Math.max(CAPACITY_MIN, Math.ceil(count * (1 + SPARE)));
    const firstLabel = this.#labelStarts[start];
    const heldBytes = this.#labelStarts[end] - firstLabel;
    const labels = new Uint8Array(
      Math.max(LABEL_BYTES_MIN, Math.ceil((heldBytes + labelBytes) * (1 + SPARE))),
    );
    labels.set(this.#labels.subarray(firstLabel, firstLabel + heldBytes));
    this.#labels = labels;
    const labelStarts = new Uint32Array(capacity + 1);
    for (let i = 0; i <= count; i++) labelStarts[i] = this.#labelStarts[start + i] - firstLabel;
    this.#labelStarts = labelStarts;
    this.series = numbersOf(this.series, start, end, new Uint32Array(capacity));
    this.times = numbersOf(this.times, start, end, new Float64Array(capacity));
    this.values = numbersOf(this.values, start, end, new Float64Array(capacity));
    this.entries = numbersOf(this.entries, start, end, new Float64Array(capacity));
    this.#hashes = numbersOf(this.#hashes, start, end, new Uint32Array(capacity));
    this.#older = new Int32Array(capacity);
    this.#newest = new Int32Array(2 ** Math.ceil(Math.log2(capacity)));
    this.start = 0;
    this.end = count;
    this.#chain();
  }

  #chain(): void {
    this.#newest.fill(-1);
    for (let place = this.start; place < this.end; place++) this.#link(place);
  }
}

function numbersOf<T extends Float64Array<ArrayBuffer> | Uint32Array<ArrayBuffer>>(
  from: T,
  start: number,
  end: number,
  to: T,
): T {
  to.set(from.subarray(start, end));
  return to;
}
