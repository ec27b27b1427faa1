import type { Clock } from './clock.js';
import {
  CLOSE_TIMEOUT_MS_DEFAULT,
  FLUSH_TIMEOUT_MS_DEFAULT,
  INTERVAL_MS_DEFAULT,
  INTERVAL_MS_MAX,
  INTERVAL_MS_MIN,
  SERIES_MAX,
  SERIES_PER_METRIC_DEFAULT,
  TIMEOUT_MS_MAX,
} from './constants.js';
import type { Counter } from './counter.js';
import { expressMiddleware, type RequestMiddleware } from './express.js';
import type { Gauge } from './gauge.js';
import type { Histogram } from './histogram.js';
import type { LabelValue } from './labels.js';
import { clientLabels, numberOption } from './options.js';
import { type FlushResult, Pusher } from './pusher.js';
import { type HistogramOptions, type MetricOptions, Registry } from './registry.js';
import type { Reporter } from './reporter.js';
import type { Send } from './transport.js';

/** The part of the options that no host platform is needed for. */
export interface ClientSettings {
  /** Name of the app: the label `job` of every series. */
  readonly service: string;
  /** Which of several processes of the service this is: the label `instance` of every series. */
  readonly instance: string;
  readonly defaultLabels?: Readonly<Record<string, LabelValue>>;
  readonly intervalMs?: number;
  readonly seriesPerMetric?: number;
}

/** What the client needs of the place it runs in. */
export interface Platform {
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** Left out when there is nowhere to send to. */
  readonly send?: Send;
  /** Lets go of what the platform holds for the client; called once, after the last flush. */
  readonly disconnect?: () => void;
}

export interface TimeoutOption {
  /** How long to wait at most, in milliseconds. */
  readonly timeoutMs?: number;
}

/**
 * Holds the metrics of an app and pushes them. No method throws or rejects: what cannot be done is told to
 * `onError`, and samples that cannot be sent are counted and told to `onDrop`.
 */
export class Client {
  readonly #reporter: Reporter;
  readonly #registry: Registry;
  readonly #pusher: Pusher;
  #disconnect: (() => void) | undefined;
  #middleware: RequestMiddleware | undefined;

  constructor(settings: ClientSettings, platform: Platform, reporter: Reporter) {
    this.#reporter = reporter;
    this.#registry = new Registry({
      reporter,
      clientLabels: clientLabels(reporter, settings),
      seriesPerMetricMax: numberOption(reporter, {
        name: 'seriesPerMetric',
        value: settings.seriesPerMetric,
        otherwise: SERIES_PER_METRIC_DEFAULT,
        min: 1,
        max: SERIES_MAX,
      }),
    });
    const intervalMs = numberOption(reporter, {
      name: 'intervalMs',
      value: settings.intervalMs,
      otherwise: INTERVAL_MS_DEFAULT,
      min: INTERVAL_MS_MIN,
      max: INTERVAL_MS_MAX,
    });
    this.#pusher = new Pusher({ ...platform, registry: this.#registry, reporter, intervalMs });
    this.#disconnect = platform.disconnect;
    this.#pusher.start();
  }

  /** The counter of this name; asking twice with the same options gives the same counter. */
  counter<Name extends string = string>(name: string, options?: MetricOptions<Name>): Counter<Name> {
    return this.#registry.counter(name, options);
  }

  /** The gauge of this name; asking twice with the same options gives the same gauge. */
  gauge<Name extends string = string>(name: string, options?: MetricOptions<Name>): Gauge<Name> {
    return this.#registry.gauge(name, options);
  }

  /** The histogram of this name; asking twice with the same options gives the same histogram. */
  histogram<Name extends string = string>(name: string, options?: HistogramOptions<Name>): Histogram<Name> {
    return this.#registry.histogram(name, options);
  }

  /**
   * Calls `collect` right before every flush, to set gauges that are read rather than kept.
   * @returns a function that ends it.
   */
  onCollect(collect: () => void): () => void {
    return this.#registry.onCollect(collect);
  }

  /** Express middleware (4 and 5) that counts and times requests. Use it before the routes. */
  express(): RequestMiddleware {
    this.#middleware ??= expressMiddleware(this);
    return this.#middleware;
  }

  /** Pushes the state of now. Resolves when it is delivered or given up, or at the deadline (default 30 s). */
  flush(options: TimeoutOption = {}): Promise<FlushResult> {
    return this.#pusher.flush(this.#timeout(options, FLUSH_TIMEOUT_MS_DEFAULT));
  }

  /**
   * Stops pushing after a last flush; resolves when that is delivered or given up, or at the deadline (default
   * 5 s), with nothing left running. Later samples are counted by nobody. Calling it again waits for the same.
   */
  async close(options: TimeoutOption = {}): Promise<FlushResult> {
    const result = await this.#pusher.close(this.#timeout(options, CLOSE_TIMEOUT_MS_DEFAULT));
    this.#disconnect?.();
    this.#disconnect = undefined;
    return result;
  }

  #timeout(options: TimeoutOption, otherwise: number): number {
    const { timeoutMs: value } = options;
    return numberOption(this.#reporter, { name: 'timeoutMs', value, otherwise, min: 0, max: TIMEOUT_MS_MAX });
  }
}
