import type { Clock } from './clock.js';
import {
  CLOSE_TIMEOUT_MS_DEFAULT,
  FLUSH_TIMEOUT_MS_DEFAULT,
  INTERVAL_MS_DEFAULT,
  INTERVAL_MS_MAX,
  INTERVAL_MS_MIN,
  QUEUE_SIZE_BYTES_MAX_DEFAULT,
  QUEUE_SIZE_BYTES_MAX_MAX,
  SERIES_MAX,
  SERIES_PER_METRIC_DEFAULT,
  TIMEOUT_MS_MAX,
} from './constants.js';
import { type FlushResult, Pusher } from './delivery/pusher.js';
import type { Spool } from './delivery/spool.js';
import type { Transport } from './delivery/transport.js';
import { type ExposeOptions, type Exposition, expose } from './exposition/expose.js';
import { OwnMetrics, registerDeliveryMetrics } from './health.js';
import type { Counter } from './instruments/counter.js';
import type { Gauge } from './instruments/gauge.js';
import type { Histogram } from './instruments/histogram.js';
import type { Info } from './instruments/info.js';
import type { Observable, ReadMetric } from './instruments/observable.js';
import type { StateSet } from './instruments/stateSet.js';
import type { Summary } from './instruments/summary.js';
import type { LabelValue } from './labels.js';
import type {
  HistogramOptions,
  MetricOptions,
  ObservableOptions,
  StateSetOptions,
  SummaryOptions,
} from './metricOptions.js';
import { defaultLabels, identityLabels, numberOption } from './options.js';
import { Registry, type StoreHome, type StoreSource } from './registry.js';
import type { Reporter } from './reporter.js';
import { ActiveTrace } from './series/activeTrace.js';
import type { MetricContext } from './series/seriesStore.js';
import { Snapshots } from './snapshot/snapshots.js';

/** The part of the options that no host platform is needed for. */
export interface ClientSettings {
  /** Name of the app: the label `job` of every series. */
  readonly service: string;
  /** Which of several processes of the service this is: the label `instance` of every series. */
  readonly instance: string;
  readonly defaultLabels?: Readonly<Record<string, LabelValue>>;
  readonly intervalMs?: number;
  readonly queueSizeBytesMax?: number;
  readonly seriesPerMetric?: number;
}

/** What the client needs of the place it runs in. */
export interface Platform {
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** Left out when nothing is pushed. */
  readonly transport?: Transport;
  readonly spool?: Spool;
  /** Lets go of what else the platform holds for the client; called once, after the last flush. */
  readonly disconnect?: () => void;
}

export interface TimeoutOption {
  /** How long to wait at most, in milliseconds. */
  readonly timeoutMs?: number;
}

/**
 * Holds the metrics of an app, pushes them, and shows them to who asks. No method throws or rejects: what cannot be
 * done is told to `onError`, and samples that cannot be sent are counted and told to `onDrop`.
 */
export class Client {
  readonly #reporter: Reporter;
  readonly #registry: Registry;
  readonly #snapshots: Snapshots;
  /** Those that a scrape is shown, too; whoever scrapes knows itself whom. */
  readonly #defaultLabels: Readonly<Record<string, string>>;
  readonly #pusher: Pusher | undefined;
  #disconnect: (() => void) | undefined;

