export { AggregatorRegistry } from './promClient/aggregatorRegistry.js';
export { exponentialBuckets, linearBuckets } from './promClient/buckets.js';
export {
  type BoundCounter,
  Counter,
  type CounterConfiguration,
  type IncreaseDataWithExemplar,
} from './promClient/counter.js';
export {
  collectDefaultMetrics,
  type DefaultMetricsCollectorConfiguration,
} from './promClient/defaultMetrics.js';
export type { BoundDistribution } from './promClient/distribution.js';
export { type BoundGauge, Gauge, type GaugeConfiguration } from './promClient/gauge.js';
export {
  Histogram,
  type HistogramConfiguration,
  type ObserveDataWithExemplar,
} from './promClient/histogram.js';
export { type MetricConfiguration, validateMetricName } from './promClient/metric.js';
export {
  Pushgateway,
  type PushgatewayAnswer,
  type PushgatewayOptions,
  type PushgatewayParameters,
} from './promClient/pushgateway.js';
export {
  type AnyRegistry,
  contentType,
  openMetricsContentType,
  prometheusContentType,
  type RegisteredMetric,
  Registry,
  register,
} from './promClient/registry.js';
export { Summary, type SummaryConfiguration } from './promClient/summary.js';
export type {
  Aggregator,
  CollectFunction,
  LabelValues,
  MetricObject,
  MetricObjectWithValues,
  MetricType,
  MetricValue,
  MetricValueWithName,
  OpenMetricsContentType,
  PrometheusContentType,
  RegistryContentType,
} from './promClient/types.js';
// For `import client from`, as apps have it of prom-client.
export * as default from './promClient.js';
