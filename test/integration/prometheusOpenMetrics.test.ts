import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeOpenMetrics, type TextSample } from '@tinyobs/formats';
import { Labels, type MetricMetadata, type MetricType } from '@tinyobs/model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labelsKey, readApiValue, seriesOf } from '../answers.js';
import { eventually } from '../eventually.js';
import { hasPrometheus, type Prometheus, startPrometheus } from '../prometheus.js';
import { getApi, importText, startTestServer, type TestServer } from '../testServer.js';

const isInstalled = hasPrometheus();

const TYPES: Readonly<Record<string, MetricType>> = {
  jobs_seconds_total: 'counter',
  room_celsius: 'gauge',
  wait_seconds: 'histogram',
  sizes: 'gaugehistogram',
  work_seconds: 'summary',
  build_info: 'info',
  feature: 'stateset',
  anything: 'unknown',
};

/** Name, labels and value of every series of the page, of all types that there are. */
const SERIES: readonly (readonly [name: string, labels: Record<string, string>, value: number])[] = [
  ['jobs_seconds_total', { queue: 'a "b"\\\n é' }, 17.25],
  ['jobs_seconds_created', { queue: 'a "b"\\\n é' }, 1.5e9],
  ['room_celsius', {}, -1.5e-7],
  ['wait_seconds_bucket', { le: '1.0' }, 2],
  ['wait_seconds_bucket', { le: '+Inf' }, 3],
  ['wait_seconds_sum', {}, 4.5],
  ['wait_seconds_count', {}, 3],
  ['sizes_bucket', { le: '+Inf' }, 4],
  ['sizes_gsum', {}, -8],
  ['sizes_gcount', {}, 4],
  ['work_seconds', { quantile: '0.5' }, Number.NaN],
  ['work_seconds_sum', {}, Number.POSITIVE_INFINITY],
  ['work_seconds_count', {}, 1e21],
  ['build_info', { version: '1' }, 1],
  ['feature', { feature: 'on' }, 1],
  ['anything', {}, Number.NEGATIVE_INFINITY],
  ['nothing_known', {}, -0],
];

