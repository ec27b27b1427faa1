import type { LabelsOf, WithLabels } from '../labels.js';
import { singleValue } from '../series/layout.js';
import type { Binding, SampleOptions, SeriesStore } from '../series/seriesStore.js';
import { UNKNOWN } from '../series/seriesTable.js';
import { Metric } from './metric.js';

export const COUNTER = singleValue({ countsUp: true, isAdditive: true });

/** A number that only grows: requests served, bytes sent. Query it with `rate` or `increase`. */
export class Counter<Name extends string = string> extends Metric<Name> {
  /**
   * Adds `value` (default 1) to the series with these labels; adding 0 makes it start at zero. A counter without
   * label names, or one that takes any, is called without labels for its one series that has none.
   */
  inc(...args: WithLabels<Name, [value?: number, options?: SampleOptions]>): void;
  inc(first: unknown = 1, second: unknown = 1, third?: SampleOptions): void {
    if (typeof first === 'number') {
      if (isGrowth(this.store, first))
        grow(this.store, this.store.bareSlot(), first, second as SampleOptions);
    } else if (isGrowth(this.store, second)) {
      grow(this.store, this.store.slotOf(first), second, third);
    }
  }

  /** One series, to have at hand where it is counted often. */
  labels(labels: LabelsOf<Name>): BoundCounter {
    return new BoundCounter(this.store, this.store.bind(labels));
  }

  /** Lets every series begin again at zero. */
  reset(): void {
    this.store.reset();
  }
}

/** One series of a counter. */
export class BoundCounter {
  readonly #store: SeriesStore;
  readonly #binding: Binding;

  constructor(store: SeriesStore, binding: Binding) {
    this.#store = store;
    this.#binding = binding;
  }

  /** Adds `value` (default 1). */
  inc(value = 1, options?: SampleOptions): void {
    if (isGrowth(this.#store, value)) grow(this.#store, this.#binding.find(), value, options);
  }
}

function isGrowth(store: SeriesStore, value: unknown): value is number {
  if (typeof value === 'number' && value >= 0 && value < Infinity) return true;
  store.refuse('invalid_value', 'a counter grows by a finite number from 0 on');
  return false;
}

function grow(store: SeriesStore, slot: number, value: number, options: SampleOptions | undefined): void {
  if (slot === UNKNOWN) return;
  store.values[slot] += value;
  if (store.isTraced || options?.exemplar !== undefined) {
    store.keepExemplar(slot, 0, { value, given: options?.exemplar });
  }
}
