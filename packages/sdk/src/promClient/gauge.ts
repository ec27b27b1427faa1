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
    if (isLabels(first)) this.#add(() => this.slotOf(first), second, 1);
    else this.#add(this.bareSlot, first, 1);
  }

  /** Takes a value away, 1 if none is given. Throws as `inc` does. */
  dec(labels: LabelValues<T>, value?: number): void;
  dec(value?: number): void;
  dec(first?: unknown, second?: unknown): void {
    if (isLabels(first)) this.#add(() => this.slotOf(first), second, -1);
    else this.#add(this.bareSlot, first, -1);
  }

  /** @throws TypeError for what is no number, Error for a label that is not declared */
  set(labels: LabelValues<T>, value: number): void;
  set(value: number): void;
  set(first: unknown, second?: unknown): void {
    if (isLabels(first)) this.#set(() => this.slotOf(first), second);
    else this.#set(this.bareSlot, first);
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
    const findSlot = this.slotFinder(labels);
    return {
      inc: (value) => this.#add(findSlot, value, 1),
      dec: (value) => this.#add(findSlot, value, -1),
      set: (value) => this.#set(findSlot, value),
      setToCurrentTime: () => this.#set(findSlot, Date.now() / 1_000),
      startTimer: () => this.startTimer(labels),
    };
  }

  reset(): void {
    this.clear();
    this.#begin();
  }

  /** A gauge without labels is there from the beginning. */
  #begin(): void {
    if (this.labelNames.length === 0) this.bareSlot();
  }

  #add(findSlot: () => number, given: unknown, sign: 1 | -1): void {
    const value = this.#check(given === undefined ? 1 : given);
    const slot = findSlot();
    if (slot !== UNKNOWN) this.store.values[slot] += sign * value;
  }

  #set(findSlot: () => number, given: unknown): void {
    const value = this.#check(given);
    const slot = findSlot();
    if (slot !== UNKNOWN) this.store.values[slot] = value;
  }

  #check(value: unknown): number {
    if (typeof value === 'number') return value;
    throw new TypeError(`${this.name}: ${String(value)} is no number`);
  }
}

function isLabels(first: unknown): first is object {
  return typeof first === 'object' && first !== null;
}