describe('a real Prometheus that prefers OpenMetrics', () => {
  let folder: string;
  let server: TestServer;
  let page: Server;
  let prometheus: Prometheus;
  beforeAll(async () => {
    if (!isInstalled) return;
    server = await startTestServer();
    const lines = [
      '# HELP orders_total Orders.',
      '# TYPE orders_total counter',
      'orders_total{kind="web"} 42',
    ];
    await importText(server.url, `${lines.join('\n')}\n`);
    page = await servePage();
    folder = mkdtempSync(join(tmpdir(), 'tinyobs-openmetrics-'));
    prometheus = await startPrometheus(folder, scrapeConfig(new URL(server.url).host, addressOf(page)), [
      '--enable-feature=exemplar-storage',
    ]);
  });
  afterAll(async () => {
    if (!isInstalled) return;
    page.close();
    page.closeAllConnections();
    await Promise.all([server.close(), prometheus?.stop()]);
    await rm(folder, { recursive: true });
  });

  const seriesAnswered = async (query: string) => {
    let series = seriesOf(await getApi(prometheus.url, '/api/v1/query', { query }));
    await eventually(query, async () => {
      series = seriesOf(await getApi(prometheus.url, '/api/v1/query', { query }));
      return series.length === 0 ? 'without an answer' : undefined;
    });
    return series;
  };

  it.skipIf(!isInstalled)('finds nothing wrong with any target', async () => {
    for (const job of ['own', 'federated', 'page']) await seriesAnswered(`up{job="${job}"} == 1`);
    const { data } = await getApi(prometheus.url, '/api/v1/targets');
    const { activeTargets } = data as unknown as { activeTargets: { health: string; lastError: string }[] };
    expect(activeTargets.map(({ health, lastError }) => [health, lastError])).toEqual(
      Array.from({ length: 3 }, () => ['up', '']),
    );
  });

  it.skipIf(!isInstalled)('reads every type with every value that we write', async () => {
    await seriesAnswered('nothing_known');
    const read = await seriesAnswered('{job="page",__name__!~"up|scrape_.*"}');
    const found = read.map(({ labels, points }): [string, number] => [labels, readApiValue(points[0][1])]);
    const target = { job: 'page', instance: addressOf(page) };
    const expected = SERIES.map(([name, labels, value]): [string, number] => [
      labelsKey({ ...labels, ...target, __name__: name }),
      value,
    ]);
    expect(new Map(found)).toEqual(new Map(expected));
  });

  it.skipIf(!isInstalled)(
    'takes types, units and help for those of OpenMetrics, in our own answers, too',
    async () => {
      await seriesAnswered('nothing_known');
      await seriesAnswered('orders_total{job="federated"}');
      await seriesAnswered('tinyobs_storage_series{job="own"}');
      const { data } = await getApi(prometheus.url, '/api/v1/metadata', {});
      const metadata = data as unknown as Record<string, { type: string; unit: string; help: string }[]>;
      expect(metadata).toMatchObject({
        jobs_seconds: [{ type: 'counter', unit: 'seconds', help: 'Help "of" it.' }],
        sizes: [{ type: 'gaugehistogram' }],
        build: [{ type: 'info' }],
        feature: [{ type: 'stateset' }],
        orders: [{ type: 'counter', help: 'Orders.' }],
        tinyobs_ingest_samples: [{ type: 'counter' }],
        tinyobs_ingest_append_duration_seconds: [{ type: 'histogram', unit: 'seconds' }],
      });
    },
  );

  it.skipIf(!isInstalled)('keeps our exemplars with their labels, values and times', async () => {
    await seriesAnswered('nothing_known');
    const { data } = await getApi(prometheus.url, '/api/v1/query_exemplars', {
      query: '{job="page"}',
      start: '0',
      end: '9999999999',
    });
    const found = data as unknown as {
      seriesLabels: Record<string, string>;
      exemplars: { labels: Record<string, string>; value: string; timestamp: number }[];
    }[];
    const exemplar = { labels: { trace_id: 'a b-é' }, value: '0.25', timestamp: 1700000000.123 };
    const described = found.map(({ seriesLabels, exemplars }) => [
      `${seriesLabels.__name__} ${seriesLabels.le}`,
      exemplars[0],
    ]);
    expect(Object.fromEntries(described)).toEqual({
      'jobs_seconds_total undefined': exemplar,
      'sizes_bucket +Inf': exemplar,
      'wait_seconds_bucket +Inf': exemplar,
      'wait_seconds_bucket 1.0': exemplar,
    });
  });
});

/**
 * A page of `encodeOpenMetrics`; an exemplar is given to every sample, of which some may have one. Prometheus does not
 * unescape what exemplars say, so there is nothing to escape in it.
 */
async function servePage(): Promise<Server> {
  const exemplar = {
    labels: Labels.fromObject({ trace_id: 'a b-é' }),
    value: 0.25,
    timeMs: 1_700_000_000_123,
  };
  const series = SERIES.map(
    ([name, labels, value]): TextSample => ({
      labels: Labels.fromObject({ ...labels, __name__: name }),
      value,
      exemplar,
    }),
  );
  const metadata = (metric: string): MetricMetadata | undefined =>
    TYPES[metric] && {
      metric,
      type: TYPES[metric],
      help: 'Help "of" it.',
      unit: /seconds/.exec(metric)?.[0] ?? '',
    };
  const text = encodeOpenMetrics({ series, metadata });
  const server = createServer((_, response) => {
    response.setHeader('Content-Type', 'application/openmetrics-text; version=1.0.0; charset=utf-8');
    response.end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function addressOf(server: Server): string {
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function scrapeConfig(tinyobs: string, page: string): object {
  const job = (job_name: string, target: string, more: object = {}) => ({
    job_name,
    static_configs: [{ targets: [target] }],
    ...more,
  });
  return {
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: [
      job('own', tinyobs),
      job('federated', tinyobs, {
        metrics_path: '/federate',
        honor_labels: true,
        params: { 'match[]': ['orders_total'] },
      }),
      job('page', page),
    ],
  };
}
