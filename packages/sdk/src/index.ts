export type { TimeoutOption } from './client.js';
export { createClient } from './createClient.js';
export type { FlushResult } from './delivery/pusher.js';
export type { Transport, TransportAnswer } from './delivery/transport.js';
export type { ExposeOptions, Exposition } from './exposition/expose.js';
export { exponentialBuckets, linearBuckets } from './instruments/buckets.js';
export type { BoundCounter, Counter } from './instruments/counter.js';
export type { BoundDistribution } from './instruments/distribution.js';
export type { BoundGauge, Gauge } from './instruments/gauge.js';
export type { Histogram } from './instruments/histogram.js';
export type { Info } from './instruments/info.js';
export type { Observable, Observe, ReadMetric } from './instruments/observable.js';
export type { StateSet } from './instruments/stateSet.js';
export type { Summary } from './instruments/summary.js';
export type { LabelsOf, LabelValue, WithLabels } from './labels.js';
export type {
  HistogramOptions,
  MetricOptions,
  ObservableOptions,
  StateSetOptions,
  SummaryOptions,
} from './metricOptions.js';
export type { NodeClient as Client } from './nodeClient.js';
export type { Drop, Problem, ProblemCode } from './reporter.js';
export type { ExemplarLabels } from './series/exemplars.js';
export type { SampleOptions } from './series/seriesStore.js';
export type { ClientOptions, SpoolOptions } from './startClient.js';
export { type WrapHandlerOptions, wrapHandler } from './wrapHandler.js';
