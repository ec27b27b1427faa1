import { emitWarning } from 'node:process';
import { SERIES_MAX } from '../constants.js';
import { isPromise } from '../isPromise.js';
import { OVERFLOW_LABEL } from '../labels.js';
import { checkName, checkNames } from '../registrationChecks.js';
import { Reporter } from '../reporter.js';
import { ActiveTrace } from '../series/activeTrace.js';
import type { Layout } from '../series/layout.js';
import { type Binding, SeriesStore } from '../series/seriesStore.js';
import { UNKNOWN } from '../series/seriesTable.js';
import { type AnyRegistry, prometheusContentType, register } from './registry.js';
import type {
  Aggregator,
  CollectFunction,
  LabelValues,
  MetricObjectWithValues,
  MetricType,
  MetricValueWithName,
} from './types.js';

/** What all kinds of metrics are made from; `M` is the kind. */
export interface MetricConfiguration<T extends string, M> {
  name: string;
  help: string;
  /** The labels its samples may have. */
  labelNames?: T[] | readonly T[];
  /** Where it is registered; by default in `register`. */
  registers?: AnyRegistry[];
  /** Default `sum`. */
  aggregator?: Aggregator;
  collect?: CollectFunction<M>;
  /** Take exemplars, which only registries of OpenMetrics show. */
  enableExemplars?: boolean;
}

/** What makes a kind of metric. */
export interface MetricKind {
  readonly type: MetricType;
  /** Name of the label by which the samples of a series differ. */
  readonly ownLabel?: 'le' | 'quantile';
  readonly layout: Layout;
}

/** What prom-client does not throw for, such as a label value that is too long, is told in process warnings. */
const reporter = new Reporter({
  onError: ({ code, message }) => emitWarning(message, { type: 'TinyObsWarning', code }),
  onDrop: () => {},
});

/** Never looked for: exemplars are those the app gives, as with prom-client. */
const trace = new ActiveTrace();

/** A metric with prom-client's interface, over the series of the SDK. It throws where prom-client does. */
export abstract class Metric<T extends string> {
  readonly name: string;
  readonly help: string;
  readonly type: MetricType;
  readonly aggregator: Aggregator;
  readonly labelNames: readonly T[];
  readonly enableExemplars: boolean;
  /** Called before the values are read; may be set later, too. */
  collect: (() => void | Promise<void>) | undefined;
  protected store: SeriesStore;
  /** The slot of the series without labels. */
  protected readonly bareSlot: () => number;
  readonly #kind: MetricKind;
  /** The labels of each series as the app gave them, by slot, in the order they came. */
  readonly #given = new Map<number, LabelValues<T>>();

