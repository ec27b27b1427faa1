import type { LabelsOf, WithLabels } from '../labels.js';
import { singleValue } from '../series/layout.js';
import type { Binding, SeriesStore } from '../series/seriesStore.js';
import { UNKNOWN } from '../series/seriesTable.js';
import { Metric } from './metric.js';

/** A later value replaces one, so values of several series cannot be one. */
export const GAUGE = singleValue({ countsUp: false, isAdditive: false });

/** A number that goes up and down: items in a queue, degrees. */
export class Gauge<Name extends string = string> extends Metric<Name> {
  /** Sets a series. NaN and the infinities are allowed. */
  set(...args: WithLabels<Name, [value: number]>): void;
  set(first: unknown, second?: unknown): void {
    if (typeof first === 'number') assign(this.store, this.store.bareSlot(), first);
    else if (isNumber(this.store, second)) assign(this.store, this.store.slotOf(first), second);
  }

  /** Adds `value` (default 1). */
  inc(...args: WithLabels<Name, [value?: number]>): void;
  inc(first: unknown = 1, second: unknown = 1): void {
    if (typeof first === 'number') add(this.store, this.store.bareSlot(), first);
    else if (isNumber(this.store, second)) add(this.store, this.store.slotOf(first), second);
  }

  /** Takes `value` (default 1) away. */
  dec(...args: WithLabels<Name, [value?: number]>): void;
  dec(first: unknown = 1, second: unknown = 1): void {
    if (typeof first === 'number') add(this.store, this.store.bareSlot(), -first);
    else if (isNumber(this.store, second)) add(this.store, this.store.slotOf(first), -second);
  }

  /** Sets a series to the seconds since 1970. */
  setToCurrentTime(...labels: WithLabels<Name, []>): void;
  setToCurrentTime(labels?: unknown): void {
    const slot = labels === undefined ? this.store.bareSlot() : this.store.slotOf(labels);
    assign(this.store, slot, this.store.nowMs() / 1_000);
  }

  /** One series, to have at hand where it is set often. */
  labels(labels: LabelsOf<Name>): BoundGauge {
    return new BoundGauge(this.store, this.store.bind(labels));
  }

  /** Sets every series to zero. */
  reset(): void {
    this.store.reset();
  }
}

/** One series of a gauge. */
export class BoundGauge {
  readonly #store: SeriesStore;
  readonly #binding: Binding;

  constructor(store: SeriesStore, binding: Binding) {
    this.#store = store;
    this.#binding = binding;
  }

  set(value: number): void {
    if (isNumber(this.#store, value)) assign(this.#store, this.#binding.find(), value);
  }

  /** Adds `value` (default 1). */
  inc(value = 1): void {
    if (isNumber(this.#store, value)) add(this.#store, this.#binding.find(), value);
  }

  /** Takes `value` (default 1) away. */
  dec(value = 1): void {
    if (isNumber(this.#store, value)) add(this.#store, this.#binding.find(), -value);
  }

  /** Sets it to the seconds since 1970. */
  setToCurrentTime(): void {
    assign(this.#store, this.#binding.find(), this.#store.nowMs() / 1_000);
  }
}

function isNumber(store: SeriesStore, value: unknown): value is number {
  if (typeof value === 'number') return true;
  store.refuse('invalid_value', 'the value is a number');
  return false;
}

function assign(store: SeriesStore, slot: number, value: number): void {
  if (slot !== UNKNOWN) store.values[slot] = value;
}

function add(store: SeriesStore, slot: number, value: number): void {
  if (slot !== UNKNOWN) store.values[slot] += value;
}
