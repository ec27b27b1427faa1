import { EXPONENTIAL_BUCKETS_MAX, EXPONENTIAL_SCALE_MAX } from '../limits.js';
import { type DataPoint, type ExponentialSide, NumberList } from './dataPoint.js';

/** Powers of two by quarters, as doubles that are the same everywhere: the text of bounds is made of them. */
const QUARTERS = [1, 1.189207115002721, Math.SQRT2, 1.681792830507429];

/** The scales of the specification. */
const SCALE_MIN = -10;
const SCALE_MAX = 20;

/** The buckets of a point as Prometheus has them: bounds above all values counted, ascending and finite. */
export class ClassicBuckets {
  readonly bounds = new NumberList();
  /** Values up to each bound. */
  readonly counts = new NumberList();
  readonly #positive = new GridSide();
  readonly #negative = new GridSide();
  #lastBound = 0;
  #total = 0;

  clear(): void {
    this.bounds.length = 0;
    this.counts.length = 0;
    this.#lastBound = Number.NEGATIVE_INFINITY;
    this.#total = 0;
  }

  /** Takes the buckets of a histogram with bounds of its own; returns what is wrong with them, '' for nothing. */
  takeExplicit({ bounds, bucketCounts }: DataPoint): string {
    this.clear();
    if (bucketCounts.length === 0 && bounds.length === 0) return '';
    if (bucketCounts.length !== bounds.length + 1) {
      return `${bounds.length} bounds need ${bounds.length + 1} bucket counts, of which there are ${bucketCounts.length}`;
    }
    let previous = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < bounds.length; i++) {
      const bound = bounds.values[i];
      if (!(bound > previous)) return 'the bounds are not ascending';
      previous = bound;
      this.#total += bucketCounts.values[i];
      this.#add(bound);
    }
    return '';
  }

  /**
   * Takes an exponential histogram: its buckets are merged into those of `EXPONENTIAL_SCALE_MAX` where they are finer,
   * or of a coarser scale where that would be more than `EXPONENTIAL_BUCKETS_MAX`. All bounds are of one grid, and those
   * from the lowest to the highest bucket with values are all there, so that they only become more while values come.
   * Returns what is wrong, '' for nothing.
   */
  takeExponential({ scale, positive, negative, zeroCount, zeroThreshold }: DataPoint): string {
    this.clear();
    if (scale < SCALE_MIN || scale > SCALE_MAX)
      return `the scale ${scale} is not from ${SCALE_MIN} to ${SCALE_MAX}`;
    if (!(zeroThreshold >= 0)) return `the zero threshold ${zeroThreshold} is negative`;
    this.#takeNegative(scale, negative);
    const hasNegative = this.#total > 0;
    this.#total += zeroCount;
    if (zeroCount > 0 || hasNegative) this.#add(zeroThreshold);
    this.#takePositive(scale, positive);
    return '';
  }

  /** The place of the bucket that a value belongs to; behind the last one for what is above all bounds. */
  placeOf(value: number): number {
    const { values, length } = this.bounds;
    let place = 0;
    while (place < length && values[place] < value) place++;
    return place;
  }

  #takePositive(scale: number, side: ExponentialSide): void {
    const grid = this.#positive;
    if (!grid.take(scale, side)) return;
    this.#add(grid.boundOf(grid.low));
    for (let index = grid.low; index <= grid.high; index++) {
      this.#total += grid.countOf(index);
      this.#add(grid.boundOf(index + 1));
    }
  }

  /** From the values furthest from zero on. */
  #takeNegative(scale: number, side: ExponentialSide): void {
    const grid = this.#negative;
    if (!grid.take(scale, side)) return;
    this.#add(-grid.boundOf(grid.high + 1));
    for (let index = grid.high; index >= grid.low; index--) {
      this.#total += grid.countOf(index);
      this.#add(-grid.boundOf(index));
    }
  }

  /** Of bounds that no double can tell apart the last one counts; infinite ones are left out. */
  #add(bound: number): void {
    const { length } = this.bounds;
    if (length > 0 && bound === this.#lastBound) {
      this.counts.values[length - 1] = this.#total;
    } else if (bound > this.#lastBound && bound < Number.POSITIVE_INFINITY) {
      this.#lastBound = bound;
      this.bounds.push(bound);
      this.counts.push(this.#total);
    }
  }
}

/** The buckets of one side of zero, merged: those from `low` to `high` at `scale`. */
class GridSide {
  low = 0;
  high = 0;
  #scale = 0;
  readonly #counts = new Float64Array(EXPONENTIAL_BUCKETS_MAX);

  /** False when there are no values. */
  take(scale: number, { offset, counts }: ExponentialSide): boolean {
    const { values, length } = counts;
    let first = 0;
    let last = length - 1;
    while (first <= last && values[first] === 0) first++;
    while (last >= first && values[last] === 0) last--;
    if (first > last) return false;
    this.#scale = Math.min(scale, EXPONENTIAL_SCALE_MAX);
    const merged = (index: number) => Math.floor((offset + index) / 2 ** (scale - this.#scale));
    while (merged(last) - merged(first) >= EXPONENTIAL_BUCKETS_MAX) this.#scale--;
    this.low = merged(first);
    this.high = merged(last);
    this.#counts.fill(0, 0, this.high - this.low + 1);
    for (let i = first; i <= last; i++) this.#counts[merged(i) - this.low] += values[i];
    return true;
  }

  countOf(index: number): number {
    return this.#counts[index - this.low];
  }

  /** The bound below a bucket. */
  boundOf(index: number): number {
    const quarters = index * 2 ** (EXPONENTIAL_SCALE_MAX - this.#scale);
    const whole = Math.floor(quarters / 4);
    return QUARTERS[quarters - 4 * whole] * 2 ** whole;
  }
}
