import type { Clock } from './clock.js';
import {
  COLLECT_TIMEOUT_MS_DEFAULT,
  HELP_CHARS_MAX,
  LATENCY_BUCKETS,
  METRICS_MAX,
  NAME_CHARS_MAX,
  SUMMARY_AGE_BUCKETS_DEFAULT,
  SUMMARY_AGE_BUCKETS_MAX,
  SUMMARY_AGE_MS_DEFAULT,
  SUMMARY_AGE_MS_MAX,
  SUMMARY_QUANTILES,
  TIMEOUT_MS_MAX,
} from './constants.js';
import { COUNTER, Counter } from './instruments/counter.js';
import { GAUGE, Gauge } from './instruments/gauge.js';
import { Histogram, histogramLayout } from './instruments/histogram.js';
import { INFO, Info } from './instruments/info.js';
import { OBSERVED, Observable, type ReadMetric } from './instruments/observable.js';
import { StateSet, stateSetLayout } from './instruments/stateSet.js';
import { Sketches, Summary, summaryLayout } from './instruments/summary.js';
import { quote } from './labels.js';
import type {
  HistogramOptions,
  MetricOptions,
  ObservableOptions,
  StateSetOptions,
  SummaryOptions,
} from './metricOptions.js';
import { numberOption } from './options.js';
import {
  checkBuckets,
  checkName,
  checkNames,
  checkQuantiles,
  checkStates,
  ownLabels,
  type Refusal,
  rowNames,
} from './registrationChecks.js';
import type { Reporter } from './reporter.js';
import type { Layout } from './series/layout.js';
import { type MetricContext, SeriesStore } from './series/seriesStore.js';
import { Collectors } from './snapshot/collectors.js';
import type { MetricType } from './snapshot/snapshot.js';

export interface RegistryOptions {
  readonly context: MetricContext;
  readonly clock: Clock;
  /** Names of the labels that every series carries besides its own. */
  readonly clientLabelNames: readonly string[];
}

/** What the stores of metrics need that are kept elsewhere, and copied for each snapshot. */
export interface StoreHome {
  readonly context: MetricContext;
  /** Names of the labels that every series carries besides its own. */
  readonly clientLabelNames: readonly string[];
  /** Every name of rows that metrics of the client write, with the metric. */
  readonly rowNames: ReadonlyMap<string, string>;
}

/** Metrics that are kept elsewhere. */
export interface StoreSource {
  /** Brings the stores up to date; it may take its time, up to the limit. */
  collect(): unknown;
  stores(): SeriesStore[];
}

interface Registration {
  readonly metric: unknown;
  readonly store: SeriesStore;
  /** Two registrations of one name are the same metric when their shapes are equal. */
  readonly shape: string;
}

interface Request<M> {
  readonly name: string;
  readonly type: MetricType;
  readonly options: MetricOptions | undefined;
  readonly layout: Layout;
  /** What besides type and labels makes a metric another. */
  readonly shape?: unknown;
  readonly refusal?: Refusal | null;
  readonly create: (store: SeriesStore) => M;
}

/** The metrics of one client, by name, and what refreshes them before a snapshot. */
export class Registry {
  readonly #context: MetricContext;
  readonly #clientLabelNames: readonly string[];
  readonly #collectors: Collectors;
  readonly #metrics = new Map<string, Registration>();
  /** Every name that rows can have, with the metric it belongs to. */
  readonly #rowNames = new Map<string, string>();
  /** Metrics that were removed, until their ends are told. */
  readonly #ended = new Map<string, SeriesStore>();
  readonly #endReading = new Map<string, () => void>();
  readonly #sources: StoreSource[] = [];
  #observables = 0;

  constructor({ context, clock, clientLabelNames }: RegistryOptions) {
    this.#context = context;
    this.#clientLabelNames = clientLabelNames;
    this.#collectors = new Collectors(context.reporter, clock);
  }

  counter<Name extends string>(name: string, options?: MetricOptions<Name>): Counter<Name> {
    const create = (store: SeriesStore) => new Counter<Name>(store);
    return this.#register({ name, type: 'counter', options, layout: COUNTER, create });
  }

  gauge<Name extends string>(name: string, options?: MetricOptions<Name>): Gauge<Name> {
    const create = (store: SeriesStore) => new Gauge<Name>(store);
    return this.#register({ name, type: 'gauge', options, layout: GAUGE, create });
  }

