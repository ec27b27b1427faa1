import type { Head } from '../head/head.js';
import { HEAD_SAMPLES_CEILING } from '../limits.js';
import { Slicer } from '../slicer.js';

/** Samples that are walked, sorted or copied without a look at the clock. */
const STRIDE = 4096;
/** Moves an Int32 above zero. */
const OFFSET_BIAS = 2 ** 31;

/**
 * Takes the samples of one series out of a head, in ascending order, each time once: of samples with the same
 * time the one written last stays. Long series are worked on in slices.
 */
export class SeriesGatherer {
  /** Samples of the series gathered last. */
  count = 0;
  /** Their times less the head's base. */
  offsets = new Int32Array(STRIDE);
  words = new Uint32Array(2 * STRIDE);
  /** Samples dropped so far for a later one of the same time with another value. */
  overwrites = 0;
  readonly #head: Head;
  /** Record numbers, the newest first. */
  #records = new Uint32Array(STRIDE);
  #walked = 0;
  #keys = new Float64Array(STRIDE);
  #merged = new Float64Array(STRIDE);
  readonly #slicer = new Slicer();

  constructor(head: Head) {
    this.#head = head;
  }

  /** Gathers a series that has samples. Returns a promise only where the series is long. */
  gather(series: number): Promise<void> | undefined {
    this.#walked = 0;
    const rest = this.#walk(this.#head.lastOf(series));
    if (rest !== 0) return this.#gatherLong(series, rest);
    this.count = 0;
    if (this.#head.isOrdered(series)) this.#copyWalked(this.#walked, 0);
    else {
      this.#makeKeys(0, this.#walked);
      this.#keys.subarray(0, this.#walked).sort();
      this.#copySorted(this.#keys, 0, this.#walked);
    }
    return undefined;
  }

  async #gatherLong(series: number, from: number): Promise<void> {
    for (let rest = from; rest !== 0; ) {
      rest = this.#walk(rest);
      await this.#breathe();
    }
    this.#reserve(this.#walked);
    this.count = 0;
    if (this.#head.isOrdered(series)) {
      for (let left = this.#walked; left > 0; left -= STRIDE) {
        this.#copyWalked(left, Math.max(0, left - STRIDE));
        await this.#breathe();
      }
      return;
    }
    const keys = await this.#sortLong();
    for (let at = 0; at < this.#walked; at += STRIDE) {
      this.#copySorted(keys, at, Math.min(this.#walked, at + STRIDE));
      await this.#breathe();
    }
  }

  /** Notes up to `STRIDE` records from `record` (number + 1) back; returns where to go on, 0 at the end. */
  #walk(record: number): number {
    const end = this.#walked + STRIDE;
    if (end > this.#records.length) {
      const grown = new Uint32Array(2 * this.#records.length);
      grown.set(this.#records);
      this.#records = grown;
    }
    let next = record;
    while (next !== 0 && this.#walked < end) {
      this.#records[this.#walked++] = next - 1;
      next = this.#head.previousOf(next - 1);
    }
    return next;
  }

  /** Copies the walked records `to - 1` down to `from`, which is oldest first. */
  #copyWalked(to: number, from: number): void {
    for (let i = to - 1; i >= from; i--) this.#append(this.#records[i]);
  }

  /** A key holds a time above the position of the record from the oldest on, so that keys are distinct. */
  #makeKeys(from: number, to: number): void {
    for (let i = from; i < to; i++) {
      const record = this.#records[this.#walked - 1 - i];
      this.#keys[i] = (this.#head.offsetOf(record) + OFFSET_BIAS) * HEAD_SAMPLES_CEILING + i;
    }
  }

  #copySorted(keys: Float64Array, from: number, to: number): void {
    for (let i = from; i < to; i++) {
      const record = this.#records[this.#walked - 1 - (keys[i] % HEAD_SAMPLES_CEILING)];
      if (this.count > 0 && this.offsets[this.count - 1] === this.#head.offsetOf(record))
        this.#overwrite(record);
      else this.#append(record);
    }
  }

  #append(record: number): void {
    this.offsets[this.count] = this.#head.offsetOf(record);
    this.#head.copyWords(record, this.words, this.count++);
  }

  #overwrite(record: number): void {
    const last = this.count - 1;
    const low = this.words[2 * last];
    const high = this.words[2 * last + 1];
    this.#head.copyWords(record, this.words, last);
    if (this.words[2 * last] !== low || this.words[2 * last + 1] !== high) this.overwrites++;
  }

  /** Sorts stretches, then merges them pairwise. Returns the array that holds the result. */
  async #sortLong(): Promise<Float64Array> {
    for (let at = 0; at < this.#walked; at += STRIDE) {
      const end = Math.min(this.#walked, at + STRIDE);
      this.#makeKeys(at, end);
      this.#keys.subarray(at, end).sort();
      await this.#breathe();
    }
    let from = this.#keys;
    let to = this.#merged;
    for (let width = STRIDE; width < this.#walked; width *= 2) {
      for (let at = 0; at < this.#walked; at += 2 * width) {
        await this.#merge(
          from,
          to,
          at,
          Math.min(this.#walked, at + width),
          Math.min(this.#walked, at + 2 * width),
        );
      }
      [from, to] = [to, from];
    }
    return from;
  }

  async #merge(
    from: Float64Array,
    to: Float64Array,
    start: number,
    middle: number,
    end: number,
  ): Promise<void> {
    let left = start;
    let right = middle;
    for (let at = start; at < end; at++) {
      to[at] = right >= end || (left < middle && from[left] < from[right]) ? from[left++] : from[right++];
      if ((at - start) % STRIDE === STRIDE - 1) await this.#breathe();
    }
  }

  async #breathe(): Promise<void> {
    if (this.#slicer.due) await this.#slicer.pause();
  }

  #reserve(count: number): void {
    if (count <= this.offsets.length) return;
    const capacity = 2 ** Math.ceil(Math.log2(count));
    this.offsets = new Int32Array(capacity);
    this.words = new Uint32Array(2 * capacity);
    this.#keys = new Float64Array(capacity);
    this.#merged = new Float64Array(capacity);
  }
}
