import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TinyObsOptions } from '@tinyobs/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { backfill, hasPrometheus } from '../prometheus.js';
import { hasPushgateway, startPushgateway } from '../pushgateway.js';
import { getApi, startTestServer, type TestServer } from '../testServer.js';
import { hasVictoriaMetrics, startVictoriaMetrics } from '../victoriaMetrics.js';
import { runShell } from './runSnippet.js';
import { readSnippets } from './snippets.js';

const ADDRESS = 'http://127.0.0.1:8080';
const SNIPPETS = readSnippets('docs/migrate.md');

/** A moment of the day after those that the page moves. */
const NOW_MS = Date.UTC(2025, 10, 20, 12);
const OLD_MS = Date.UTC(2025, 10, 18, 12);

const isPrometheusInstalled = hasPrometheus();
const isPushgatewayInstalled = hasPushgateway();
const isVictoriaMetricsInstalled = hasVictoriaMetrics();

describe('what docs/migrate.md tells those to do who come from elsewhere', () => {
  let server: TestServer;
  let cwd: string;
  beforeAll(async () => {
    cwd = mkdtempSync(join(tmpdir(), 'tinyobs-docs-migrate-'));
    server = await startTestServer({ ...(parse(block('yaml')) as TinyObsOptions), now: () => NOW_MS });
  });
  afterAll(async () => {
    await server.close();
    await rm(cwd, { recursive: true });
  });

  const run = (text: string) => runShell(text.replaceAll(ADDRESS, server.url), cwd);

  it('is in languages that this test runs', () => {
    expect(SNIPPETS.map(({ language }) => language).sort()).toEqual(
      [
        ...['yaml', 'promql', 'sh go', 'sh', 'sh prometheus', 'yaml pushgateway'],
        ...['sh influx', 'sh victoriametrics'],
      ].sort(),
    );
  });

  it('moves the samples of a Go TinyObs, and from here on', async () => {
    const old = await startGoTinyObs();
    try {
      const said = await run(block('sh go').replaceAll('http://127.0.0.1:8081', old.url));
      expect(
        said
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as unknown),
      ).toEqual([
        expect.objectContaining({ metrics_imported: 4, batches_written: 1 }),
        expect.objectContaining({ metrics_imported: 2, batches_written: 1 }),
      ]);
    } finally {
      old.server.close();
    }
    expect(await samples('http_requests_total{service="api"}')).toEqual([
      [OLD_MS + 123, '7'],
      [OLD_MS + 86_400_000, '9'],
    ]);
    expect(await samples('http_requests_total:avg_5m{service="api"}')).toEqual([[OLD_MS, '3.5']]);
    const { data } = await getApi(server.url, '/api/v1/query', {
      query: block('promql'),
      time: OLD_MS / 1000,
    });
    expect(data.result).toEqual([{ metric: { le: '0.5' }, value: [OLD_MS / 1000, '5'] }]);
    const moved = await run(block('sh'));
    expect(JSON.parse(moved)).toMatchObject({ metrics_imported: 2 });
  });

  it.skipIf(!isPrometheusInstalled)('moves the samples of a Prometheus', async () => {
    const text =
      'up{job="node",instance="a:9100"} 1\nmoved_total{path="/\\"x\\\\y, z"} 5\nplain 7\nodd NaN\n';
    await backfill(cwd, [{ text, timeMs: OLD_MS }]);
    // Of a Prometheus that has run there is one.
    mkdirSync(join(cwd, 'data/wal'));
    expect(await run(block('sh prometheus').replace('./prometheus-data', './data'))).toBe('');
    expect(await samples('up{job="node",instance="a:9100"}')).toEqual([[OLD_MS, '1']]);
    expect(await samples('moved_total{path="/\\"x\\\\y, z"}')).toEqual([[OLD_MS, '5']]);
    expect(await samples('plain')).toEqual([[OLD_MS, '7']]);
    expect(await samples('odd')).toEqual([]);
  });

  it.skipIf(!isPushgatewayInstalled)('takes the groups of a Pushgateway over', async () => {
    const pushgateway = await startPushgateway();
    const url = `${pushgateway.url}/metrics/job/backup`;
    await fetch(url, { method: 'PUT', body: 'backup_size_bytes 12\n' });
    const text = block('yaml pushgateway').replace('127.0.0.1:9091', new URL(pushgateway.url).host);
    const { scrape } = parse(text) as { scrape: object };
    const scraping = await startTestServer({ scrape: { global: { scrape_interval: '1s' }, ...scrape } });
    try {
      const query = 'backup_size_bytes{job="backup",instance=""}';
      const found = async () =>
        (await getApi(scraping.url, '/api/v1/query', { query })).data.result as { value: [number, string] }[];
      await expect.poll(async () => (await found()).map(({ value }) => value[1])).toEqual(['12']);
    } finally {
      await scraping.close();
      await pushgateway.stop();
    }
  });

  it('moves points of InfluxDB', async () => {
    const lines = ['# DML', `weather,city=Berlin temperature=21.5,wet=false,note="text" ${OLD_MS}000000`];
    writeFileSync(join(cwd, 'export.lp'), `${lines.join('\n')}\n`);
    expect(await run(block('sh influx'))).toBe('');
    expect(await samples('weather_temperature{city="Berlin"}')).toEqual([[OLD_MS, '21.5']]);
    expect(await samples('weather_wet')).toEqual([[OLD_MS, '0']]);
  });

  it.skipIf(!isVictoriaMetricsInstalled)('moves the samples of a VictoriaMetrics', async () => {
    const victoria = await startVictoriaMetrics(cwd);
    try {
      const body = `from_victoria{path="/\\"x\\\\y, z"} 5 ${OLD_MS}\n`;
      await fetch(`${victoria.url}/api/v1/import/prometheus`, { method: 'POST', body });
      await victoria.flush();
      const said = await run(block('sh victoriametrics').replace('http://127.0.0.1:8428', victoria.url));
      expect(said).toBe('');
    } finally {
      await victoria.stop();
    }
    expect(await samples('from_victoria{path="/\\"x\\\\y, z"}')).toEqual([[OLD_MS, '5']]);
  });

  /** Times in ms and values of the one series there is. */
  async function samples(selector: string): Promise<[timeMs: number, value: string][]> {
    const parameters = { query: `${selector}[30d]`, time: NOW_MS / 1000 };
    const { data } = await getApi(server.url, '/api/v1/query', parameters);
    const series = data.result as { values: [number, string][] }[];
    expect(series.length).toBeLessThan(2);
    return series.flatMap(({ values }) =>
      values.map(([seconds, value]): [number, string] => [Math.round(seconds * 1000), value]),
    );
  }
});

