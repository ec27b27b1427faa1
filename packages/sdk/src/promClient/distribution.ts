import type { Record } from '../instruments/distribution.js';
import { startStopwatch } from '../instruments/stopwatch.js';
import type { ExemplarLabels } from '../series/exemplars.js';
import { UNKNOWN } from '../series/seriesTable.js';
import { Metric } from './metric.js';
import type { LabelValues } from './types.js';

/** One series of a histogram or summary. */
export interface BoundDistribution<T extends string> {
  observe(value: number): void;
  startTimer(): (labels?: LabelValues<T>) => number;
}

/** What histograms and summaries have in common. */
export abstract class Distribution<T extends string> extends Metric<T> {
  /** Counts an observation in a series of the store of now. */
  protected abstract readonly record: Record;

  /**
   * One series, by its labels or their values in the order of `labelNames`.
   * @throws Error for a label that is not declared, and for more or fewer values than names
   */
  labels(labels: LabelValues<T>): BoundDistribution<T>;
  labels(...values: string[]): BoundDistribution<T>;
  labels(...args: unknown[]): BoundDistribution<T> {
    const labels = this.labelsFrom(args);
    this.checkLabels(labels);
    const findSlot = this.slotFinder(labels);
    return {
      observe: (value) => this.count(findSlot, value),
      startTimer: () => this.startStopwatch(labels),
    };
  }

  /** @throws TypeError for what is no finite number, Error for a label that is not declared */
  protected count(findSlot: () => number, value: unknown, exemplar?: ExemplarLabels): void {
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw new TypeError(`${this.name}: ${String(value)} is no finite number`);
    }
    const slot = findSlot();
    if (slot !== UNKNOWN) this.record(slot, value, exemplar === undefined ? undefined : { exemplar });
  }

  protected startStopwatch(
    labels: LabelValues<T> | undefined,
    exemplarOf?: (endLabels: LabelValues<string> | undefined) => ExemplarLabels | undefined,
  ): (labels?: LabelValues<T>, exemplarLabels?: LabelValues<string>) => number {
    return startStopwatch((seconds, endLabels?: LabelValues<T>, endExemplar?: LabelValues<string>) =>
      this.count(() => this.slotOf({ ...labels, ...endLabels }), seconds, exemplarOf?.(endExemplar)),
    );
  }
}