  constructor(settings: ClientSettings, platform: Platform, reporter: Reporter) {
    const { clock, transport } = platform;
    this.#reporter = reporter;
    this.#defaultLabels = defaultLabels(reporter, settings.defaultLabels);
    const clientLabels = { ...identityLabels(reporter, settings), ...this.#defaultLabels };
    const context = this.#context(settings, platform);
    const registry = new Registry({ context, clock, clientLabelNames: Object.keys(clientLabels) });
    const own = new OwnMetrics(registry, context);
    this.#registry = registry;
    this.#snapshots = new Snapshots({ registry, own, context, clock });
    this.#disconnect = platform.disconnect;
    const intervalMs = this.#number('intervalMs', settings.intervalMs, {
      otherwise: INTERVAL_MS_DEFAULT,
      min: INTERVAL_MS_MIN,
      max: INTERVAL_MS_MAX,
    });
    if (transport === undefined) return;
    const metrics = registerDeliveryMetrics(registry);
    const queueSizeBytesMax = this.#number('queueSizeBytesMax', settings.queueSizeBytesMax, {
      otherwise: QUEUE_SIZE_BYTES_MAX_DEFAULT,
      min: 0,
      max: QUEUE_SIZE_BYTES_MAX_MAX,
    });
    const { random, spool } = platform;
    const snapshots = this.#snapshots;
    const from = { snapshots, own, metrics, clientLabels, reporter };
    this.#pusher = new Pusher({ ...from, transport, spool, clock, random, intervalMs, queueSizeBytesMax });
    this.#pusher.start();
  }

  /** The counter of this name; asking twice with the same options gives the same counter. */
  counter<const Name extends string = string>(name: string, options?: MetricOptions<Name>): Counter<Name> {
    return this.#registry.counter(name, options);
  }

  /** The gauge of this name; asking twice with the same options gives the same gauge. */
  gauge<const Name extends string = string>(name: string, options?: MetricOptions<Name>): Gauge<Name> {
    return this.#registry.gauge(name, options);
  }

  /** The histogram of this name; asking twice with the same options gives the same histogram. */
  histogram<const Name extends string = string>(
    name: string,
    options?: HistogramOptions<Name>,
  ): Histogram<Name> {
    return this.#registry.histogram(name, options);
  }

  /** The summary of this name; asking twice with the same options gives the same summary. */
  summary<const Name extends string = string>(name: string, options?: SummaryOptions<Name>): Summary<Name> {
    return this.#registry.summary(name, options);
  }

  /** The info of this name; asking twice with the same options gives the same info. */
  info<const Name extends string = string>(name: string, options?: MetricOptions<Name>): Info<Name> {
    return this.#registry.info(name, options);
  }

  /** The state set of this name; asking twice with the same options gives the same state set. */
  stateSet<const State extends string, const Name extends string = never>(
    name: string,
    options: StateSetOptions<State, Name>,
  ): StateSet<State, Name> {
    return this.#registry.stateSet(name, options);
  }

  /** A counter that `read` tells the value of, right before every flush and scrape. */
  observableCounter<const Name extends string = string>(
    name: string,
    read: ReadMetric<Name>,
    options?: ObservableOptions<Name>,
  ): Observable<Name> {
    return this.#registry.observable('counter', name, { options, read });
  }

  /** A gauge that `read` tells the value of, right before every flush and scrape. */
  observableGauge<const Name extends string = string>(
    name: string,
    read: ReadMetric<Name>,
    options?: ObservableOptions<Name>,
  ): Observable<Name> {
    return this.#registry.observable('gauge', name, { options, read });
  }

  /**
   * Calls `collect` right before every flush and scrape, to set metrics that are read rather than kept. What it
   * gives as a promise is waited for, a second at most.
   * @returns a function that ends it.
   */
  onCollect(collect: () => unknown): () => void {
    return this.#registry.onCollect(collect);
  }

  /** For bridges from other libraries: pushes and shows what they keep, too, as long as there is the client. */
  attach(create: (home: StoreHome) => StoreSource): void {
    this.#registry.attach(create);
  }

  /**
   * Takes a metric out of use: the next push marks its series stale, and the name is free.
   * @returns whether there was one.
   */
  removeMetric(name: string): boolean {
    return this.#registry.removeMetric(name);
  }

  /** The state of now, as a scrape is answered: in the text format, or OpenMetrics when that is asked for. */
  async expose(options: ExposeOptions = {}): Promise<Exposition> {
    return expose(await this.#snapshots.toShow(), Object.entries(this.#defaultLabels), options);
  }

  /** Pushes the state of now. Resolves when it is delivered or given up, or at the deadline (default 30 s). */
  async flush(options: TimeoutOption = {}): Promise<FlushResult> {
    const timeoutMs = this.#timeout(options, FLUSH_TIMEOUT_MS_DEFAULT);
    return this.#pusher?.flush(timeoutMs) ?? DISABLED;
  }

  /**
   * Stops pushing after a last flush, which then marks every series stale; resolves when that is delivered or given
   * up, or at the deadline (default 5 s), with nothing left running. Later samples are counted by nobody. Calling it again waits for the same.
   */
  async close(options: TimeoutOption = {}): Promise<FlushResult> {
    const timeoutMs = this.#timeout(options, CLOSE_TIMEOUT_MS_DEFAULT);
    const result = (await this.#pusher?.close(timeoutMs)) ?? DISABLED;
    this.#disconnect?.();
    this.#disconnect = undefined;
    return result;
  }

  #context(settings: ClientSettings, { clock, transport }: Platform): MetricContext {
    const trace = new ActiveTrace();
    trace.look();
    return {
      reporter: this.#reporter,
      nowMs: () => clock.nowMs(),
      trace,
      seriesPerMetricMax: this.#number('seriesPerMetric', settings.seriesPerMetric, {
        otherwise: SERIES_PER_METRIC_DEFAULT,
        min: 1,
        max: SERIES_MAX,
      }),
      marksStale: transport !== undefined,
      shared: { seriesCount: 0, epoch: 1 },
    };
  }

  #timeout({ timeoutMs }: TimeoutOption, otherwise: number): number {
    return this.#number('timeoutMs', timeoutMs, { otherwise, min: 0, max: TIMEOUT_MS_MAX });
  }

  #number(
    name: string,
    value: number | undefined,
    range: { otherwise: number; min: number; max: number },
  ): number {
    return numberOption(this.#reporter, { name, value, ...range });
  }
}

const DISABLED: FlushResult = { result: 'disabled', sent: 0, dropped: 0 };
