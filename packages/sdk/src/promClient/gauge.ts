import { GAUGE } from '../instruments/gauge.js';
import { startStopwatch } from '../instruments/stopwatch.js';
import { UNKNOWN } from '../series/seriesTable.js';
import { Metric, type MetricConfiguration } from './metric.js';
import type { LabelValues } from './types.js';

export type GaugeConfiguration<T extends string> = MetricConfiguration<T, Gauge<T>>;

/** One series of a gauge. */
export interface BoundGauge<T extends string> {
  inc(value?: number): void;
  dec(value?: number): void;
  set(value: number): void;
  setToCurrentTime(): void;
  startTimer(): (labels?: LabelValues<T>) => number;
}

export class Gauge<T extends string = string> extends Metric<T> {
  constructor(configuration: GaugeConfiguration<T>) {
    super(configuration, () => ({ type: 'gauge', layout: GAUGE }));
    this.#begin();
  }

  /**
   * Adds a value, 1 if none is given.
   * @throws TypeError for what is no number, Error for a label that is not declared
   */
  inc(labels: LabelValues<T>, value?: number): void;
  inc(value?: number): void;
  inc(first?: unknown, second?: unknown): void {
    this.#add(first, second, 1);
  }

  /** Takes a value away, 1 if none is given. Throws as `inc` does. */
  dec(labels: LabelValues<T>, value?: number): void;
  dec(value?: number): void;
  dec(first?: unknown, second?: unknown): void {
    this.#add(first, second, -1);
  }

  /** @throws TypeError for what is no number, Error for a label that is not declared */
  set(labels: LabelValues<T>, value: number): void;
  set(value: number): void;
  set(first: unknown, second?: unknown): void {
    const { labels, value } = argumentsOf(first, second);
    const slot = this.#slotFor(labels, value);
    if (slot !== UNKNOWN) this.store.values[slot] = value as number;
  }

  /** Sets it to the seconds since 1970. Throws as `set` does. */
  setToCurrentTime(labels: LabelValues<T> = {}): void {
    this.set(labels, Date.now() / 1_000);
  }

  /** Starts a stopwatch; the function it returns sets the gauge to the seconds since, and returns them. */
  startTimer(labels?: LabelValues<T>): (labels?: LabelValues<T>) => number {
    return startStopwatch((seconds, endLabels?: LabelValues<T>) =>
      this.set({ ...labels, ...endLabels } as LabelValues<T>, seconds),
    );
  }

  /**
   * One series, by its labels or their values in the order of `labelNames`.
   * @throws Error for a label that is not declared, and for more or fewer values than names
   */
  labels(labels: LabelValues<T>): BoundGauge<T>;
  labels(...values: string[]): BoundGauge<T>;
  labels(...args: unknown[]): BoundGauge<T> {
    const labels = this.labelsFrom(args);
    this.checkLabels(labels);
    return {
      inc: (value) => this.inc(labels, value),
      dec: (value) => this.dec(labels, value),
      set: (value) => this.set(labels, value),
      setToCurrentTime: () => this.setToCurrentTime(labels),
      startTimer: () => this.startTimer(labels),
    };
  }

  reset(): void {
    this.clear();
    this.#begin();
  }

  /** A gauge without labels is there from the beginning. */
  #begin(): void {
    if (this.labelNames.length === 0) this.slotOf({});
  }

  #add(first: unknown, second: unknown, sign: 1 | -1): void {
    const { labels, value = 1 } = argumentsOf(first, second);
    const slot = this.#slotFor(labels, value);
    if (slot !== UNKNOWN) this.store.values[slot] += sign * (value as number);
  }

  #slotFor(labels: object, value: unknown): number {
    if (typeof value !== 'number') throw new TypeError(`${this.name}: ${String(value)} is no number`);
    return this.slotOf(labels);
  }
}

function argumentsOf(first: unknown, second: unknown): { labels: object; value: unknown } {
  return typeof first === 'object' && first !== null
    ? { labels: first, value: second }
    : { labels: {}, value: first };
}
