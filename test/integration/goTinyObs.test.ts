import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getApi, postJson, startTestServer, type TestServer } from '../testServer.js';
import type { RefusalAnswer } from '../waysIn.js';

const NOW_MS = Date.UTC(2025, 10, 20, 12);
const ADMIN_KEY = 'admin-key-of-the-go-tinyobs-test';

const iso = (timeMs: number) => new Date(timeMs).toISOString();

/** A row as the SDK and the exports of the Go TinyObs have it. */
const row = (name: string, value: unknown, timeMs: number, more: object = {}) => ({
  name,
  type: 'gauge',
  value,
  timestamp: iso(timeMs),
  ...more,
});

/** As its exports are written. */
const exportOf = (metrics: unknown) =>
  JSON.stringify(
    { metadata: { exported_at: iso(NOW_MS), metric_count: 2, format: 'json', version: '1.0' }, metrics },
    undefined,
    2,
  );

interface Export {
  readonly metrics: readonly { readonly timestamp: string }[];
  readonly metadata: Readonly<Record<string, unknown>>;
}

interface ProtocolStatus {
  readonly protocol: string;
  readonly requests: { readonly refused: Readonly<Record<string, number>> };
  readonly samples: { readonly accepted: number; readonly refused: Readonly<Record<string, number>> };
}

