import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AggregationTemporalityPreference,
  OTLPMetricExporter as JsonExporter,
} from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtobufExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationType,
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import { describe, expect, it } from 'vitest';
import { getApi, metricValue, startTestServer } from '../testServer.js';

const BOUNDS = [0.1, 1, 10];

interface ExportOptions {
  readonly isDelta: boolean;
  readonly isZipped: boolean;
}

/** Both exporters take the same. */
type ExporterClass = new (
  options: ConstructorParameters<typeof JsonExporter>[0],
) => Required<PushMetricExporter>;

function createExporter(url: string, Exporter: ExporterClass, { isDelta, isZipped }: ExportOptions) {
  return new Exporter({
    url: `${url}/v1/metrics`,
    temporalityPreference: isDelta
      ? AggregationTemporalityPreference.DELTA
      : AggregationTemporalityPreference.CUMULATIVE,
    // The enumeration is that of a package below the exporter.
    ...(isZipped && { compression: 'gzip' as never }),
  });
}

/** An app that exports when it is told to, with the SDK of OpenTelemetry. */
function createApp(exporter: PushMetricExporter) {
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({
    resource: resourceFromAttributes({
      'service.name': 'shop',
      'service.namespace': 'eu',
      'service.instance.id': 'i-1',
      'host.name': 'h1',
      'process.pid': 77,
    }),
    readers: [reader],
    views: [
      {
        instrumentName: 'exponential.duration',
        aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM },
      },
    ],
  });
  const meter = provider.getMeter('shop', '1.2.3');
  const advice = { explicitBucketBoundaries: BOUNDS };
  return {
    orders: meter.createCounter('orders', { unit: '{order}', description: 'Orders placed.' }),
    stock: meter.createUpDownCounter('stock'),
    memory: meter.createGauge('process.memory.usage', { unit: 'By' }),
    duration: meter.createHistogram('http.server.request.duration', { unit: 's', advice }),
    exponential: meter.createHistogram('exponential.duration', { unit: 's' }),
    export: () => reader.forceFlush(),
    close: () => provider.shutdown(),
  };
}

type App = ReturnType<typeof createApp>;

/** What happens in an app between two exports. */
function work({ orders, stock, memory, duration, exponential }: App): void {
  orders.add(2, { 'order.status': 'ok', retried: false });
  orders.add(1, { 'order.status': 'failed', items: 3 } as never);
  stock.add(5);
  stock.add(-2);
  memory.record(1024.5);
  for (const value of [0.05, 0.5, 0.5, 5, 50]) duration.record(value, { 'http.route': '/a' });
  for (const value of [0, 1, 1.5, 3, 100]) exponential.record(value);
}

async function valuesOf(url: string, query: string): Promise<Record<string, number>> {
  const { data } = await getApi(url, '/api/v1/query', { query, time: Date.now() / 1000 + 1 });
  const found = data.result as { metric: Record<string, string>; value: [number, string] }[];
  const ofResource = new Set(['__name__', 'job', 'instance']);
  return Object.fromEntries(
    found.map(({ metric, value }) => [
      Object.entries(metric)
        .filter(([name]) => !ofResource.has(name))
        .map(([name, text]) => `${name}=${text}`)
        .join(),
      Number(value[1]),
    ]),
  );
}

/** What is stored after `times` exports of the same work. */
async function expectWork(url: string, times: number): Promise<void> {
  const series = '{job="eu/shop",instance="i-1"}';
  expect(await valuesOf(url, `orders_total${series}`)).toEqual({
    'order_status=ok,retried=false': 2 * times,
    'items=3,order_status=failed': times,
  });
  expect(await valuesOf(url, `stock${series}`)).toEqual({ '': 3 * times });
  expect(await valuesOf(url, `process_memory_usage_bytes${series}`)).toEqual({ '': 1024.5 });
  expect(await valuesOf(url, `http_server_request_duration_seconds_bucket${series}`)).toEqual({
    'http_route=/a,le=0.1': times,
    'http_route=/a,le=1': 3 * times,
    'http_route=/a,le=10': 4 * times,
    'http_route=/a,le=+Inf': 5 * times,
  });
  const sums = await valuesOf(url, `http_server_request_duration_seconds_sum${series}`);
  expect(sums['http_route=/a']).toBeCloseTo(56.05 * times);
  expect(await valuesOf(url, `exponential_duration_seconds_count${series}`)).toEqual({ '': 5 * times });
  const quantile = await valuesOf(
    url,
    `histogram_quantile(0.6, exponential_duration_seconds_bucket${series})`,
  );
  // The third of five values, 1.5, within one of the four buckets of its doubling.
  expect(quantile['']).toBeGreaterThan(1.41);
  expect(quantile['']).toBeLessThan(1.69);
  expect(await valuesOf(url, 'target_info')).toEqual({ 'host_name=h1,process_pid=77': 1 });
}

const CLIENTS = [
  ['JSON', JsonExporter, false],
  ['JSON', JsonExporter, true],
  ['protobuf', ProtobufExporter, false],
  ['protobuf', ProtobufExporter, true],
] as const;

describe.each(CLIENTS)('the OpenTelemetry SDK over %s', (encoding, Exporter, isDelta) => {
  it(`has its metrics stored by value (${isDelta ? 'deltas' : 'cumulative'})`, async () => {
    const server = await startTestServer();
    const app = createApp(createExporter(server.url, Exporter, { isDelta, isZipped: encoding === 'JSON' }));
    try {
      for (const times of [1, 2, 3]) {
        work(app);
        await app.export();
        await expectWork(server.url, times);
      }
      const { data } = await getApi(server.url, '/api/v1/metadata', { metric: 'orders_total' });
      expect(data).toEqual({ orders_total: [{ type: 'counter', help: 'Orders placed.', unit: '' }] });
    } finally {
      await app.close();
      await server.close();
    }
  });
});

it('goes on adding deltas of the SDK after a restart of the server', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tinyobs-otlp-'));
  const first = await startTestServer({ dataDir });
  const exporterTo = (url: string) =>
    createExporter(url, ProtobufExporter, { isDelta: true, isZipped: true });
  let exporter = exporterTo(first.url);
  const app = createApp({
    export: (metrics, callback) => exporter.export(metrics, callback),
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
    selectAggregationTemporality: (type) => exporter.selectAggregationTemporality(type),
  });
  work(app);
  await app.export();
  await first.server.close();
  const second = await startTestServer({ dataDir });
  try {
    exporter = exporterTo(second.url);
    work(app);
    await app.export();
    await expectWork(second.url, 2);
    expect(await metricValue(second.url, 'tinyobs_otlp_duplicate_points_total')).toBe(0);
  } finally {
    await app.close();
    await second.close();
  }
});
