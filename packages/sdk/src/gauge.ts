import { type LabelsOf, NO_LABELS } from './labels.js';
import { Metric } from './metric.js';

/** A number that goes up and down: items in a queue, degrees. */
export class Gauge<Name extends string = string> extends Metric<{ value: number }> {
  /** Sets the series without labels. NaN and the infinities are allowed. */
  set(value: number): void;
  /** Sets the series with these labels. */
  set(labels: LabelsOf<Name>, value: number): void;
  set(first: LabelsOf<Name> | number, second?: number): void {
    const [labels, value] = typeof first === 'number' ? [NO_LABELS, first] : [first, second];
    const state = this.#stateFor(labels, value);
    if (state !== undefined) state.value = value as number;
  }

  /** Adds `value` (default 1, may be negative) to the series without labels. */
  add(value?: number): void;
  /** Adds `value` (default 1, may be negative) to the series with these labels. */
  add(labels: LabelsOf<Name>, value?: number): void;
  add(first: LabelsOf<Name> | number = 1, second = 1): void {
    const [labels, value] = typeof first === 'number' ? [NO_LABELS, first] : [first, second];
    const state = this.#stateFor(labels, value);
    if (state !== undefined) state.value += value;
  }

  /** Ends a series: the next flush marks it stale. */
  remove(labels: LabelsOf<Name> = NO_LABELS as LabelsOf<Name>): void {
    this.removeSeries(labels);
  }

  protected override newState(): { value: number } {
    return { value: 0 };
  }

  protected override parts(state: { value: number }): Iterable<{ value: number }> {
    return [state];
  }

  #stateFor(labels: LabelsOf<Name>, value: unknown): { value: number } | undefined {
    if (typeof value !== 'number') return this.refuse('invalid_value', 'the value of a gauge is a number');
    return this.stateOf(labels);
  }
}
