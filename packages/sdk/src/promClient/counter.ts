import { COUNTER } from '../instruments/counter.js';
import { UNKNOWN } from '../series/seriesTable.js';
import { checkExemplar } from './exemplar.js';
import { Metric, type MetricConfiguration } from './metric.js';
import type { LabelValues } from './types.js';

export type CounterConfiguration<T extends string> = MetricConfiguration<T, Counter<T>>;

/** What a counter that takes exemplars is told. */
export interface IncreaseDataWithExemplar<T extends string> {
  value?: number;
  labels?: LabelValues<T>;
  exemplarLabels?: LabelValues<string>;
}

/** One series of a counter. */
export interface BoundCounter {
  inc(value?: number): void;
}

export class Counter<T extends string = string> extends Metric<T> {
  constructor(configuration: CounterConfiguration<T>) {
    super(configuration, () => ({ type: 'counter', layout: COUNTER }));
    this.#begin();
  }

  /**
   * Adds a value, 1 if none is given.
   * @throws TypeError for what is no finite number, RangeError for an exemplar that is too long, Error for a negative
   * value and for a label that is not declared
   */
  inc(labels: LabelValues<T>, value?: number): void;
  inc(value?: number): void;
  inc(incData: IncreaseDataWithExemplar<T>): void;
  inc(first?: unknown, second?: unknown): void {
    const isObject = typeof first === 'object' && first !== null;
    if (this.enableExemplars) {
      const { labels = {}, value, exemplarLabels } = (isObject ? first : {}) as IncreaseDataWithExemplar<T>;
      this.#add(() => this.slotOf(labels), value, exemplarLabels);
    } else if (isObject) this.#add(() => this.slotOf(first), second);
    else this.#add(this.bareSlot, first);
  }

  /** One series, by its labels or their values in the order of `labelNames`. */
  labels(labels: LabelValues<T>): BoundCounter;
  labels(...values: string[]): BoundCounter;
  labels(...args: unknown[]): BoundCounter {
    const findSlot = this.slotFinder(this.labelsFrom(args));
    return { inc: (value) => this.#add(findSlot, value) };
  }

  reset(): void {
    this.clear();
    this.#begin();
  }

  /** A counter without labels is there from the beginning. */
  #begin(): void {
    if (this.labelNames.length === 0) this.bareSlot();
  }

  #add(findSlot: () => number, given: unknown, exemplarLabels?: LabelValues<string>): void {
    const value = given ?? 1;
    if (value && !Number.isFinite(value))
      throw new TypeError(`${this.name}: ${String(value)} is no finite number`);
    if ((value as number) < 0) throw new Error(`${this.name}: a counter only grows, not by ${String(value)}`);
    const exemplar = exemplarLabels === undefined ? undefined : checkExemplar(exemplarLabels);
    // NaN, which prom-client counts, would be all there is from then on.
    if (typeof value !== 'number' || Number.isNaN(value)) {
      this.store.refuse('invalid_value', 'a counter grows by a number');
      return;
    }
    const slot = findSlot();
    if (slot === UNKNOWN) return;
    this.store.values[slot] += value;
    if (exemplar !== undefined) this.store.keepExemplar(slot, 0, { value, given: exemplar });
  }
}
