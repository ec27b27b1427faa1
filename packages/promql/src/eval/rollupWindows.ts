import type { RollupColumns } from '@tinyobs/model';
import { KahanSum } from './kahan.js';
import type { RangeSeries, Row, Windows } from './rangeFunction.js';
import { refuseRollups, rollupsEnd, USE_OTHERS, widthAt } from './rollups.js';

/** What is known of the samples of a window, stale markers left out. */
export interface WindowSummary {
  /** The window, ms, without its start: that of the selector where it begins and ends with buckets. */
  readonly startMs: number;
  readonly endMs: number;
  /** Width of the selector's window, ms. */
  readonly rangeMs: number;
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly firstMs: number;
  readonly first: number;
  readonly lastMs: number;
  readonly last: number;
  /** Sum of the values that a lower one followed. */
  readonly drops: number;
}

/** How a range function answers from buckets. */
export interface SummaryFunction {
  /** What it looks at beside count, first, last and drops; the others mean nothing. */
  readonly uses?: 'sum' | 'spread';
  /** A window with fewer samples has no result. */
  readonly samplesMin: number;
  /** The result grows with the window, which must not be narrower than a bucket then. */
  readonly isExtensive?: boolean;
  compute(window: WindowSummary): number;
}

/** Buckets handled between two looks at the clock. */
const BUCKETS_BETWEEN_LOOKS = 8192;

/**
 * Answers for the windows that begin where raw samples are gone. A window is made of whole buckets: its start and its
 * end, if that is there too, go back to the last edge of a bucket, by less than a bucket; one that is narrower than a
 * bucket becomes one bucket. So nothing is counted twice or left out where buckets, wider ones and raw samples meet.
 */
export class RollupWindows {
  readonly #rollups: RollupColumns;
  readonly #rawFromMs: number;
  readonly #fn: SummaryFunction;
  readonly #func: string;
  readonly #summary = new Summary();
  /** The windows by step, as far as they begin where raw samples are gone. */
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  /** Buckets of the series at hand: those of the window are from `#from` up to `#to`, of all up to `#end`. */
  #from = 0;
  #to = 0;
  #end = 0;

