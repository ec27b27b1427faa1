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
  /** A window with fewer samples has no result. */
  readonly samplesMin: number;
  /** The result grows with the window, which must not be narrower than a bucket then. */
  readonly isExtensive?: boolean;
  compute(window: WindowSummary): number;
}

/** Buckets handled between two looks at the clock. */
const BUCKETS_BETWEEN_LOOKS = 4096;

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
  /** Buckets of the series at hand: those of the window are from `#from` up to `#to`, of all up to `#end`. */
  #from = 0;
  #to = 0;
  #end = 0;

  constructor(rollups: RollupColumns, fn: SummaryFunction, func: string) {
    this.#rollups = rollups;
    this.#rawFromMs = rollupsEnd(rollups);
    this.#fn = fn;
    this.#func = func;
  }

  /** Fills in a row from a step on until there was some work; returns the first step that is left. */
  fill(series: RangeSeries, place: { index: number; step: number }, windows: Windows, row: Row): number {
    const { ends, rangeMs } = series;
    if (place.step === 0) this.#begin(place.index);
    let { step } = place;
    for (let work = 0; step < ends.length && work < BUCKETS_BETWEEN_LOOKS; step++, work++) {
      const endMs = ends[step];
      if (endMs - rangeMs >= this.#rawFromMs) return ends.length;
      const summary = this.#summary;
      summary.reset(this.#start(endMs, rangeMs), this.#floor(endMs), rangeMs);
      this.#slide(summary);
      for (let at = this.#from; at < this.#to; at++, work++) summary.addBucket(this.#rollups, at);
      if (endMs >= this.#rawFromMs) {
        for (let at = windows.from[step]; at < windows.to[step]; at++, work++) {
          summary.addSample(series.times[at], series.values[at]);
        }
      }
      row.present[step] = summary.count >= this.#fn.samplesMin ? 1 : 0;
      if (row.present[step] === 1) row.values[step] = this.#fn.compute(summary);
    }
    return step;
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
    refuseRollups(
      this.#rollups,
      `${this.#func} over windows of ${rangeMs / 1000} s, narrower than that,`,
      USE_OTHERS,
    );
  }
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
  #sum = new KahanSum();

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
    this.#sum = new KahanSum();
  }

  addBucket(rollups: RollupColumns, at: number): void {
    const count = rollups.counts[at];
    if (count === 0) return;
    this.#add(rollups.firstTimes[at], rollups.firsts[at], rollups.lastTimes[at], rollups.lasts[at]);
    this.count += count;
    this.drops += rollups.drops[at];
    this.#sum.add(rollups.sums[at]);
    this.#spread(rollups.mins[at], rollups.maxs[at]);
  }

  addSample(timeMs: number, value: number): void {
    this.#add(timeMs, value, timeMs, value);
    this.count++;
    this.#sum.add(value);
    this.#spread(value, value);
  }

  #add(firstMs: number, first: number, lastMs: number, last: number): void {
    if (this.count === 0) {
      this.firstMs = firstMs;
      this.first = first;
    } else if (first < this.last) this.drops += this.last;
    this.lastMs = lastMs;
    this.last = last;
  }

  /** NaN only when there is nothing else. */
  #spread(min: number, max: number): void {
    if (min < this.min || Number.isNaN(this.min)) this.min = min;
    if (max > this.max || Number.isNaN(this.max)) this.max = max;
  }
}
