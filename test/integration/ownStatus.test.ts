import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@tinyobs/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importText, startTestServer, type TestServer } from '../testServer.js';

const T0_MS = Date.now() - 3_600_000;

interface Status {
  readonly tiers: readonly { tier: string; bytes: number; samples: number; keptSeconds?: number }[];
  readonly ages: readonly { bytes: { raw: number } }[];
  readonly metrics: readonly { metric: string; bytes: number }[];
  readonly head: { samples: number };
  readonly work: { windowEnd: string; last: { flush?: { time: string } } };
  readonly limits: readonly { limit: string; value: number; used: number }[];
}

interface Key {
  readonly key: string;
  readonly value: unknown;
  readonly isSet: boolean;
  readonly origin?: string;
}

describe('what a server says of itself', () => {
  let server: TestServer;
  let file: string;
  const folder = mkdtempSync(join(tmpdir(), 'tinyobs-own-status-'));
  const load = () =>
    loadConfig({
      file,
      environment: { TINYOBS_LIMITS_SERIES: '500' },
      flags: [{ path: 'query.timeout', value: '1m', flag: '--set query.timeout' }],
    });
  /** All that a server of the tests is set to, and a limit in the first line. */
  const writeConfig = (seriesPerMetric: number, before = '') => {
    const rest = `limits: { seriesPerMetric: ${seriesPerMetric}, requestsPerMinute: off }
listen: 127.0.0.1:0
dataDir: ${join(folder, 'data')}
log: { level: silent }
selfMonitoring: { interval: off }
storage: { retention: { raw: off } }
`;
    writeFileSync(file, before + rest);
  };
  const get = async <T>(path: string): Promise<T> => (await fetch(server.url + path)).json() as Promise<T>;

  beforeAll(async () => {
    file = join(folder, 'tinyobs.yaml');
    writeConfig(50);
    const { input, origins } = load();
    const readConfig = () => {
      const next = load();
      return { ...next.input, origins: next.origins };
    };
    server = await startTestServer({ ...input, origins, readConfig });
  });
  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  it('has what the store holds, by resolution, age and metric, and how it fares', async () => {
    const lines = Array.from({ length: 300 }, (_, i) => `load{id="${i % 30}"} ${i} ${T0_MS + i * 1_000}`);
    await importText(server.url, `${lines.join('\n')}\nup 1 ${T0_MS}\n`);
    expect((await get<Status>('/v1/status')).head.samples).toBe(301);
    await fetch(`${server.url}/api/v1/admin/flush`, { method: 'POST' });
    const { tiers, ages, metrics, head, work, limits } = await get<Status>('/v1/status');
    expect(tiers.map(({ tier, samples }) => [tier, samples])).toEqual([
      ['raw', 301],
      ['5m', 0],
      ['1h', 0],
    ]);
    expect(ages[0].bytes.raw).toBe(tiers[0].bytes);
    expect(metrics.map(({ metric }) => metric)).toEqual(['load', 'up']);
    expect(head.samples).toBe(0);
    expect(Date.parse(work.last.flush?.time ?? '')).toBeGreaterThan(T0_MS);
    expect(Date.parse(work.windowEnd)).toBeGreaterThan(Date.now());
    expect(limits).toContainEqual({ limit: 'limits.series', value: 500, used: 31 });
  });

  it('has every key of the configuration, with its source, also after a reload', async () => {
    const keys = async () =>
      Object.fromEntries(
        (await get<{ keys: readonly Key[] }>('/v1/config')).keys.map((one) => [one.key, one]),
      );
    const before = await keys();
    expect(before['limits.seriesPerMetric']).toMatchObject({ value: 50, isSet: true, origin: `${file}:1` });
    expect(before['limits.series']).toMatchObject({ value: 500, origin: 'TINYOBS_LIMITS_SERIES' });
    expect(before['query.timeout']).toMatchObject({ value: '1m', origin: '--set query.timeout' });
    expect(before['query.samples']).toMatchObject({ isSet: false });
    expect(before['query.samples'].origin).toBeUndefined();
    writeConfig(60, '# changed\n');
    expect((await fetch(`${server.url}/-/reload`, { method: 'POST' })).status).toBe(200);
    expect((await keys())['limits.seriesPerMetric']).toMatchObject({ value: 60, origin: `${file}:2` });
  });

  it('has the queries that took longest', async () => {
    const query = 'count(quantile_over_time(0.5, vector(time() ^ 2 % 9973)[2h:1s]))';
    await fetch(
      `${server.url}/api/v1/query_range?${new URLSearchParams({ query, start: '0', end: '300', step: '15' })}`,
    );
    const { slowest } = await get<{ slowest: readonly object[] }>('/v1/queries');
    expect(slowest[0]).toMatchObject({ text: query, route: '/api/v1/query_range', client: '127.0.0.1' });
    expect((slowest[0] as { seconds: number }).seconds).toBeGreaterThan(0.01);
  });
});