  /**
   * @param kind Called when the configuration is known to be one.
   * @throws TypeError, Error for a configuration that cannot be used, and where the name is taken
   */
  constructor(config: MetricConfiguration<T, never>, kind: () => MetricKind) {
    checkConfiguration(config);
    this.#kind = kind();
    this.name = config.name;
    this.help = config.help;
    this.type = this.#kind.type;
    this.aggregator = config.aggregator ?? 'sum';
    this.labelNames = config.labelNames ?? [];
    this.enableExemplars = config.enableExemplars ?? false;
    this.collect = config.collect as (() => void | Promise<void>) | undefined;
    if (this.labelNames.some((name) => name === this.#kind.ownLabel)) {
      throw new Error(`${this.name}: the label ${this.#kind.ownLabel} is set by the metric itself`);
    }
    this.store = this.#createStore();
    this.bareSlot = this.slotFinder({});
    for (const registry of config.registers ?? [register]) {
      if (this.enableExemplars && registry.contentType === prometheusContentType) {
        throw new TypeError(`${this.name}: exemplars need a registry of OpenMetrics`);
      }
      registry.registerMetric(this);
    }
  }

  /** The values of now, after `collect`. */
  async get(): Promise<MetricObjectWithValues<MetricValueWithName<T>>> {
    const collected = this.collect?.();
    // Without waiting, what one metric collects is seen by those that are read in the same turn.
    if (isPromise(collected)) await collected;
    const { help, name, type, aggregator } = this;
    return { help, name, type, values: this.#values(), aggregator };
  }

  /**
   * Ends a series.
   * @throws Error for a label that is not declared, and for more or fewer values than names
   */
  remove(labels: LabelValues<T>): void;
  remove(...values: string[]): void;
  remove(...args: unknown[]): void {
    const labels = this.labelsFrom(args);
    this.checkLabels(labels);
    this.#removeSlot(this.store.find(asTexts(labels)));
  }

  /** Lets the metric begin again. */
  abstract reset(): void;

  /** Ends every series. */
  protected clear(): void {
    this.#given.clear();
    this.store = this.#createStore();
  }

  /**
   * The slot of a label set, new if need be; UNKNOWN when the sample is refused.
   * @throws Error for a label that is not declared
   */
  protected slotOf(labels: object): number {
    this.checkLabels(labels);
    const slot = this.store.slotOf(asTexts(labels));
    if (slot !== UNKNOWN && slot !== this.store.overflowSlot && !this.#given.has(slot)) {
      this.#given.set(slot, { ...labels });
    }
    return slot;
  }

  /** For a series at hand: what it returns is `slotOf`, without looking for what was found and is still there. */
  protected slotFinder(labels: object): () => number {
    let { store } = this;
    let binding: Binding | undefined;
    return () => {
      if (binding !== undefined && binding.slot !== UNKNOWN && store === this.store) return binding.slot;
      const slot = this.slotOf(labels);
      ({ store } = this);
      // What overflows may have room later.
      const isBound = slot !== UNKNOWN && slot !== store.overflowSlot;
      binding = isBound ? store.bind(asTexts(labels) as Readonly<Record<string, string>>) : undefined;
      return slot;
    };
  }

  /** @throws Error for a label that is not declared */
  protected checkLabels(labels: object): void {
    for (const name in labels) {
      if (this.labelNames.includes(name as T)) continue;
      throw new Error(`${this.name}: label "${name}" is not among ${JSON.stringify(this.labelNames)}`);
    }
  }

  /**
   * Labels by name, from an object or from values in the order of `labelNames`.
   * @throws Error for more or fewer values than names
   */
  protected labelsFrom(args: readonly unknown[]): LabelValues<T> {
    const [first] = args;
    if (typeof first === 'object') return (first ?? {}) as LabelValues<T>;
    const { labelNames } = this;
    if (args.length !== labelNames.length) {
      const names = `${labelNames.length} label names (${labelNames.join(', ')})`;
      throw new Error(`${this.name}: ${args.length} values for ${names}`);
    }
    return Object.fromEntries(labelNames.map((name, i) => [name, args[i]])) as LabelValues<T>;
  }

  /** A number for each part of a series; undefined for one that is to end instead. */
  protected read(slot: number): Float64Array | undefined {
    const { layout } = this.#kind;
    const numbers = new Float64Array(layout.parts.length);
    layout.read(this.store.values, slot * layout.width, numbers);
    layout.defer?.(slot)(numbers);
    return numbers;
  }

  /** A store for itself: its series are bounded in number, however many metrics come and go. */
  #createStore(): SeriesStore {
    const { type, ownLabel, layout } = this.#kind;
    const context = {
      reporter,
      nowMs: Date.now,
      trace,
      seriesPerMetricMax: SERIES_MAX,
      marksStale: false,
      shared: { seriesCount: 0, epoch: 1 },
    };
    return new SeriesStore(context, {
      family: { name: this.name, type },
      layout,
      seriesMax: SERIES_MAX,
      declared: new Set(this.labelNames),
      reserved: new Set(ownLabel === undefined ? [] : [ownLabel]),
    });
  }

  #removeSlot(slot: number): void {
    if (this.#given.delete(slot)) this.store.removeSlot(slot);
  }

  #values(): MetricValueWithName<T>[] {
    const series: [number, LabelValues<string>][] = [...this.#given];
    const { overflowSlot } = this.store;
    if (overflowSlot !== UNKNOWN) series.push([overflowSlot, { [OVERFLOW_LABEL]: 'true' }]);
    const values: MetricValueWithName<T>[] = [];
    for (const [slot, labels] of series) {
      const numbers = this.read(slot);
      if (numbers === undefined) this.#removeSlot(slot);
      else this.#addValues(slot, { labels, numbers, values });
    }
    return values;
  }

  #addValues(
    slot: number,
    series: { labels: LabelValues<string>; numbers: Float64Array; values: MetricValueWithName<T>[] },
  ): void {
    for (const [i, { suffix, label }] of this.#kind.layout.parts.entries()) {
      // Bounds and quantiles are numbers, but for the bound above all.
      const own = label && { [label.name]: label.text === '+Inf' ? label.text : Number(label.text) };
      const value: MetricValueWithName<T> = {
        labels: { ...own, ...series.labels } as LabelValues<T>,
        value: series.numbers[i],
      };
      if (suffix !== '') value.metricName = this.name + suffix;
      if (suffix === '_bucket') value.exemplar = null;
      const kept = this.enableExemplars ? this.store.exemplarAt(slot, i) : undefined;
      if (kept !== undefined) {
        value.exemplar = { labelSet: kept.labels, value: kept.value, timestamp: kept.timestampMs / 1_000 };
      }
      series.values.push(value);
    }
  }
}

/** @throws TypeError, Error as prom-client does */
function checkConfiguration(config: MetricConfiguration<string, never>): void {
  if (typeof config !== 'object' || config === null) {
    throw new TypeError('a metric is made from an object with its name and help');
  }
  const { name, help, labelNames, collect } = config;
  if (!help) throw new Error('a metric needs a help text');
  if (!name) throw new Error('a metric needs a name');
  const refusal = checkName(name) ?? checkNames(labelNames, new Set());
  if (refusal !== null) throw new Error(refusal.message);
  if (collect && typeof collect !== 'function') throw new Error(`${name}: collect is a function`);
}

/** Label values may be anything that can be written as text. */
function asTexts(labels: object): object {
  for (const name in labels) {
    if (isSimple((labels as Record<string, unknown>)[name])) continue;
    const texts = Object.entries(labels).map(([key, value]) => [
      key,
      isSimple(value) ? value : String(value),
    ]);
    return Object.fromEntries(texts);
  }
  return labels;
}

function isSimple(value: unknown): boolean {
  return value === null || (typeof value !== 'object' && typeof value !== 'bigint');
}

/** Whether a metric can have the name. */
export function validateMetricName(name: string): boolean {
  return checkName(name) === null;
}
