/** How far an estimate may be from a value at its rank, in parts of the value. */
export const RELATIVE_ERROR = 0.01;

const GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR);
const LOG_GAMMA = Math.log(GAMMA);
/** Bins of one sign: values from one to 500 million times as large are told apart. */
const BINS_MAX = 1_024;
/** Bins that are made room for beyond the one needed. */
const SPARE = 16;

/** Counts in consecutive bins, as many as the values seen need, up to BINS_MAX. */
class Bins {
  counts = new Uint32Array(0);
  /** Number of the first bin. */
  first = 0;

  add(bin: number, count = 1): void {
    this.#reach(bin);
    this.counts[Math.max(0, bin - this.first)] += count;
  }

  clear(): void {
    this.counts.fill(0);
  }

  /** Makes room for a bin. What is too small for BINS_MAX bins up to the largest value shares the lowest. */
  #reach(bin: number): void {
    const { counts, first } = this;
    if (counts.length === 0) {
      this.counts = new Uint32Array(SPARE);
      this.first = bin;
      return;
    }
    const last = first + counts.length - 1;
    if (bin >= first && bin <= last) return;
    const to = bin > last ? bin + SPARE : last;
    const from = Math.max(bin < first ? bin - SPARE : first, to - BINS_MAX + 1);
    if (from === first && to === last) return;
    this.counts = new Uint32Array(to - from + 1);
    this.first = from;
    for (let i = 0; i < counts.length; i++) this.counts[Math.max(0, first + i - from)] += counts[i];
  }
}

/**
 * Counts values so that their quantiles can be told with a relative error of at most 1 %, in at most 8 KB: each
 * value falls in a bin whose bounds are 2 % apart. Only where values of one sign differ by a factor of more than
 * 500 million are the smallest of them taken for larger than they are. After C. Masson, J. E. Rim and H. K. Lee,
 * DDSketch (VLDB 2019).
 */
export class QuantileSketch {
  readonly #positive = new Bins();
  readonly #negative = new Bins();
  #zeros = 0;
  #count = 0;
  /** No estimate is outside what was seen, so that of a single value it is the value. */
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  get count(): number {
    return this.#count;
  }

  /** Counts a finite value. */
  add(value: number): void {
    this.#count++;
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
    if (value > 0) this.#positive.add(binOf(value));
    else if (value < 0) this.#negative.add(binOf(-value));
    else this.#zeros++;
  }

  addAll(other: QuantileSketch): void {
    this.#count += other.#count;
    this.#zeros += other.#zeros;
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
    for (const [own, theirs] of [
      [this.#positive, other.#positive],
      [this.#negative, other.#negative],
    ]) {
      // From the largest, so that room is made once.
      for (let i = theirs.counts.length - 1; i >= 0; i--) {
        if (theirs.counts[i] > 0) own.add(theirs.first + i, theirs.counts[i]);
      }
    }
  }

  clear(): void {
    this.#positive.clear();
    this.#negative.clear();
    this.#zeros = 0;
    this.#count = 0;
    this.#min = Number.POSITIVE_INFINITY;
    this.#max = Number.NEGATIVE_INFINITY;
  }

  /** An estimate of the value at `quantile` (0 to 1) of all values; NaN of none. */
  quantile(quantile: number): number {
    if (this.#count === 0) return Number.NaN;
    return Math.min(Math.max(this.#estimate(quantile), this.#min), this.#max);
  }

  #estimate(quantile: number): number {
    let left = Math.floor(quantile * (this.#count - 1));
    const { counts: negative, first: firstNegative } = this.#negative;
    for (let i = negative.length - 1; i >= 0; i--) {
      left -= negative[i];
      if (left < 0) return -valueIn(firstNegative + i);
    }
    left -= this.#zeros;
    if (left < 0) return 0;
    const { counts: positive, first: firstPositive } = this.#positive;
    let last = 0;
    for (let i = 0; i < positive.length; i++) {
      if (positive[i] > 0) last = valueIn(firstPositive + i);
      left -= positive[i];
      if (left < 0) break;
    }
    return last;
  }
}

function binOf(magnitude: number): number {
  return Math.ceil(Math.log(magnitude) / LOG_GAMMA);
}

/** The value of a bin that is nearest, in parts of the value, to all others in it. */
function valueIn(bin: number): number {
  return (2 * Math.exp(bin * LOG_GAMMA)) / (GAMMA + 1);
}
