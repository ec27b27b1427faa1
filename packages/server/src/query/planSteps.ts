import type { ChangeMark, ChangeTracker } from '@tinyobs/model';
import type { StepReads } from '@tinyobs/promql';
import { lengthOf, type StepSpan, sharedSteps, spanOf } from './stepSpan.js';

/** Steps that are asked for. */
export interface AskedSteps extends StepSpan {
  readonly stepMs: number;
}

/**
 * The steps of a span, without gap, that are as they were at a mark: of several such spans that of which most is
 * asked for. Undefined when there are none.
 */
export function unchangedSteps(
  held: StepSpan & { readonly mark: ChangeMark },
  asked: AskedSteps,
  { reads, tracker }: { reads: readonly StepReads[]; tracker: ChangeTracker },
): StepSpan | undefined {
  let span: StepSpan | undefined = { fromMs: held.fromMs, toMs: held.toMs };
  for (const { metrics, minMs, maxMs, fixed } of reads) {
    for (const changed of tracker.changedSince(held.mark, metrics)) {
      if (!span) return undefined;
      if (!fixed) {
        // The steps that read some of what may have changed.
        span = without(span, { fromMs: changed.minMs - maxMs, toMs: changed.maxMs - minMs }, asked);
      } else if (changed.minMs <= maxMs && changed.maxMs >= minMs) {
        return undefined;
      }
    }
  }
  return span;
}

/** Where the steps that are asked for come from, in the order of time. */
export interface StepPlan {
  readonly older: StepSpan | undefined;
  readonly kept: StepSpan | undefined;
  readonly newer: StepSpan | undefined;
}

/**
 * Takes from the kept steps what is asked for. At least two steps are evaluated at a time: with one alone some
 * functions do something else.
 */
export function planSteps(kept: StepSpan | undefined, asked: AskedSteps): StepPlan {
  const { fromMs, toMs, stepMs } = asked;
  const everything: StepPlan = { older: undefined, kept: undefined, newer: { fromMs, toMs } };
  const shared = kept && sharedSteps(kept, asked);
  if (!shared) return everything;
  const older =
    shared.fromMs > fromMs ? { fromMs, toMs: Math.max(shared.fromMs - stepMs, fromMs + stepMs) } : undefined;
  const newer =
    shared.toMs < toMs ? { fromMs: Math.min(shared.toMs + stepMs, toMs - stepMs), toMs } : undefined;
  const rest = spanOf(older ? older.toMs + stepMs : fromMs, newer ? newer.fromMs - stepMs : toMs);
  return rest ? { older, kept: rest, newer } : everything;
}

/** What is left of a span without the steps between two times, on the side of which more is asked for. */
function without(span: StepSpan, gone: StepSpan, asked: AskedSteps): StepSpan | undefined {
  if (!sharedSteps(span, gone)) return span;
  const { stepMs } = asked;
  const stepsBefore = Math.ceil((gone.fromMs - span.fromMs) / stepMs);
  const stepsUpTo = Math.floor((gone.toMs - span.fromMs) / stepMs) + 1;
  const before = spanOf(span.fromMs, span.fromMs + (stepsBefore - 1) * stepMs);
  const after = spanOf(span.fromMs + stepsUpTo * stepMs, span.toMs);
  if (!before || !after) return before ?? after;
  return askedOf(before, asked) > askedOf(after, asked) ? before : after;
}

function askedOf(span: StepSpan, asked: AskedSteps): number {
  const shared = sharedSteps(span, asked);
  return shared ? lengthOf(shared) : -1;
}