  /** `ends` are those of the selector's windows by step. */
  constructor(
    rollups: RollupColumns,
    fn: SummaryFunction,
    selector: { readonly ends: Float64Array; readonly rangeMs: number; readonly func: string },
  ) {
    this.#rollups = rollups;
    this.#rawFromMs = rollupsEnd(rollups);
    this.#fn = fn;
    this.#func = selector.func;
    for (const endMs of selector.ends) {
      if (endMs - selector.rangeMs >= this.#rawFromMs) break;
      this.#starts.push(this.#start(endMs, selector.rangeMs));
      this.#ends.push(this.#floor(endMs));
    }
  }

  /** Fills in a row from a step on until there was some work; returns the first step that is left. */
  fill(series: RangeSeries, place: { index: number; step: number }, windows: Windows, row: Row): number {
    if (place.step === 0) this.#begin(place.index);
    const summary = this.#summary;
    const { samplesMin, uses } = this.#fn;
    let { step } = place;
    for (let work = 0; step < this.#starts.length && work < BUCKETS_BETWEEN_LOOKS; step++, work++) {
      summary.reset(this.#starts[step], this.#ends[step], series.rangeMs);
      this.#slide(summary);
      summary.addBuckets(this.#rollups, { from: this.#from, to: this.#to, uses });
      work += this.#to - this.#from;
      if (series.ends[step] >= this.#rawFromMs) {
        for (let at = windows.from[step]; at < windows.to[step]; at++, work++) {
          summary.addSample(series.times[at], series.values[at]);
        }
      }
      row.present[step] = summary.count >= samplesMin ? 1 : 0;
      if (row.present[step] === 1) row.values[step] = this.#fn.compute(summary);
    }
    return step < this.#starts.length ? step : series.ends.length;
  }

  #begin(index: number): void {
    const { starts, lengths } = this.#rollups;
    this.#from = this.#to = starts[index];
    this.#end = starts[index] + lengths[index];
  }

  /** Where the window that ends here begins. */
  #start(endMs: number, rangeMs: number): number {
    // Buckets become no wider with time, so these are the widest of the window.
    const widthMs = widthAt(this.#rollups, endMs - rangeMs);
    if (this.#fn.isExtensive && rangeMs < widthMs) this.#refuseNarrow(rangeMs);
    const startMs = this.#floor(endMs - rangeMs);
    const flooredMs = this.#floor(endMs);
    return startMs < flooredMs ? startMs : flooredMs - widthAt(this.#rollups, endMs);
  }

  /** The last edge of a bucket up to a time; the time itself where raw samples are. */
  #floor(timeMs: number): number {
    const widthMs = widthAt(this.#rollups, timeMs);
    return widthMs === 0 ? timeMs : Math.floor(timeMs / widthMs) * widthMs;
  }

  #slide({ startMs, endMs }: WindowSummary): void {
    while (this.#to < this.#end && this.#endsBy(this.#to, endMs)) this.#to++;
    while (this.#from < this.#to && this.#endsBy(this.#from, startMs)) this.#from++;
  }

  /** Whether the bucket ends at a time or before, with the last one of a span ending where that ends. */
  #endsBy(bucket: number, timeMs: number): boolean {
    const lastMs = this.#rollups.lastTimes[bucket];
    if (lastMs > timeMs) return false;
    for (const { endMs, widthMs } of this.#rollups.spans) {
      if (lastMs >= endMs) continue;
      return timeMs >= endMs || Math.ceil(lastMs / widthMs) * widthMs <= timeMs;
    }
    return true;
  }

  #refuseNarrow(rangeMs: number): never {
    const what = `${this.#func} over windows of ${rangeMs / 1000} s, narrower than a bucket,`;
    refuseRollups(this.#rollups, what, USE_OTHERS);
  }
}

interface SomeBuckets {
  readonly from: number;
  readonly to: number;
  readonly uses: SummaryFunction['uses'];
}

class Summary implements WindowSummary {
  startMs = 0;
  endMs = 0;
  rangeMs = 0;
  count = 0;
  min = Number.NaN;
  max = Number.NaN;
  firstMs = 0;
  first = 0;
  lastMs = 0;
  last = 0;
  drops = 0;
  readonly #sum = new KahanSum();

  get sum(): number {
    return this.#sum.total;
  }

  reset(startMs: number, endMs: number, rangeMs: number): void {
    this.startMs = startMs;
    this.endMs = endMs;
    this.rangeMs = rangeMs;
    this.count = 0;
    this.min = this.max = Number.NaN;
    this.drops = 0;
    this.#sum.sum = this.#sum.compensation = 0;
  }

  /** Adds the first buckets of a window. */
  addBuckets(rollups: RollupColumns, some: SomeBuckets): void {
    const { counts, firsts, lasts } = rollups;
    let { from, to } = some;
    while (from < to && counts[from] === 0) from++;
    while (from < to && counts[to - 1] === 0) to--;
    if (from === to) return;
    let count = 0;
    let drops = 0;
    let last = firsts[from];
    for (let at = from; at < to; at++) {
      if (counts[at] === 0) continue;
      if (firsts[at] < last) drops += last;
      drops += rollups.drops[at];
      count += counts[at];
      last = lasts[at];
    }
    this.count = count;
    this.drops = drops;
    this.firstMs = rollups.firstTimes[from];
    this.first = firsts[from];
    this.lastMs = rollups.lastTimes[to - 1];
    this.last = last;
    if (some.uses === 'sum') this.#addSums(rollups, from, to);
    if (some.uses === 'spread') this.#addSpreads(rollups, from, to);
  }

  addSample(timeMs: number, value: number): void {
    if (this.count === 0) {
      this.firstMs = timeMs;
      this.first = value;
    } else if (value < this.last) this.drops += this.last;
    this.count++;
    this.lastMs = timeMs;
    this.last = value;
    this.#sum.add(value);
    this.#spread(value, value);
  }

  #addSums({ counts, sums }: RollupColumns, from: number, to: number): void {
    for (let at = from; at < to; at++) if (counts[at] > 0) this.#sum.add(sums[at]);
  }

  #addSpreads({ counts, mins, maxs }: RollupColumns, from: number, to: number): void {
    for (let at = from; at < to; at++) if (counts[at] > 0) this.#spread(mins[at], maxs[at]);
  }

  /** NaN only when there is nothing else. */
  #spread(min: number, max: number): void {
    if (min < this.min || Number.isNaN(this.min)) this.min = min;
    if (max > this.max || Number.isNaN(this.max)) this.max = max;
  }
}
