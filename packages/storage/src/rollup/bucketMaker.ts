import { isStaleAt } from '@tinyobs/model';
import { Buckets } from './buckets.js';
import { bucketEnd } from './resolution.js';

/** Makes buckets of the samples of one series, which come in the order of time. */
export class BucketMaker {
  readonly buckets = new Buckets();
  readonly #widthMs: number;
  /** End of the bucket of the last entry, which is still open. */
  #endMs = Number.NEGATIVE_INFINITY;
  /** What the sum of the open entry lost (Neumaier). */
  #lost = 0;

  constructor(widthMs: number) {
    this.#widthMs = widthMs;
  }

  /** Takes the value, as a number and in `words`, of one sample. */
  add(timeMs: number, values: Float64Array, words: Uint32Array, place: number): void {
    if (timeMs > this.#endMs) {
      this.#close();
      this.#endMs = bucketEnd(timeMs, this.#widthMs);
    }
    if (isStaleAt(words, place)) this.#addStale(timeMs);
    else this.#addValue(timeMs, values[place]);
  }

  /** Ends the series; the buckets are whole then, until `reset`. */
  finish(): Buckets {
    this.#close();
    return this.buckets;
  }

  reset(): void {
    this.buckets.length = 0;
    this.#endMs = Number.NEGATIVE_INFINITY;
  }

  #addValue(timeMs: number, value: number): void {
    const { buckets } = this;
    if (this.#isOpen && buckets.counts[buckets.length - 1] === 0) buckets.length--;
    if (!this.#isOpen) {
      this.#begin(timeMs, value);
      return;
    }
    const i = buckets.length - 1;
    buckets.counts[i]++;
    if (value < buckets.mins[i] || Number.isNaN(buckets.mins[i])) buckets.mins[i] = value;
    if (value > buckets.maxs[i] || Number.isNaN(buckets.maxs[i])) buckets.maxs[i] = value;
    if (value < buckets.lasts[i]) buckets.drops[i] += buckets.lasts[i];
    buckets.lasts[i] = value;
    buckets.lastTimes[i] = timeMs;
    this.#addToSum(i, value);
  }

  /** A marker with no sample behind it in its bucket: one is enough. */
  #addStale(timeMs: number): void {
    const { buckets } = this;
    if (this.#isOpen && buckets.counts[buckets.length - 1] === 0) return;
    // A value that repeats costs least.
    this.#close();
    this.#begin(timeMs, buckets.length > 0 ? buckets.lasts[buckets.length - 1] : 0);
    const i = buckets.length - 1;
    buckets.counts[i] = 0;
    buckets.sums[i] = 0;
  }

  /** Whether the last entry is of the bucket at hand. */
  get #isOpen(): boolean {
    const { length, lastTimes } = this.buckets;
    return length > 0 && lastTimes[length - 1] > this.#endMs - this.#widthMs;
  }

  #begin(timeMs: number, value: number): void {
    const { buckets } = this;
    buckets.reserve(1);
    const i = buckets.length++;
    buckets.firstTimes[i] = buckets.lastTimes[i] = timeMs;
    buckets.firsts[i] = buckets.lasts[i] = buckets.mins[i] = buckets.maxs[i] = buckets.sums[i] = value;
    buckets.counts[i] = 1;
    buckets.drops[i] = 0;
    this.#lost = 0;
  }

  #addToSum(i: number, value: number): void {
    const { sums } = this.buckets;
    const before = sums[i];
    const sum = before + value;
    if (!Number.isFinite(sum)) this.#lost = 0;
    else if (Math.abs(before) >= Math.abs(value)) this.#lost += before - sum + value;
    else this.#lost += value - sum + before;
    sums[i] = sum;
  }

  #close(): void {
    const { sums, length } = this.buckets;
    if (length > 0) sums[length - 1] += this.#lost;
    this.#lost = 0;
  }
}