describe('paths of the Go TinyObs', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ now: () => NOW_MS, limits: { requestBytes: '100KB', series: 5000 } });
  });
  afterAll(() => server.close());

  const post = (body: string | Uint8Array, headers: Record<string, string> = {}) =>
    fetch(`${server.url}/v1/import`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: Buffer.from(body),
    });
  const get = async (path: string) => {
    const response = await fetch(server.url + path);
    return { status: response.status, headers: response.headers, body: (await response.json()) as unknown };
  };

  /** What came in by imports. */
  const status = async () => {
    const { body } = await get('/v1/ingest/status');
    const { protocols } = body as { protocols: readonly ProtocolStatus[] };
    return protocols.filter(({ protocol }) => protocol === 'go_tinyobs')[0];
  };

  it('answer an empty store', async () => {
    expect((await get('/v1/query')).body).toEqual({ metrics: [], count: 0 });
    expect((await get('/v1/query/range?metric=none')).body).toEqual({ data: [] });
    expect((await get('/v1/metrics/list')).body).toEqual({ metrics: [], count: 0 });
    expect((await get('/v1/export')).body).toMatchObject({ metrics: [], metadata: { metric_count: 0 } });
    expect((await get('/v1/stats')).body).toMatchObject({
      TotalMetrics: 0,
      TotalSeries: 0,
      OldestMetric: '0001-01-01T00:00:00Z',
      NewestMetric: '0001-01-01T00:00:00Z',
    });
  });

  it('tell how it is as /health does', async () => {
    const { status, body } = await get('/v1/health');
    const word = expect.any(String) as string;
    expect([status, body]).toEqual([200, { status: word, version: word, uptime: '0s' }]);
    // A busy machine is degraded now and then.
    const agree = async () => {
      const [{ body: own }, { body: told }] = [await get('/health'), await get('/v1/health')];
      const expected = (own as { status: string }).status === 'ok' ? 'healthy' : 'degraded';
      return (told as { status: string }).status === expected;
    };
    await expect.poll(agree).toBe(true);
  });

  const samples = [
    row('cpu_usage', 41.5, NOW_MS - 3_600_000, { labels: { host: 'a' } }),
    row('cpu_usage', 42.5, NOW_MS - 1800_123, { labels: { host: 'a' } }),
    row('http_requests_total', 100, NOW_MS - 60_000, {
      type: 'counter',
      labels: { service: 'api', path: '/"\\ü' },
    }),
    row('seconds_bucket', 3, NOW_MS - 60_000, { type: 'histogram', labels: { le: '0.5' } }),
    row('plain', -0.1, NOW_MS),
  ];

  it('give what was imported by value, as rows and as points', async () => {
    const old = row('cpu_usage', 1, NOW_MS - 86_400_001, { labels: { host: 'a' } });
    const answer = await post(gzipSync(exportOf([old, ...samples])), { 'Content-Encoding': 'gzip' });
    expect([answer.status, await answer.json()]).toEqual([
      200,
      {
        metrics_imported: 6,
        batches_written: 1,
        time_range: `${iso(NOW_MS - 86_400_001)} to ${iso(NOW_MS)}`,
        imported_at: iso(NOW_MS),
      },
    ]);
    expect((await get('/v1/query')).body).toEqual({ metrics: samples, count: 5 });
    expect((await get('/v1/query?metric=plain&start=2025-11-20T12:00:00')).body).toEqual({
      metrics: [samples[4]],
      count: 1,
    });
    expect((await get('/v1/query/range?metric=cpu_usage&start=2025-11-01T00:00:00Z')).body).toEqual({
      data: [
        {
          metric: 'cpu_usage',
          labels: { host: 'a' },
          points: [
            { t: NOW_MS - 86_400_001, v: 1 },
            { t: NOW_MS - 3_600_000, v: 41.5 },
            { t: NOW_MS - 1_800_123, v: 42.5 },
          ],
          resolution: 'raw',
        },
      ],
    });
    expect((await get('/v1/query/range?metric=plain')).body).toEqual({
      data: [{ metric: 'plain', points: [{ t: NOW_MS, v: -0.1 }], resolution: 'raw' }],
    });
    expect((await get('/v1/metrics/list')).body).toEqual({
      metrics: ['cpu_usage', 'http_requests_total', 'plain', 'seconds_bucket'],
      count: 4,
    });
    expect((await get('/v1/stats')).body).toMatchObject({
      TotalMetrics: 6,
      TotalSeries: 4,
      OldestMetric: iso(NOW_MS - 86_400_001),
      NewestMetric: iso(NOW_MS),
    });
    expect(await getApi(server.url, '/api/v1/metadata', { metric: 'seconds' })).toMatchObject({
      data: { seconds: [{ type: 'histogram' }] },
    });
  });

  it('average as many samples as have to be for the points asked for', async () => {
    const values = [1, 3, 5, 7, 9];
    const metrics = values.map((value, i) => row('averaged', value, NOW_MS - 5000 + 1000 * i));
    expect((await postJson(server.url, { metrics })).status).toBe(200);
    const { body } = await get('/v1/query/range?metric=averaged&maxPoints=2');
    expect(body).toMatchObject({
      data: [
        {
          points: [
            { t: NOW_MS - 5000, v: 3 },
            { t: NOW_MS - 2000, v: 8 },
          ],
        },
      ],
    });
  });

  it('write what cannot be a number in JSON as words, and no ends of series', async () => {
    const metrics = ['NaN', '+Inf', '-Inf', 'stale'].map((value, i) => row('odd', value, NOW_MS - 4 + i));
    expect((await postJson(server.url, { metrics })).status).toBe(200);
    expect((await get('/v1/query?metric=odd')).body).toEqual({ metrics: metrics.slice(0, 3), count: 3 });
    expect(await (await fetch(`${server.url}/v1/query/range?metric=odd`)).text()).toContain('"v":"NaN"');
  });

  it('refuse what the Go TinyObs would silently read as something else', async () => {
    for (const path of [
      '/v1/query?start=yesterday',
      '/v1/query?start=2025-11-20T12:00:00Z&end=2025-11-20T11:00:00Z',
      '/v1/query/range',
      '/v1/query/range?metric=cpu_usage&maxPoints=0',
      '/v1/query/range?metric=cpu_usage&maxPoints=many',
      '/v1/export?format=csv',
    ]) {
      const { status, body } = await get(path);
      expect([path, status, body]).toEqual([
        path,
        400,
        expect.objectContaining({ status: 'error', code: 'invalid_parameter' }),
      ]);
    }
  });

  it('name refused rows by their number, and store the others', async () => {
    const response = await post(
      exportOf([
        row('valid_metric', 10, NOW_MS),
        row('', 20, NOW_MS),
        row('invalid_type', 30, NOW_MS, { type: 'not_a_real_type' }),
        row('future_metric', 40, NOW_MS + 48 * 3_600_000),
        row('valid_metric', 50, NOW_MS - 1),
      ]),
    );
    const { code, count, refusedCount, refused } = (await response.json()) as RefusalAnswer;
    expect([response.status, code, count, refusedCount]).toEqual([400, 'invalid_metric_name', 2, 3]);
    expect(refused?.map((one) => [one.row, one.code])).toEqual([
      [1, 'invalid_metric_name'],
      [2, 'invalid_row'],
      [3, 'sample_too_new'],
    ]);
    expect((await get('/v1/query?metric=valid_metric')).body).toMatchObject({ count: 2 });
    expect((await status()).samples).toEqual({
      accepted: 8,
      refused: { invalid_metric_name: 1, invalid_row: 1, sample_too_new: 1 },
    });
  });

  it('take an export that is many times as long as a body may be, and give it back', async () => {
    const metrics = Array.from({ length: 12_000 }, (_, i) =>
      row('long', i, NOW_MS - i, { type: 'counter', labels: { shard: String(i % 3), pad: 'x'.repeat(40) } }),
    );
    const sent = exportOf(metrics);
    expect(sent.length).toBeGreaterThan(2_000_000);
    const answer = await post(sent);
    expect([answer.status, await answer.json()]).toMatchObject([200, { metrics_imported: 12_000 }]);
    const exported = await fetch(`${server.url}/v1/export?metric=long`);
    expect(exported.headers.get('content-disposition')).toBe(
      'attachment; filename=tinyobs-export-20251120-120000.json',
    );
    const file = await exported.text();
    const { metrics: rows, metadata } = JSON.parse(file) as Export;
    expect(metadata).toEqual({
      exported_at: iso(NOW_MS),
      start_time: iso(NOW_MS - 86_400_000),
      end_time: iso(NOW_MS),
      metric_count: 12_000,
      format: 'json',
      version: '1.0',
    });
    const byTime = (a: { timestamp: string }, b: { timestamp: string }) =>
      a.timestamp < b.timestamp ? 1 : -1;
    expect([...rows].sort(byTime)).toEqual(metrics);
    const other = await startTestServer({ now: () => NOW_MS });
    try {
      const moved = await fetch(`${other.url}/v1/import`, {
        method: 'POST',
        body: file,
        headers: { 'Content-Type': 'application/json' },
      });
      expect(moved.status).toBe(200);
      const again = await fetch(`${other.url}/v1/export?metric=long`);
      expect(await again.text()).toBe(file);
    } finally {
      await other.close();
    }
  });

  it('end an export that is cancelled where it is', async () => {
    const rows = Array.from({ length: 6000 }, (_, i) =>
      row('wide', i, NOW_MS - i, { labels: { pad: 'z'.repeat(2000) } }),
    );
    expect((await post(exportOf(rows))).status).toBe(200);
    const asked = request(`${server.url}/v1/export?metric=wide`).end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    const queries = async () =>
      ((await get('/v1/queries')).body as { queries: { id: string; route: string; text: string }[] }).queries;
    const [{ id, ...running }] = await queries();
    expect(running).toMatchObject({ route: '/v1/export', text: 'wide' });
    expect((await fetch(`${server.url}/v1/queries/${id}`, { method: 'DELETE' })).status).toBe(204);
    await expect(text(answer)).rejects.toThrow('aborted');
    expect(await queries()).toEqual([]);
  });

  it('say what is stored of an export that ends early, and where it ends', async () => {
    const rows = Array.from({ length: 3000 }, (_, i) =>
      row('early', i, NOW_MS - i, { labels: { pad: 'x'.repeat(99) } }),
    );
    const whole = exportOf(rows);
    const response = await post(whole.slice(0, -400));
    const { code, message, details } = (await response.json()) as RefusalAnswer & {
      details: { stored: number };
    };
    expect([response.status, code]).toEqual([400, 'malformed_json']);
    const { body } = await get('/v1/query?metric=early');
    const { count } = body as { count: number };
    expect(count).toBeGreaterThan(1000);
    expect(details.stored).toBe(count);
    expect(message).toMatch(/^line \d+, column \d+: .*; \d+ rows before it are stored/);
    expect(await (await post(whole)).json()).toMatchObject({ metrics_imported: 3000 });
    expect((await get('/v1/query?metric=early')).body).toMatchObject({ count: 3000 });
  });

  it('keep what came of an import whose sender goes away', async () => {
    const rows = Array.from({ length: 4000 }, (_, i) =>
      row('gone', i, NOW_MS - i, { labels: { pad: 'y'.repeat(99) } }),
    );
    const sent = request(`${server.url}/v1/import`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
    });
    sent.on('error', () => undefined);
    sent.write(exportOf(rows).slice(0, -400));
    const count = async () => ((await get('/v1/query?metric=gone')).body as { count: number }).count;
    await expect.poll(count).toBeGreaterThan(1000);
    sent.destroy();
    const refused = async () => (await status()).requests.refused;
    await expect.poll(refused).toMatchObject({ malformed_body: 1 });
    expect(await (await fetch(`${server.url}/metrics`)).text()).toContain(
      'tinyobs_limit_used{limit="memory.bodies"} 0\n',
    );
  });

  it('refuse a row of no end and bytes of no export, at once', async () => {
    const long = await post(`{"metrics":[{"name":"${'x'.repeat(3_000_000)}`);
    expect([long.status, ((await long.json()) as RefusalAnswer).code]).toEqual([413, 'body_too_large']);
    const csv = await post('timestamp,name,type,value\n'.repeat(100_000));
    expect([csv.status, ((await csv.json()) as RefusalAnswer).code]).toEqual([400, 'malformed_json']);
    const bomb = await post(gzipSync(Buffer.alloc(20_000_000, ' ')), { 'Content-Encoding': 'gzip' });
    expect([bomb.status, ((await bomb.json()) as RefusalAnswer).code]).toEqual([400, 'malformed_json']);
  });
});

