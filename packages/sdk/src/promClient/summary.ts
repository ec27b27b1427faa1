import type { Record } from '../instruments/distribution.js';
import { recordInSketches, Sketches, summaryLayout } from '../instruments/summary.js';
import { Distribution } from './distribution.js';
import type { MetricConfiguration } from './metric.js';
import type { LabelValues } from './types.js';

export interface SummaryConfiguration<T extends string> extends MetricConfiguration<T, Summary<T>> {
  /** Quantiles, from 0 to 1. */
  percentiles?: number[];
  /** With `ageBuckets` how old the values may be that quantiles are told of; without, there is no end. */
  maxAgeSeconds?: number;
  /** In how many steps values leave that window. */
  ageBuckets?: number;
  /** End series whose window is empty. */
  pruneAgedBuckets?: boolean;
  /** Taken, and of no effect: the estimate is bounded in size anyway. */
  compressCount?: number;
}

const PERCENTILES = [0.01, 0.05, 0.5, 0.9, 0.95, 0.99, 0.999];

export class Summary<T extends string = string> extends Distribution<T> {
  protected record: Record;
  readonly #quantileCount: number;
  readonly #isPruned: boolean;

  constructor(configuration: SummaryConfiguration<T>) {
    let sketches!: Sketches;
    const quantiles = configuration?.percentiles ?? PERCENTILES;
    super(configuration, () => {
      sketches = new Sketches(windowOf(configuration));
      return {
        type: 'summary',
        ownLabel: 'quantile',
        layout: summaryLayout({ quantiles, sketches, nowMs: Date.now }),
      };
    });
    this.#quantileCount = quantiles.length;
    this.#isPruned = configuration.pruneAgedBuckets ?? false;
    this.record = recordInSketches(this.store, sketches);
    if (this.labelNames.length === 0) this.bareSlot();
  }

  /**
   * Counts a value.
   * @throws TypeError for what is no finite number, Error for a label that is not declared
   */
  observe(value: number): void;
  observe(labels: LabelValues<T>, value: number): void;
  observe(first: unknown, second?: unknown): void {
    const isObject = typeof first === 'object' || first === undefined;
    if (isObject) this.count(() => this.slotOf(first ?? {}), second);
    else this.count(this.bareSlot, first);
  }

  /** Starts a stopwatch; the function it returns observes and returns the seconds since. */
  startTimer(labels?: LabelValues<T>): (labels?: LabelValues<T>) => number {
    return this.startStopwatch(labels);
  }

  /** Lets every series begin again, with nothing observed. */
  reset(): void {
    this.store.reset();
  }

  /** Of a window without values the quantiles are 0. */
  protected override read(slot: number): Float64Array | undefined {
    const numbers = super.read(slot) as Float64Array;
    if (!Number.isNaN(numbers[0]) || this.#quantileCount === 0) return numbers;
    return this.#isPruned ? undefined : numbers.fill(0, 0, this.#quantileCount);
  }
}

function windowOf({ maxAgeSeconds, ageBuckets }: { maxAgeSeconds?: number; ageBuckets?: number }) {
  return maxAgeSeconds && ageBuckets
    ? { ageMs: maxAgeSeconds * 1_000, ageBuckets }
    : { ageMs: Number.POSITIVE_INFINITY, ageBuckets: 1 };
}
