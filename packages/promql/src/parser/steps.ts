import type { WorkClock } from '../eval/workClock.js';

/** What an ordinary step weighs for the clock, in values: a microsecond or two. */
export const STEP_VALUES = 512;

/** What a step weighs that may take a millisecond: behind it the clock is read. */
export const LONG_STEP_VALUES = 16_384;

/** Work in steps of a few milliseconds at most. Each yields what it weighs for the clock. */
export type Steps<T> = Generator<number, T, void>;

/** Does the work at once. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/**
 * Does the work, letting the event loop turn in between.
 *
 * @throws TinyObsError `query_canceled`, `query_timeout`, and what a step throws
 */
export async function finishSliced<T>(steps: Steps<T>, clock: WorkClock): Promise<T> {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (clock.dueAfter(value)) await clock.pause();
  }
}
