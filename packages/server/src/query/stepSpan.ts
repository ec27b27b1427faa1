/** Steps of a query from one to another, both included, ms. */
export interface StepSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Undefined when it would begin after its end. */
export function spanOf(fromMs: number, toMs: number): StepSpan | undefined {
  return fromMs <= toMs ? { fromMs, toMs } : undefined;
}

/** The steps that two spans share. */
export function sharedSteps(a: StepSpan, b: StepSpan): StepSpan | undefined {
  return spanOf(Math.max(a.fromMs, b.fromMs), Math.min(a.toMs, b.toMs));
}

/** From the first step to the last, ms. */
export function lengthOf({ fromMs, toMs }: StepSpan): number {
  return toMs - fromMs;
}
