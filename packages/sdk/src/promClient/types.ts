/** The content type of the Prometheus text format, as prom-client has it. */
export type PrometheusContentType = 'text/plain; version=0.0.4; charset=utf-8';

/** The content type of OpenMetrics 1.0. */
export type OpenMetricsContentType = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

export type RegistryContentType = PrometheusContentType | OpenMetricsContentType;

export type MetricType = 'counter' | 'gauge' | 'histogram' | 'summary';

/** How the values that several workers have of a series become one. */
export type Aggregator = 'omit' | 'sum' | 'first' | 'min' | 'max' | 'average';

/** The labels of a sample; those that are left out are absent. */
export type LabelValues<T extends string> = Partial<Record<T, string | number>>;

/** Refreshes a metric before its values are read; `this` is the metric. */
export type CollectFunction<M> = (this: M) => void | Promise<void>;

/** What a sample is an example of, as OpenMetrics shows it. */
export interface Exemplar {
  readonly labelSet: Readonly<Record<string, string | number>>;
  readonly value: number;
  /** Seconds since 1970. */
  readonly timestamp: number;
}

export interface MetricValue<T extends string> {
  value: number;
  labels: LabelValues<T>;
  /** Null where a bucket has none yet. */
  exemplar?: Exemplar | null;
}

/** One sample of a histogram or summary, whose name may be another than the metric's. */
export type MetricValueWithName<T extends string> = MetricValue<T> & { metricName?: string };

/** What a metric says of itself. */
export interface MetricObject {
  readonly name: string;
  readonly help: string;
  readonly type: MetricType;
  readonly aggregator: Aggregator;
}

export interface MetricObjectWithValues<V extends MetricValue<string>> extends MetricObject {
  readonly values: V[];
}
