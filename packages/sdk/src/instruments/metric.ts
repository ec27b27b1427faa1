import { NO_LABELS, type WithLabels } from '../labels.js';
import type { SeriesStore } from '../series/seriesStore.js';

/** What all kinds of metrics have. None of their methods throws. */
export abstract class Metric<Name extends string> {
  protected readonly store: SeriesStore;

  constructor(store: SeriesStore) {
    this.store = store;
  }

  get name(): string {
    return this.store.name;
  }

  /** Ends a series: the next push marks it stale. */
  remove(...labels: WithLabels<Name, []>): void {
    this.store.remove(labels[0] ?? NO_LABELS);
  }
}
