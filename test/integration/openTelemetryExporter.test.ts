import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationType, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { type ExportResult, type ResourceMetrics, TinyObsMetricExporter } from '@tinyobs/sdk/opentelemetry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FaultyProxy, startFaultyProxy } from '../faultyProxy.js';
import { getApi, startTestServer, type TestServer } from '../testServer.js';

const NAMES = [
  'http.server.duration',
  '1st/queue',
  'a__b',
  '9',
  'jobs_total',
  'jobs.total.done',
  'é.wait',
  'ratio',
];
const UNITS = [
  '',
  's',
  'By/s',
  '{order}',
  '1',
  '%',
  'KiBy',
  'm/s',
  'furlong/fortnight',
  '°C',
  'By/{call}',
  '/s',
];

const ATTRIBUTES = {
  'http.route': '/a',
  http_route: '/b',
  job: 'mine',
  instance: 'own',
  __name__: 'other',
  '9lives': 7,
  _one: true,
  __two: 0.1,
  'ключ.é': 'ü"\\\n',
  list: ['a', 'b"c', ''],
  numbers: [1, 2.5],
  empty: '',
  large: 1e21,
};

let ours: TestServer;
let theirs: TestServer;

beforeAll(async () => {
  [ours, theirs] = await Promise.all([startTestServer(), startTestServer()]);
});

afterAll(() => Promise.all([ours.close(), theirs.close()]));

type Exporter = ConstructorParameters<typeof PeriodicExportingMetricReader>[0]['exporter'];

/** An app whose metrics go wherever they are sent. */
function createApp(exporters: Exporter[], resource: Record<string, string | number | string[]>) {
  const readers = exporters.map(
    (exporter) => new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 }),
  );
  const provider = new MeterProvider({
    resource: resourceFromAttributes(resource),
    readers,
    views: [
      { instrumentName: 'exponential*', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } },
      {
        instrumentName: 'exponential.coarse',
        aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM, options: { maxSize: 8 } },
      },
    ],
  });
  const flush = async () => {
    for (const reader of readers) await reader.forceFlush();
  };
  return { meter: provider.getMeter('shop'), flush, close: () => provider.shutdown() };
}

/** Values by series, all of a server. */
async function readAll({ url }: TestServer): Promise<Map<string, string>> {
  const query = '{__name__=~".+"}';
  const { data } = await getApi(url, '/api/v1/query', { query, time: Date.now() / 1_000 + 1 });
  const found = data.result as { metric: Record<string, string>; value: [number, string] }[];
  const bySeries = found.map(({ metric, value }): [string, string] => [
    JSON.stringify(Object.entries(metric).sort(([a], [b]) => (a < b ? -1 : 1))),
    value[1],
  ]);
  return new Map(bySeries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A few of the series that only one has, or has with another value. */
function differences(stored: Map<string, string>, expected: Map<string, string>): string[] {
  const series = [...new Set([...stored.keys(), ...expected.keys()])];
  return series
    .filter((one) => stored.get(one) !== expected.get(one))
    .map((one) => `${one}: ${stored.get(one)}, not ${expected.get(one)}`)
    .slice(-3);
}

function work(meter: ReturnType<typeof createApp>['meter']): void {
  for (const [i, name] of NAMES.entries()) {
    for (const [j, unit] of UNITS.entries()) {
      const options = { unit, description: `${name} in ${unit}` };
      meter.createCounter(`c.${name}.${j}`, options).add(i + 1, ATTRIBUTES);
      meter.createGauge(`g.${name}.${j}`, options).record(-j / 3);
      meter.createUpDownCounter(`u.${name}.${j}`, options).add(-i);
    }
  }
  const advice = { explicitBucketBoundaries: [-1, 0, 1e-7, 0.25, 1e21] };
  const explicit = meter.createHistogram('sizes', { unit: 'By', advice });
  const fine = meter.createHistogram('exponential.fine', { unit: 's' });
  const coarse = meter.createHistogram('exponential.coarse');
  for (const value of [-5, 0, 1e-7, 0.3, 7, 1e22]) explicit.record(value, { le: 'x', quantile: 'y' });
  for (const value of [0, 1e-300, 0.001, 1, 1.5, 3, 100, 1e300]) fine.record(value);
  for (const value of [0.5, 1, 2, 1000, 1e6, 1e9]) coarse.record(value, { 'exported.by': 'hand' });
}

describe('the exporter for OpenTelemetry', () => {
  it('makes the same series and values of an app as the server makes of its OTLP', async () => {
    const otlp = new OTLPMetricExporter({ url: `${theirs.url}/v1/metrics` });
    const { meter, flush, close } = createApp([new TinyObsMetricExporter({ endpoint: ours.url }), otlp], {
      'service.name': 'shop',
      'service.namespace': 'eu',
      'service.instance.id': 'i-1',
      'host.name': 'h1',
      'process.pid': 77,
      'process.command_args': ['node', 'main.js'],
    });
    for (const times of [1, 2]) {
      work(meter);
      await flush();
      const [expected, stored] = [await readAll(theirs), await readAll(ours)];
      expect(expected.size).toBeGreaterThan(NAMES.length * UNITS.length * 3);
      expect(differences(stored, expected), `after ${times}`).toEqual([]);
    }
    const metadata = (server: TestServer) =>
      getApi(server.url, '/api/v1/metadata', { metric: 'sizes_bytes' });
    expect((await metadata(ours)).data).toEqual((await metadata(theirs)).data);
    await close();
    // OTLP has no word for the end of an app.
    expect(await readAll(ours)).toEqual(new Map());
  });

  describe('where the server is away', () => {
    let proxy: FaultyProxy;
    beforeAll(async () => {
      proxy = await startFaultyProxy(ours.url);
    });
    afterAll(() => proxy.close());

    it('tries again, and says what failed', async () => {
      const exporter = new TinyObsMetricExporter({ endpoint: proxy.url });
      const { meter, flush, close } = createApp([exporter], { 'service.name': 'retried' });
      meter.createCounter('orders').add(3);
      proxy.faults.push({ status: 503, retryAfter: new Date(0).toUTCString() }, 'reset');
      await flush();
      expect(proxy.faults).toEqual([]);
      const { data } = await getApi(ours.url, '/api/v1/query', { query: 'orders_total{job="retried"}' });
      expect(data.result).toEqual([
        { metric: { __name__: 'orders_total', job: 'retried' }, value: [expect.any(Number), '3'] },
      ]);
      await close();
    });
  });

  it('refuses what it cannot send, without throwing', async () => {
    const problems: string[] = [];
    const nothing: ResourceMetrics = { resource: { attributes: {} }, scopeMetrics: [] };
    const exportTo = (exporter: TinyObsMetricExporter) =>
      new Promise<ExportResult>((resolve) => exporter.export(nothing, resolve));
    const lost = new TinyObsMetricExporter({
      endpoint: 'nowhere',
      onError: ({ code }) => problems.push(code),
    });
    expect((await exportTo(lost)).code).toBe(1);
    expect(problems).toEqual(['invalid_endpoint']);
    const closed = new TinyObsMetricExporter({ endpoint: ours.url });
    const [first, second] = [exportTo(closed), exportTo(closed)];
    expect((await second).error?.message).toContain('under way');
    expect((await first).code).toBe(0);
    await closed.forceFlush();
    await closed.shutdown();
    await closed.shutdown();
    expect((await exportTo(closed)).error?.message).toContain('shut down');
    await lost.shutdown();
  });
});
