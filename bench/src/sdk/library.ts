import type { LabelSet } from './labelSets.js';

export const KINDS = ['inc', 'set', 'observe'] as const;
/** What is done: `inc` of a counter, `set` of a gauge, `observe` of a histogram. */
export type Kind = (typeof KINDS)[number];

/** Does it once, to series number `i` of those it was made for. */
export type Operation = (i: number) => void;

/** A metrics library, as an app calls it. Every operation has a metric of its own. */
export interface Library {
  /** A metric without labels. */
  bare(kind: Kind): Operation;
  /** A metric with one label. */
  one(kind: Kind, routes: readonly string[]): Operation;
  /** A metric with three labels. */
  three(kind: Kind, sets: readonly LabelSet[]): Operation;
  /** The same by what an app can have at hand of each series; undefined where there is nothing such. */
  bound(kind: Kind, sets: readonly LabelSet[]): Operation | undefined;
  /** Makes of the state of all metrics what is sent or shown. */
  collect(): Promise<void>;
}

/** Upper bounds of the buckets of every histogram: those that two of the libraries have by themselves. */
export const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** A value that falls in one bucket after the other. */
export function valueAt(i: number): number {
  return (i % 97) / 50;
}

let count = 0;

/** A name that no metric has yet. */
export function nextName(): string {
  return `bench_${count++}_total`;
}