  histogram<Name extends string>(name: string, options?: HistogramOptions<Name>): Histogram<Name> {
    const buckets = options?.buckets ?? LATENCY_BUCKETS;
    const refusal = checkBuckets(buckets);
    const bounds = refusal === null ? [...buckets] : [];
    const layout = histogramLayout(bounds);
    const create = (store: SeriesStore) => new Histogram<Name>(store, bounds);
    return this.#register({ name, type: 'histogram', options, layout, shape: bounds, refusal, create });
  }

  summary<Name extends string>(name: string, options?: SummaryOptions<Name>): Summary<Name> {
    const given = options?.quantiles ?? SUMMARY_QUANTILES;
    const refusal = checkQuantiles(given);
    const quantiles = refusal === null ? [...given] : [];
    const ageMs = this.#number(`${name}: maxAgeMs`, options?.maxAgeMs, {
      otherwise: SUMMARY_AGE_MS_DEFAULT,
      min: 1_000,
      max: SUMMARY_AGE_MS_MAX,
    });
    const ageBuckets = this.#number(`${name}: ageBuckets`, options?.ageBuckets, {
      otherwise: SUMMARY_AGE_BUCKETS_DEFAULT,
      min: 1,
      max: SUMMARY_AGE_BUCKETS_MAX,
    });
    const window = { ageMs, ageBuckets: Math.floor(ageBuckets) };
    const sketches = new Sketches(window);
    const layout = summaryLayout({ quantiles, sketches, nowMs: this.#context.nowMs });
    const create = (store: SeriesStore) => new Summary<Name>(store, sketches);
    const shape = [quantiles, window];
    return this.#register({ name, type: 'summary', options, layout, shape, refusal, create });
  }

  info<Name extends string>(name: string, options?: MetricOptions<Name>): Info<Name> {
    const create = (store: SeriesStore) => new Info<Name>(store);
    return this.#register({ name, type: 'info', options, layout: INFO, create });
  }

  stateSet<State extends string, Name extends string>(
    name: string,
    options: StateSetOptions<State, Name>,
  ): StateSet<State, Name> {
    const refusal = checkStates(name, options?.states);
    const states = refusal === null ? [...options.states] : [];
    const layout = stateSetLayout(name, states);
    const create = (store: SeriesStore) => new StateSet<State, Name>(store, states);
    return this.#register({ name, type: 'stateset', options, layout, shape: states, refusal, create });
  }

  /** A counter or gauge that is read before every snapshot. */
  observable<Name extends string>(
    type: 'counter' | 'gauge',
    name: string,
    definition: { options: ObservableOptions<Name> | undefined; read: ReadMetric<Name> },
  ): Observable<Name> {
    const { options, read } = definition;
    const refusal: Refusal | null =
      typeof read === 'function' ? null : { code: 'invalid_option', message: 'it takes a function' };
    const create = (store: SeriesStore) => new Observable<Name>(store, read);
    const shape = ++this.#observables;
    const known = this.#metrics.get(name);
    const metric = this.#register({ name, type, options, layout: OBSERVED, shape, refusal, create });
    // Only what was registered is read.
    if (this.#metrics.get(name) !== known) {
      const timeoutMs = this.#number(`${name}: timeoutMs`, options?.timeoutMs, {
        otherwise: COLLECT_TIMEOUT_MS_DEFAULT,
        min: 1,
        max: TIMEOUT_MS_MAX,
      });
      const collector = {
        metric: name,
        timeoutMs,
        collect: () => metric.collect(),
        abandon: () => metric.abandon(),
      };
      this.#endReading.set(name, this.#collectors.add(collector));
    }
    return metric;
  }

  /** @returns a function that takes the collector away again. */
  onCollect(collect: () => unknown): () => void {
    if (typeof collect !== 'function') {
      this.#reporter.problem({ code: 'invalid_option', message: 'onCollect takes a function' }, 'onCollect');
      return () => {};
    }
    return this.#collectors.add({ collect, timeoutMs: COLLECT_TIMEOUT_MS_DEFAULT });
  }

  /** Adds metrics that are kept elsewhere, for as long as there is the client. */
  attach(create: (home: StoreHome) => StoreSource): void {
    const [context, clientLabelNames] = [this.#context, this.#clientLabelNames];
    const source = create({ context, clientLabelNames, rowNames: this.#rowNames });
    this.#sources.push(source);
    this.onCollect(() => source.collect());
  }

  /** Ends a metric: its series are marked stale, and the name is free. @returns whether there was one. */
  removeMetric(name: string): boolean {
    const known = this.#metrics.get(name);
    if (known === undefined) return false;
    this.#endReading.get(name)?.();
    this.#endReading.delete(name);
    known.store.end();
    this.#metrics.delete(name);
    for (const [rowName, owner] of this.#rowNames) if (owner === name) this.#rowNames.delete(rowName);
    if (this.#context.marksStale) this.#ended.set(name, known.store);
    return true;
  }

  /** Refreshes the metrics that are read; undefined when that is done at once. */
  collect(): Promise<void> | undefined {
    return this.#collectors.run();
  }

  /** All metrics, the removed ones first. */
  stores(): SeriesStore[] {
    return [
      ...this.#ended.values(),
      ...Array.from(this.#metrics.values(), ({ store }) => store),
      ...this.#sources.flatMap((source) => source.stores()),
    ];
  }

  /** To be called when the ends of removed metrics are told. */
  forgetEnded(): void {
    this.#ended.clear();
  }

  get #reporter(): Reporter {
    return this.#context.reporter;
  }

  #number(name: string, value: unknown, range: { otherwise: number; min: number; max: number }): number {
    return numberOption(this.#reporter, { name, value, ...range });
  }

  #register<M>(request: Request<M>): M {
    const { name, type, layout, create } = request;
    const options = request.options ?? {};
    const reserved = new Set([...this.#clientLabelNames, ...ownLabels(name, type)]);
    const shape = JSON.stringify([type, options.labelNames ?? null, request.shape]);
    const known = this.#metrics.get(name);
    if (known !== undefined && known.shape === shape) return known.metric as M;
    const refusal =
      request.refusal ??
      checkName(name) ??
      this.#checkFree(name, type) ??
      checkNames(options.labelNames, reserved);
    if (refusal !== null) {
      const message = `${quote(name)}: ${refusal.message}; its samples are dropped`;
      this.#reporter.problem({ code: refusal.code, message, metric: String(name).slice(0, NAME_CHARS_MAX) });
      const family = { name: 'refused', type };
      const definition = { family, layout, seriesMax: 0, reserved, refusal: refusal.code };
      return create(new SeriesStore(this.#context, definition));
    }
    const [help, unit] = [this.#metadata(name, options.help), this.#metadata(name, options.unit)];
    const declared = options.labelNames === undefined ? undefined : new Set<string>(options.labelNames);
    const family = { name, type, help, unit };
    // The client's own metrics have a series for each metric or reason, of which there are not many.
    const isOwn = name.startsWith('tinyobs_sdk_');
    const seriesMax = isOwn ? METRICS_MAX : this.#context.seriesPerMetricMax;
    const store = new SeriesStore(this.#context, { family, layout, seriesMax, reserved, declared });
    const metric = create(store);
    this.#metrics.set(name, { metric, store, shape });
    // Its series may be those of the one before, which so have not ended.
    this.#ended.get(name)?.discard();
    this.#ended.delete(name);
    for (const rowName of rowNames(name, type)) this.#rowNames.set(rowName, name);
    return metric;
  }

  /** A histogram `a` and a counter `a_count` would write the same series, so row names are checked too. */
  #checkFree(name: string, type: MetricType): Refusal | null {
    if (this.#metrics.size >= METRICS_MAX) {
      return { code: 'too_many_metrics', message: `a client holds at most ${METRICS_MAX} metrics` };
    }
    for (const rowName of rowNames(name, type)) {
      const owner = this.#rowNames.get(rowName);
      if (owner === undefined) continue;
      const message = `the name is taken by the metric ${quote(owner)} of another type, shape or source`;
      return { code: 'name_in_use', message };
    }
    return null;
  }

  /** Metadata never stands in the way of a sample: what is not text of a sensible length is left out. */
  #metadata(metric: string, text: unknown): string | undefined {
    if (text === undefined || text === '') return undefined;
    if (typeof text === 'string' && text.length <= HELP_CHARS_MAX) return text;
    const message = `${metric}: help and unit are texts of at most ${HELP_CHARS_MAX} characters; left out`;
    this.#reporter.problem({ code: 'invalid_option', message, metric });
    return undefined;
  }
}
