import { JsonMetricsSerializer, ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  DataPointType,
  type MetricData,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import type { Destination } from '../ingest/destination.js';
import type { MadeExport, MadeMetric } from './madeRows.js';

type HrTime = [number, number];

export const OTLP_OPTIONS = {
  strategy: 'UnderscoreEscapingWithSuffixes',
  promoteResourceAttributes: [],
  promoteScopeMetadata: false,
} as const;

export const OTLP_PROTOBUF: Destination = {
  path: '/v1/metrics',
  headers: { 'Content-Type': 'application/x-protobuf' },
};

export const OTLP_JSON: Destination = {
  path: '/v1/metrics',
  headers: { 'Content-Type': 'application/json' },
};

/** As the exporter of OpenTelemetry's own SDK for Node encodes it. */
export function otlpProtobufBody(made: MadeExport): Uint8Array {
  return encoded(ProtobufMetricsSerializer.serializeRequest(resourceMetrics(made)));
}

export function otlpJsonBody(made: MadeExport): Uint8Array {
  return encoded(JsonMetricsSerializer.serializeRequest(resourceMetrics(made)));
}

function encoded(body: Uint8Array | undefined): Uint8Array {
  if (body === undefined) throw new Error('the serializer made no body');
  return body;
}

function resourceMetrics({ target, timeMs, metrics }: MadeExport): ResourceMetrics {
  const attributes = { 'service.name': target.job, 'service.instance.id': target.instance };
  return {
    resource: resourceFromAttributes(attributes),
    scopeMetrics: [{ scope: { name: 'http' }, metrics: metrics.map((one) => metricData(one, timeMs)) }],
  };
}

function metricData({ name, isCounter, points }: MadeMetric, timeMs: number): MetricData {
  const endTime: HrTime = [Math.floor(timeMs / 1000), (timeMs % 1000) * 1e6];
  const startTime: HrTime = [endTime[0] - 86_400, 0];
  const common = {
    descriptor: { name, description: '', unit: '', valueType: 1, advice: {} },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPoints: points.map(({ labels, value }) => ({ attributes: labels, value, startTime, endTime })),
  };
  return isCounter
    ? { ...common, dataPointType: DataPointType.SUM, isMonotonic: true }
    : { ...common, dataPointType: DataPointType.GAUGE };
}
