import type { SentSeries } from './seriesCache.js';

const NO_LABELS = new Uint8Array(0);

/** Samples that wait, in columns of a ring; those that were taken stay until they are removed. */
export class SampleQueue {
  readonly capacity: number;
  length = 0;
  readonly #labels: Uint8Array[];
  readonly #times: Float64Array;
  readonly #words: Uint32Array;
  /** Number of the record that each came in. */
  readonly #seqs: Float64Array;
  #first = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.#labels = new Array<Uint8Array>(capacity).fill(NO_LABELS);
    this.#times = new Float64Array(capacity);
    this.#words = new Uint32Array(2 * capacity);
    this.#seqs = new Float64Array(capacity);
  }

  get isFull(): boolean {
    return this.length === this.capacity;
  }

  /** Number of the record of the oldest sample; infinite when there is none. */
  get firstSeq(): number {
    return this.length === 0 ? Number.POSITIVE_INFINITY : this.#seqs[this.#first];
  }

  /** Adds a sample, for which there has to be room. */
  push(
    { labels }: SentSeries,
    sample: { readonly times: Float64Array; readonly words: Uint32Array; readonly index: number },
    seq: number,
  ): void {
    const at = this.#at(this.length++);
    const { times, words, index } = sample;
    this.#labels[at] = labels;
    this.#times[at] = times[index];
    this.#words[2 * at] = words[2 * index];
    this.#words[2 * at + 1] = words[2 * index + 1];
    this.#seqs[at] = seq;
  }

  /** Calls `visit` with each of the first `count` samples. */
  forFirst(
    count: number,
    visit: (labels: Uint8Array, timeMs: number, low: number, high: number) => void,
  ): void {
    for (let i = 0; i < count; i++) {
      const at = this.#at(i);
      visit(this.#labels[at], this.#times[at], this.#words[2 * at], this.#words[2 * at + 1]);
    }
  }

  /** Removes the first `count` samples. */
  remove(count: number): void {
    for (let i = 0; i < count; i++) this.#labels[this.#at(i)] = NO_LABELS;
    this.#first = this.#at(count);
    this.length -= count;
  }

  #at(index: number): number {
    const at = this.#first + index;
    return at < this.capacity ? at : at - this.capacity;
  }
}
