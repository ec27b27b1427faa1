import { type LabelsOf, NO_LABELS } from './labels.js';
import { Metric, type MetricContext, type MetricDefinition } from './metric.js';

interface HistogramState {
  /** Observations per bucket, not cumulative; the last is above every bound. */
  readonly counts: Float64Array;
  sum: number;
}

/** How values are distributed: request durations, sizes. Query it with `histogram_quantile`. */
export class Histogram<Name extends string = string> extends Metric<HistogramState> {
  readonly #bounds: readonly number[];
  /** The bounds as label values, '+Inf' included. */
  readonly #les: readonly string[];

  /** `bounds` are the finite upper bounds of the buckets, ascending. */
  constructor(context: MetricContext, definition: MetricDefinition, bounds: readonly number[]) {
    super(context, definition);
    this.#bounds = bounds;
    this.#les = [...bounds.map(String), '+Inf'];
  }

  /** Counts a value in the series without labels. */
  observe(value: number): void;
  /** Counts a value in the series with these labels. */
  observe(labels: LabelsOf<Name>, value: number): void;
  observe(first: LabelsOf<Name> | number, second?: number): void {
    const [labels, value] = typeof first === 'number' ? [NO_LABELS, first] : [first, second];
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      this.refuse('invalid_value', 'a histogram observes finite numbers');
      return;
    }
    const state = this.stateOf(labels);
    if (state === undefined) return;
    state.counts[this.#bucketOf(value)]++;
    state.sum += value;
  }

  /** Starts a stopwatch; the function it returns observes and returns the seconds since. */
  startTimer(): (labels?: LabelsOf<Name>) => number {
    const startMs = performance.now();
    return (labels) => {
      const seconds = (performance.now() - startMs) / 1_000;
      if (labels === undefined) this.observe(seconds);
      else this.observe(labels, seconds);
      return seconds;
    };
  }

  /** Ends a series: the next flush marks its rows stale. */
  remove(labels: LabelsOf<Name> = NO_LABELS as LabelsOf<Name>): void {
    this.removeSeries(labels);
  }

  protected override newState(): HistogramState {
    return { counts: new Float64Array(this.#les.length), sum: 0 };
  }

  protected override *parts(state: HistogramState): Iterable<{ suffix: string; le?: string; value: number }> {
    let count = 0;
    for (const [i, le] of this.#les.entries()) {
      count += state.counts[i];
      yield { suffix: '_bucket', le, value: count };
    }
    yield { suffix: '_sum', value: state.sum };
    yield { suffix: '_count', value: count };
  }

  #bucketOf(value: number): number {
    const bounds = this.#bounds;
    let low = 0;
    let high = bounds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (value <= bounds[middle]) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
