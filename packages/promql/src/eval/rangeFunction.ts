import { isStaleAt, type SeriesBatch, wordsOf } from '@tinyobs/model';
import { type Columns, ColumnsBuilder, LabelColumn } from './columns.js';
import { type Grid, type Reach, reachEnd, timeAt } from './grid.js';
import type { SampleSource } from './sampleSource.js';
import type { SampleCounter } from './statsRecorder.js';
import type { Work } from './work.js';

/** The samples of one series, stale markers left out, and where the steps look at them. */
export interface RangeSeries {
  readonly times: Float64Array;
  readonly values: Float64Array;
  readonly rangeMs: number;
  /** Ends of the windows by step, ms; a window starts `rangeMs` before and does not include its start. */
  readonly ends: Float64Array;
  /** Evaluation times by step, ms. */
  readonly evalTimes: Float64Array;
}

/**
 * The result for the samples at the places `from` up to but not including `to`, of which there are enough. It
 * is called for ascending steps, so neither place ever goes back. Undefined for no result.
 */
export type WindowFunction = (from: number, to: number, step: number) => number | undefined;

export interface RangeFunction {
  /** A window with fewer samples has no result. */
  readonly samplesMin: number;
  /** Called once per series; `params` are the function's scalars by step. */
  prepare(series: RangeSeries, params: readonly Float64Array[]): WindowFunction;
}

/** Samples of windows handled between two looks at the clock. */
const SAMPLES_BETWEEN_LOOKS = 8192;

/** Applies a function to the windows of every series: rows of the result are series with some result. */
export async function evaluateWindows(
  source: SampleSource,
  fn: RangeFunction,
  params: readonly Float64Array[],
  place: { grid: Grid; reach: Reach; counter?: SampleCounter },
  work: Work,
): Promise<Columns> {
  const { grid, reach, counter } = place;
  const { steps } = grid;
  const ends = Float64Array.from({ length: steps }, (_, step) => reachEnd(grid, step, reach));
  const evalTimes = Float64Array.from({ length: steps }, (_, step) => timeAt(grid, step));
  const windows = new Windows(ends, reach.rangeMs);
  const builder = new ColumnsBuilder(steps);
  const ids: number[] = [];
  for await (const batch of source.batches()) {
    const reader = new BatchReader(batch);
    for (let i = 0; i < batch.count; i++) {
      const { times, values } = reader.read(i);
      windows.slideOver(times);
      if (counter) windows.countInto(counter);
      const compute = fn.prepare({ times, values, rangeMs: reach.rangeMs, ends, evalTimes }, params);
      const start = builder.addRow();
      for (let step = 0; step < steps; ) {
        step = fillRow(builder, { start, step }, windows, { compute, samplesMin: fn.samplesMin });
        if (work.clock.due) await work.clock.pause();
      }
      if (builder.present.subarray(start, start + steps).includes(1)) {
        ids.push(batch.ids[i]);
        work.budget.hold(steps);
      } else {
        builder.dropRow();
      }
    }
  }
  return builder.finish(new LabelColumn((row) => source.labels(ids[row]), source));
}

/** Fills in a row from a step on until there was some work; returns the first step that is left. */
function fillRow(
  { values, present, steps }: ColumnsBuilder,
  place: { start: number; step: number },
  { from, to }: Windows,
  { compute, samplesMin }: { compute: WindowFunction; samplesMin: number },
): number {
  let samples = 0;
  let { step } = place;
  for (; step < steps && samples < SAMPLES_BETWEEN_LOOKS; step++) {
    const count = to[step] - from[step];
    if (count < samplesMin) continue;
    samples += count;
    const result = compute(from[step], to[step], step);
    if (result === undefined) continue;
    values[place.start + step] = result;
    present[place.start + step] = 1;
  }
  return step;
}

/** Reads series of a batch one by one, giving the same `times` object to series that share their times. */
export class BatchReader {
  readonly #batch: SeriesBatch;
  readonly #words: Uint32Array;
  #shared: Float64Array = new Float64Array(0);
  #sharedStart = -1;

  constructor(batch: SeriesBatch) {
    this.#batch = batch;
    this.#words = wordsOf(batch.values);
  }

  read(series: number): { times: Float64Array; values: Float64Array } {
    const { times, values, timeStarts, valueStarts, lengths } = this.#batch;
    const length = lengths[series];
    const timeStart = timeStarts[series];
    const valueStart = valueStarts[series];
    if (this.#sharedStart !== timeStart || this.#shared.length !== length) {
      this.#shared = times.subarray(timeStart, timeStart + length);
      this.#sharedStart = timeStart;
    }
    const own = values.subarray(valueStart, valueStart + length);
    for (let i = 0; i < length; i++) {
      if (isStaleAt(this.#words, valueStart + i)) return this.#withoutStale(own, valueStart);
    }
    return { times: this.#shared, values: own };
  }

  #withoutStale(values: Float64Array, valueStart: number): { times: Float64Array; values: Float64Array } {
    const keptTimes = new Float64Array(values.length);
    const keptValues = new Float64Array(values.length);
    let kept = 0;
    for (let i = 0; i < values.length; i++) {
      if (isStaleAt(this.#words, valueStart + i)) continue;
      keptTimes[kept] = this.#shared[i];
      keptValues[kept++] = values[i];
    }
    return { times: keptTimes.subarray(0, kept), values: keptValues.subarray(0, kept) };
  }
}

/** The places of the samples in each window (end − range, end], found once for all series that share times. */
class Windows {
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly #ends: Float64Array;
  readonly #rangeMs: number;
  #times: Float64Array | undefined;

  constructor(ends: Float64Array, rangeMs: number) {
    this.from = new Int32Array(ends.length);
    this.to = new Int32Array(ends.length);
    this.#ends = ends;
    this.#rangeMs = rangeMs;
  }

  countInto(counter: SampleCounter): void {
    for (let step = 0; step < this.to.length; step++) counter.addAt(step, this.to[step] - this.from[step]);
  }

  slideOver(times: Float64Array): void {
    if (times === this.#times) return;
    this.#times = times;
    let from = 0;
    let to = 0;
    for (let step = 0; step < this.#ends.length; step++) {
      const end = this.#ends[step];
      while (to < times.length && times[to] <= end) to++;
      while (from < to && times[from] <= end - this.#rangeMs) from++;
      this.from[step] = from;
      this.to[step] = to;
    }
  }
}
