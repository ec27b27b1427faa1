import type { LabelsOf, WithLabels } from '../labels.js';
import type { Binding, SampleOptions, SeriesStore } from '../series/seriesStore.js';
import { UNKNOWN } from '../series/seriesTable.js';
import { Metric } from './metric.js';
import { startStopwatch, timeCall } from './stopwatch.js';

/** Counts an observation in a slot. */
export type Record = (slot: number, value: number, options: SampleOptions | undefined) => void;

/** What histograms and summaries have in common: they observe values, and can take times themselves. */
export abstract class Distribution<Name extends string> extends Metric<Name> {
  readonly #record: Record;

  constructor(store: SeriesStore, record: Record) {
    super(store);
    this.#record = record;
  }

  /** Counts a finite value. */
  observe(...args: WithLabels<Name, [value: number, options?: SampleOptions]>): void;
  observe(first: unknown, second?: unknown, third?: SampleOptions): void {
    const { store } = this;
    if (typeof first === 'number') {
      if (isFiniteNumber(store, first)) this.#count(store.bareSlot(), first, second as SampleOptions);
    } else if (isFiniteNumber(store, second)) {
      this.#count(store.slotOf(first), second, third);
    }
  }

  /** Starts a stopwatch; the function it returns observes and returns the seconds since. */
  startTimer(): (...labels: WithLabels<Name, []>) => number {
    return startStopwatch((seconds, ...labels: WithLabels<Name, []>) =>
      this.#observeSeconds(labels, seconds),
    );
  }

  /**
   * Calls `work`, returns what it returns and observes the seconds it took; if that is a promise, until it is
   * settled. What is thrown or rejected is measured too, and passed on.
   */
  time<Result>(...args: WithLabels<Name, [work: () => Result]>): Result {
    const work = args[args.length - 1] as () => Result;
    const labels = args.slice(0, -1) as WithLabels<Name, []>;
    return timeCall(work, (seconds) => this.#observeSeconds(labels, seconds));
  }

  /** One series, to have at hand where it is observed often. */
  labels(labels: LabelsOf<Name>): BoundDistribution {
    return new BoundDistribution(this.store, this.store.bind(labels), this.#record);
  }

  /** Lets every series begin again, with nothing observed. */
  reset(): void {
    this.store.reset();
  }

  #observeSeconds(labels: WithLabels<Name, []>, seconds: number): void {
    this.#count(
      labels[0] === undefined ? this.store.bareSlot() : this.store.slotOf(labels[0]),
      seconds,
      undefined,
    );
  }

  #count(slot: number, value: number, options: SampleOptions | undefined): void {
    if (slot !== UNKNOWN) this.#record(slot, value, options);
  }
}

/** One series of a histogram or summary. */
export class BoundDistribution {
  readonly #store: SeriesStore;
  readonly #binding: Binding;
  readonly #record: Record;

  constructor(store: SeriesStore, binding: Binding, record: Record) {
    this.#store = store;
    this.#binding = binding;
    this.#record = record;
  }

  /** Counts a finite value. */
  observe(value: number, options?: SampleOptions): void {
    if (!isFiniteNumber(this.#store, value)) return;
    const slot = this.#binding.find();
    if (slot !== UNKNOWN) this.#record(slot, value, options);
  }

  /** Starts a stopwatch; the function it returns observes and returns the seconds since. */
  startTimer(): () => number {
    return startStopwatch((seconds) => this.observe(seconds));
  }

  /** As `time` of the metric. */
  time<Result>(work: () => Result): Result {
    return timeCall(work, (seconds) => this.observe(seconds));
  }
}

function isFiniteNumber(store: SeriesStore, value: unknown): value is number {
  if (typeof value === 'number' && Number.isFinite(value)) return true;
  store.refuse('invalid_value', 'the value is a finite number');
  return false;
}
