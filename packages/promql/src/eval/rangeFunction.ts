import { isStaleAt, type SeriesBatch, wordsOf } from '@tinyobs/model';
import { type Grid, type Reach, reachEnd, timeAt } from './grid.js';
import { bucketsOf, refuseRollups, USE_OTHERS } from './rollups.js';
import { RollupWindows, type SummaryFunction } from './rollupWindows.js';
import type { RowSink } from './rows.js';
import type { SampleSource } from './sampleSource.js';
import type { SampleCounter } from './statsRecorder.js';
import type { WorkClock } from './workClock.js';

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

interface MayUseRollups {
  /** How it answers where raw samples are gone; without it, it does not. */
  readonly ofSummary?: SummaryFunction;
}

/** A function of one window at a time. */
interface PerWindow extends MayUseRollups {
  /** A window with fewer samples has no result. */
  readonly samplesMin: number;
  /** Called once per series; `params` are the function's scalars by step. */
  prepare(series: RangeSeries, params: readonly Float64Array[]): WindowFunction;
}

/** A function with a loop of its own over the steps, for what is asked most: no call and no boxed number a step. */
interface PerRow extends MayUseRollups {
  /** Begins a selection: what depends on the windows alone is kept while series share their times. */
  startRows(): RowFunction;
}

export type RangeFunction = PerWindow | PerRow;

/** Fills in a row from a step on until there was some work; returns the first step that is left. */
export type RowFunction = (series: RangeSeries, windows: Windows, row: Row, step: number) => number;

/** A result for each step; it exists where `present` is 1. */
export interface Row {
  readonly values: Float64Array;
  readonly present: Uint8Array;
}

/** Samples of windows handled between two looks at the clock. */
export const SAMPLES_BETWEEN_LOOKS = 8192;

/**
 * Applies a function, in errors called `what`, to the windows of every series: rows are series with some result.
 *
 * @throws TinyObsError `query_needs_raw`
 */
export async function evaluateWindows(
  source: SampleSource,
  fn: RangeFunction,
  params: readonly Float64Array[],
  place: { grid: Grid; reach: Reach; counter?: SampleCounter; what: string },
  clock: WorkClock,
  sink: RowSink,
): Promise<void> {
  const { grid, reach, counter, what } = place;
  const { rangeMs } = reach;
  const { steps } = grid;
  const ends = new Float64Array(steps);
  const evalTimes = new Float64Array(steps);
  for (let step = 0; step < steps; step++) {
    ends[step] = reachEnd(grid, step, reach);
    evalTimes[step] = timeAt(grid, step);
  }
  const windows = new Windows(ends, rangeMs);
  const row: Row = { values: new Float64Array(steps), present: new Uint8Array(steps) };
  const fill = 'startRows' in fn ? fn.startRows() : windowByWindow(fn, params);
  for await (const batch of source.batches()) {
    const reader = new BatchReader(batch);
    const rolledUp = rollupWindows(batch, fn, { ends, rangeMs, func: what });
    for (let i = 0; i < batch.count; i++) {
      const { times, values } = reader.read(i);
      windows.slideOver(times);
      if (counter) windows.countInto(counter);
      const series = { times, values, rangeMs, ends, evalTimes };
      row.present.fill(0);
      // Without samples, as where only buckets are, there is nothing to fill in.
      for (let step = times.length > 0 ? 0 : steps; step < steps; ) {
        step = fill(series, windows, row, step);
        if (clock.due) await clock.pause();
      }
      for (let step = 0; rolledUp && step < steps; ) {
        step = rolledUp.fill(series, { index: i, step }, windows, row);
        if (clock.due) await clock.pause();
      }
      if (!row.present.includes(1)) continue;
      if (sink.isFull) await sink.makeRoom();
      sink.add(batch.ids[i], row.values, row.present, 0);
    }
  }
}

function rollupWindows(
  batch: SeriesBatch,
  fn: RangeFunction,
  selector: { readonly ends: Float64Array; readonly rangeMs: number; readonly func: string },
): RollupWindows | undefined {
  const rollups = bucketsOf(batch);
  if (!rollups) return undefined;
  if (!fn.ofSummary) refuseRollups(rollups, selector.func, USE_OTHERS);
  return new RollupWindows(rollups, fn.ofSummary, selector);
}

function windowByWindow(fn: PerWindow, params: readonly Float64Array[]): RowFunction {
  const { samplesMin } = fn;
  let compute: WindowFunction;
  return (series, { from, to }, { values, present }, firstStep) => {
    if (firstStep === 0) compute = fn.prepare(series, params);
    let samples = 0;
    let step = firstStep;
    for (; step < present.length && samples < SAMPLES_BETWEEN_LOOKS; step++) {
      const count = to[step] - from[step];
      if (count < samplesMin) continue;
      samples += count;
      const result = compute(from[step], to[step], step);
      if (result === undefined) continue;
      values[step] = result;
      present[step] = 1;
    }
    return step;
  };
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
    if (this.#hasStale(own, valueStart)) return this.#withoutStale(own, valueStart);
    return { times: this.#shared, values: own };
  }

  /** A stale marker is a NaN: only those are looked at as words. */
  #hasStale(values: Float64Array, valueStart: number): boolean {
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (Number.isNaN(value) && isStaleAt(this.#words, valueStart + i)) return true;
    }
    return false;
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
export class Windows {
  /** Changes with the places. */
  version = 0;
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
    this.version++;
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
