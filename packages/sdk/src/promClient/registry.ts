import type { Client } from '../client.js';
import { createClient } from '../createClient.js';
import { CONTENT_TYPES } from '../exposition/negotiate.js';
import { bridgeRegistry } from '../promClientBridge.js';
import type { ClientOptions } from '../startClient.js';
import { writeMetric } from './metricText.js';
import type {
  MetricObject,
  MetricObjectWithValues,
  MetricValue,
  MetricValueWithName,
  OpenMetricsContentType,
  PrometheusContentType,
  RegistryContentType,
} from './types.js';

export const prometheusContentType = CONTENT_TYPES.text as PrometheusContentType;
export const openMetricsContentType = CONTENT_TYPES.openMetrics as OpenMetricsContentType;

/** What a registry needs of a metric. */
export interface RegisteredMetric extends MetricObject {
  get(): MaybePromise<MetricObjectWithValues<MetricValueWithName<string>>>;
  reset?(): void;
}

type MaybePromise<T> = T | Promise<T>;

export type AnyRegistry = Registry<PrometheusContentType> | Registry<OpenMetricsContentType>;

/** Metrics by name, and how they are shown: prom-client's registry, which can push besides. */
export class Registry<T extends RegistryContentType = PrometheusContentType> {
  static readonly PROMETHEUS_CONTENT_TYPE = prometheusContentType;
  static readonly OPENMETRICS_CONTENT_TYPE = openMetricsContentType;

  readonly #metrics = new Map<string, RegisteredMetric>();
  #defaultLabels: Readonly<Record<string, unknown>> = {};
  #contentType: T;

  /** @throws TypeError for another content type than the two */
  constructor(contentType: T = prometheusContentType as T) {
    if (!isContentType(contentType)) throw new TypeError(`there is no content type ${String(contentType)}`);
    this.#contentType = contentType;
  }

  /**
   * Pushes what is in this registry to a TinyObs server, at every interval and at the end of the process. The options
   * are those of `createClient`, without the metrics of the process, which `collectDefaultMetrics` collects.
   */
  pushTo(options: ClientOptions): Client {
    const client = createClient({ runtimeMetrics: false, ...options });
    bridgeRegistry(client, this);
    return client;
  }

  /** Everything as text, in the format of the content type. Rejects where a `collect` function throws. */
  async metrics(): Promise<string> {
    const texts = await Promise.all(this.#registered().map((metric) => this.#text(metric)));
    return this.#isOpenMetrics ? `${texts.join('\n')}\n# EOF\n` : `${texts.join('\n\n')}\n`;
  }

  /** Everything with its values, default labels included. */
  async getMetricsAsJSON(): Promise<MetricObjectWithValues<MetricValue<string>>[]> {
    const metrics = await Promise.all(this.#registered().map((metric) => metric.get()));
    if (Object.keys(this.#defaultLabels).length === 0) return metrics;
    return metrics.map((metric) => ({
      ...metric,
      values: metric.values.map((value) => ({ ...value, labels: this.#withDefaults(value.labels) })),
    }));
  }

  getMetricsAsArray(): MetricObject[] {
    return this.#registered();
  }

  getSingleMetric<M extends MetricObject>(name: string): M | undefined {
    return this.#metrics.get(name) as M | undefined;
  }

  /** Rejects with a TypeError where there is no such metric. */
  async getSingleMetricAsString(name: string): Promise<string> {
    const metric = this.#metrics.get(name);
    if (metric === undefined) throw new TypeError(`there is no metric ${name} in this registry`);
    return this.#text(metric);
  }

  /** @throws Error where another metric has the name */
  registerMetric(metric: RegisteredMetric): void {
    const known = this.#metrics.get(metric.name);
    if (known !== undefined && known !== metric) {
      throw new Error(`there is another metric of the name ${metric.name} in this registry`);
    }
    this.#metrics.set(metric.name, metric);
  }

  removeSingleMetric(name: string): void {
    this.#metrics.delete(name);
  }

  /** Forgets all metrics, and the default labels. */
  clear(): void {
    this.#metrics.clear();
    this.#defaultLabels = {};
  }

  resetMetrics(): void {
    for (const metric of this.#metrics.values()) metric.reset?.();
  }

  /** Labels that every series has, unless it has its own of that name. */
  setDefaultLabels(labels: object): void {
    this.#defaultLabels = labels as Readonly<Record<string, unknown>>;
  }

  get contentType(): T {
    return this.#contentType;
  }

  /** @throws Error for another content type than the two */
  setContentType(contentType: T): void {
    if (!isContentType(contentType)) throw new Error(`there is no content type ${String(contentType)}`);
    this.#contentType = contentType;
  }

  /**
   * A registry of all metrics of others.
   * @throws Error where their content types differ, and where metrics of several share a name
   */
  static merge<M extends RegistryContentType>(registers: Registry<M>[]): Registry<M> {
    const [{ contentType }] = registers;
    if (registers.some((registry) => registry.contentType !== contentType)) {
      throw new Error('only registries of the same content type can be merged');
    }
    const merged = new Registry<M>(contentType);
    for (const registry of registers)
      for (const metric of registry.#registered()) merged.registerMetric(metric);
    return merged;
  }

  get #isOpenMetrics(): boolean {
    return this.#contentType === openMetricsContentType;
  }

  #registered(): RegisteredMetric[] {
    return [...this.#metrics.values()];
  }

  async #text(metric: RegisteredMetric): Promise<string> {
    const options = { isOpenMetrics: this.#isOpenMetrics, defaultLabels: this.#defaultLabels };
    return writeMetric(await metric.get(), options);
  }

  #withDefaults(labels: MetricValue<string>['labels']): MetricValue<string>['labels'] {
    const all: Record<string, unknown> = { ...labels };
    for (const [name, value] of Object.entries(this.#defaultLabels)) all[name] ||= value;
    return all as MetricValue<string>['labels'];
  }
}

function isContentType(contentType: unknown): contentType is RegistryContentType {
  return contentType === prometheusContentType || contentType === openMetricsContentType;
}

/** Where metrics are registered when nothing else is said. */
export const register = new Registry();

/** That of `register` in the beginning. */
export const contentType: RegistryContentType = register.contentType;
