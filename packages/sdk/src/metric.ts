import { SERIES_MAX } from './constants.js';
import { checkLabels, type LabelValue, labelSetKey, labelsJson } from './labels.js';
import type { ProblemCode, Reporter } from './reporter.js';
import type { Family, Row } from './row.js';

/** What every metric of a client is given by its registry. */
export interface MetricContext {
  readonly reporter: Reporter;
  /** Labels that every series carries (`job`, `instance`, the default labels). */
  readonly clientLabels: Readonly<Record<string, string>>;
  readonly seriesPerMetricMax: number;
  /** Live label sets of the whole client. */
  readonly liveSeries: { count: number };
}

export interface MetricDefinition {
  readonly family: Family;
  readonly declared?: ReadonlySet<string>;
  /** Names a label of this metric cannot have: the client's own, and `le` in a histogram. */
  readonly reserved: ReadonlySet<string>;
  /** Set on a metric that could not be registered: it takes every call and counts every sample as dropped. */
  readonly refusal?: ProblemCode;
}

/** One label set of a metric. */
interface Series<State> {
  readonly labelsJson: string;
  state: State;
  /** Removed by the app, and to be marked stale in the next snapshot. */
  removed: boolean;
}

/** A metric holds its series, bounded in number; what a series counts is left to the kind of metric. */
export abstract class Metric<State> {
  readonly #context: MetricContext;
  readonly #definition: MetricDefinition;
  readonly #series = new Map<string, Series<State>>();

  constructor(context: MetricContext, definition: MetricDefinition) {
    this.#context = context;
    this.#definition = definition;
  }

  get name(): string {
    return this.#definition.family.name;
  }

  /** Adds the rows of every live series, and a last, stale one of each that was removed. */
  snapshotInto(rows: Row[]): void {
    const { family } = this.#definition;
    for (const [key, series] of this.#series) {
      for (const part of this.parts(series.state)) {
        const { suffix = '', le, value } = part;
        rows.push({
          family,
          suffix,
          le,
          labelsJson: series.labelsJson,
          value: series.removed ? 'stale' : value,
        });
      }
      if (!series.removed) continue;
      this.#series.delete(key);
      this.#context.liveSeries.count--;
    }
  }

  protected abstract newState(): State;

  /** The samples that one series is sent as. */
  protected abstract parts(state: State): Iterable<{ suffix?: string; le?: string; value: number }>;

  /** The state behind a label set, or undefined when the sample is refused: it is then counted as dropped. */
  protected stateOf(labels: Readonly<Record<string, LabelValue>>): State | undefined {
    const { refusal } = this.#definition;
    if (refusal !== undefined) {
      this.#context.reporter.drop(refusal);
      return undefined;
    }
    const key = labelSetKey(labels);
    if (key === null) {
      return this.refuse('invalid_label', 'labels must be an object of strings, numbers and booleans');
    }
    const series = this.#series.get(key);
    if (series === undefined) return this.#create(key, labels);
    if (series.removed) {
      series.removed = false;
      series.state = this.newState();
    }
    return series.state;
  }

  /** Ends a series: it is marked stale in the next flush and then forgotten. */
  protected removeSeries(labels: Readonly<Record<string, LabelValue>>): void {
    const key = labelSetKey(labels);
    const series = key === null ? undefined : this.#series.get(key);
    if (series !== undefined) series.removed = true;
  }

  /** Counts one dropped sample and tells the reason once. */
  protected refuse(code: ProblemCode, message: string): undefined {
    this.#context.reporter.drop(code);
    this.#context.reporter.problem({ code, message: `${this.name}: ${message}`, metric: this.name });
    return undefined;
  }

  #create(key: string, labels: Readonly<Record<string, LabelValue>>): State | undefined {
    const refusal = checkLabels(labels, this.#definition);
    if (refusal !== null) return this.refuse(refusal.code, refusal.message);
    const { seriesPerMetricMax, liveSeries, clientLabels } = this.#context;
    if (this.#series.size >= seriesPerMetricMax) {
      const advice = 'look for a label whose values never end (an id, a URL), or raise seriesPerMetric';
      return this.refuse('too_many_series', `more than ${seriesPerMetricMax} label sets; ${advice}`);
    }
    if (liveSeries.count >= SERIES_MAX) {
      return this.refuse('too_many_series', `the client holds ${SERIES_MAX} label sets, its limit`);
    }
    const state = this.newState();
    this.#series.set(key, { labelsJson: labelsJson({ ...clientLabels, ...labels }), state, removed: false });
    liveSeries.count++;
    return state;
  }
}