describe('with keys and limits', () => {
  it('ask for the scopes, hold the limit of a key, and end exports that take too long', async () => {
    const server = await startTestServer({
      now: () => NOW_MS,
      auth: { adminKey: ADMIN_KEY },
      query: { timeout: '1ms' },
    });
    const admin = { Authorization: `Bearer ${ADMIN_KEY}`, 'Content-Type': 'application/json' };
    const keyOf = async (scope: string, limits = {}) => {
      const body = JSON.stringify({ name: scope, scopes: [scope], limits });
      const made = await fetch(`${server.url}/v1/keys`, { method: 'POST', headers: admin, body });
      return { ...admin, Authorization: `Bearer ${((await made.json()) as { key: string }).key}` };
    };
    try {
      const writer = await keyOf('ingest', { requestBytes: 100_000 });
      const reader = await keyOf('read');
      const rows = Array.from({ length: 20_000 }, (_, i) => row(`m${i % 50}`, i, NOW_MS - i));
      const send = async (headers: Record<string, string>, count: number) =>
        (
          await fetch(`${server.url}/v1/import`, {
            method: 'POST',
            headers,
            body: exportOf(rows.slice(0, count)),
          })
        ).status;
      expect([await send(reader, 1), await send(writer, 1), await send(writer, 2000)]).toEqual([
        403, 200, 413,
      ]);
      expect(await send(admin, 20_000)).toBe(200);
      for (const path of ['/v1/export', '/v1/query', '/v1/stats', '/v1/metrics/list', '/v1/query/range']) {
        expect([path, (await fetch(server.url + path, { headers: writer })).status]).toEqual([path, 403]);
      }
      expect((await fetch(`${server.url}/v1/health`)).status).toBe(200);
      const late = fetch(`${server.url}/v1/export`, { headers: reader }).then(async (response) => {
        if (response.ok) return response.text();
        throw new Error(((await response.json()) as RefusalAnswer).code);
      });
      await expect(late).rejects.toThrow(/terminated|query_timeout/);
    } finally {
      await server.close();
    }
  });
});