/** The one block of a language. */
function block(language: string): string {
  const [found, ...others] = SNIPPETS.filter((one) => one.language === language);
  expect(others).toEqual([]);
  return found.text;
}

/** What answers exports as the Go TinyObs does: indented, with its times, and averages among its samples. */
async function startGoTinyObs(): Promise<{ readonly url: string; readonly server: Server }> {
  const row = (name: string, type: string, value: number, labels: object, timestamp: string) => {
    return { name, type, value, labels, timestamp };
  };
  const average = { __resolution__: '5m', __sum__: '7.0', __count__: '2', __min__: '1.0', __max__: '6.0' };
  const api = { service: 'api' };
  const rows = [
    row('http_requests_total', 'counter', 7, api, '2025-11-18T12:00:00.123456789Z'),
    row('http_requests_total', 'gauge', 3.5, { ...api, ...average }, '2025-11-18T12:00:00Z'),
    row('request_seconds_bucket', 'histogram', 2, { le: '0.5' }, '2025-11-18T11:59:40Z'),
    row('request_seconds_bucket', 'histogram', 3, { le: '0.5' }, '2025-11-18T12:59:45+01:00'),
    row('http_requests_total', 'counter', 9, api, '2025-11-19T12:00:00Z'),
    row('queue_length', 'gauge', 4, {}, '2025-11-19T13:00:00Z'),
  ];
  const server = createServer((request, response) => {
    const parameters = new URL(request.url ?? '', ADDRESS).searchParams;
    const [start, end] = [parameters.get('start') ?? '', parameters.get('end') ?? ''];
    const isWithin = ({ timestamp }: (typeof rows)[number]) =>
      Date.parse(start) <= Date.parse(timestamp) && Date.parse(timestamp) <= Date.parse(end);
    const metrics = rows.filter(isWithin);
    const metadata = {
      start_time: start,
      end_time: end,
      metric_count: metrics.length,
      format: 'json',
      version: '1.0',
    };
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ metadata, metrics }, undefined, 2));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}
