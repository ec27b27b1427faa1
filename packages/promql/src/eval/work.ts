import type { SampleBudget } from './sampleBudget.js';
import type { WorkClock } from './workClock.js';

/** What bounds the work of one query. */
export interface Work {
  readonly clock: WorkClock;
  readonly budget: SampleBudget;
}
