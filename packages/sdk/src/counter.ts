import { type LabelsOf, NO_LABELS } from './labels.js';
import { Metric } from './metric.js';

/** A number that only grows: requests served, bytes sent. Query it with `rate` or `increase`. */
export class Counter<Name extends string = string> extends Metric<{ value: number }> {
  /** Adds `value` (default 1) to the series without labels. */
  inc(value?: number): void;
  /** Adds `value` (default 1) to the series with these labels; adding 0 makes the series start at zero. */
  inc(labels: LabelsOf<Name>, value?: number): void;
  inc(first: LabelsOf<Name> | number = 1, second = 1): void {
    const [labels, value] = typeof first === 'number' ? [NO_LABELS, first] : [first, second];
    if (typeof value !== 'number' || !(value >= 0 && value < Infinity)) {
      this.refuse('invalid_value', 'a counter grows by a finite number that is not negative');
      return;
    }
    const state = this.stateOf(labels);
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
}
