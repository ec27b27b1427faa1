import { LATENCY_BUCKETS } from '../constants.js';
import type { Record } from '../instruments/distribution.js';
import { histogramLayout, recordInBuckets } from '../instruments/histogram.js';
import { UNKNOWN } from '../series/seriesTable.js';
import { Distribution } from './distribution.js';
import { checkExemplar } from './exemplar.js';
import type { MetricConfiguration } from './metric.js';
import type { LabelValues } from './types.js';

export interface HistogramConfiguration<T extends string> extends MetricConfiguration<T, Histogram<T>> {
  /** Upper bounds. */
  buckets?: number[];
}

/** What a histogram that takes exemplars is told. */
export interface ObserveDataWithExemplar<T extends string> {
  value: number;
  labels?: LabelValues<T>;
  exemplarLabels?: LabelValues<string>;
}

export class Histogram<T extends string = string> extends Distribution<T> {
  protected record: Record;
  readonly #bounds: readonly number[];

  constructor(configuration: HistogramConfiguration<T>) {
    super(configuration, () => ({
      type: 'histogram',
      ownLabel: 'le',
      layout: histogramLayout(boundsOf(configuration)),
    }));
    this.#bounds = boundsOf(configuration);
    this.record = recordInBuckets(this.store, this.#bounds);
    if (this.labelNames.length === 0) this.bareSlot();
  }

  /**
   * Counts a value.
   * @throws TypeError for what is no finite number, RangeError for an exemplar that is too long, Error for a label that
   * is not declared
   */
  observe(value: number): void;
  observe(labels: LabelValues<T>, value: number): void;
  observe(observeData: ObserveDataWithExemplar<T>): void;
  observe(first: unknown, second?: unknown): void {
    const isObject = typeof first === 'object' || first === undefined;
    if (this.enableExemplars) {
      const data = (isObject ? (first ?? {}) : {}) as Partial<ObserveDataWithExemplar<T>>;
      this.count(() => this.slotOf(data.labels ?? {}), data.value, exemplarOf(data.exemplarLabels));
    } else if (isObject) this.count(() => this.slotOf(first ?? {}), second);
    else this.count(this.bareSlot, first);
  }

  /** Starts a stopwatch; the function it returns observes and returns the seconds since. */
  startTimer(
    labels?: LabelValues<T>,
    exemplarLabels?: LabelValues<string>,
  ): (labels?: LabelValues<T>, exemplarLabels?: LabelValues<string>) => number {
    return this.startStopwatch(labels, (endExemplar) => exemplarOf({ ...exemplarLabels, ...endExemplar }));
  }

  /** Lets a series begin, or begin again, with nothing observed. @throws Error for a label that is not declared */
  zero(labels: LabelValues<T>): void {
    const slot = this.slotOf(labels);
    if (slot !== UNKNOWN) this.store.start(slot);
  }

  /** Ends every series; that without labels is there again when something is observed. */
  reset(): void {
    this.clear();
    this.record = recordInBuckets(this.store, this.#bounds);
  }
}

function exemplarOf(labels: LabelValues<string> | undefined) {
  return labels === undefined || Object.keys(labels).length === 0 ? undefined : checkExemplar(labels);
}

/** Ascending, each once, whatever their order; the one above all is there anyway. */
function boundsOf({ buckets = [...LATENCY_BUCKETS] }: { buckets?: number[] }): number[] {
  return [...new Set(buckets)].filter(Number.isFinite).sort((a, b) => a - b);
}
