import { get } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getApi, importText, startTestServer, type TestServer } from '../testServer.js';

const T0 = 1_700_000_000;
const STEPS = { start: T0 - 10_000, end: T0, step: 1 };

/** Takes many seconds, and lets the event loop turn all the while. */
const SLOW = 'quantile_over_time(0.5, vector(time() ^ 2 % 9973)[24h:1s])';

async function startWithSeries(query: NonNullable<Parameters<typeof startTestServer>[0]>['query']) {
  const server = await startTestServer({ query });
  const lines = Array.from({ length: 300 }, (_, i) => `load{id="${i}"} ${i} ${T0 * 1000}`);
  await importText(server.url, `${lines.join('\n')}\n`);
  return server;
}

async function metric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  return Number(line?.slice(name.length));
}

/** Asks until a metric has a value: nothing tells when a request has come in. */
async function metricIs(url: string, name: string, value: number): Promise<void> {
  while ((await metric(url, name)) !== value) await new Promise((resolve) => setImmediate(resolve));
}

describe('limits of queries over HTTP', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startWithSeries({
      series: 100,
      points: 1000,
      length: 5000,
      depth: 50,
      samples: 100_000,
      responseBytes: '20KB',
    });
  });
  afterAll(() => server.close());

  it.each<[string, Record<string, string | number>, number, string | undefined]>([
    ['query', { query: 'x'.repeat(5001) }, 400, 'query_too_long'],
    ['query', { query: '('.repeat(51) + 1 + ')'.repeat(51) }, 400, 'query_too_deep'],
    ['query_range', { query: '1', start: 0, end: 1001, step: 1 }, 400, 'query_too_many_points'],
    ['query', { query: 'load', time: T0 }, 422, 'query_too_many_series'],
    ['query', { query: 'max_over_time(vector(1)[1d:1ms])' }, 422, 'query_too_many_samples'],
    ['query_range', { query: 'vector(time())', start: 0, end: 900, step: 1 }, 200, undefined],
    [
      'query_range',
      { query: 'vector(time()) / 7', start: 0, end: 900, step: 1 },
      422,
      'query_response_too_large',
    ],
    ['series', { 'match[]': 'load' }, 422, 'query_too_many_series'],
    ['series', { 'match[]': 'load', limit: 100 }, 200, undefined],
    ['series', { 'match[]': 'load', limit: 101 }, 422, 'query_too_many_series'],
    ['label/id/values', {}, 422, 'query_too_many_series'],
    ['label/id/values', { limit: 3 }, 200, undefined],
    ['labels', {}, 200, undefined],
    ['status/tsdb', {}, 200, undefined],
  ])('%s of %j is answered %i %s', async (path, parameters, status, code) => {
    const answer = await getApi(server.url, `/api/v1/${path}`, parameters);
    expect([answer.httpStatus, answer.code]).toEqual([status, code]);
  });
});

describe('queries that run at a time', () => {
  let server: TestServer;
  const slow = () => getApi(server.url, '/api/v1/query_range', { query: SLOW, ...STEPS });
  beforeAll(async () => {
    server = await startWithSeries({ concurrency: 1, queue: 1, timeout: '3s' });
  });
  afterAll(() => server.close());

  it('wait for their turn, are refused past the queue, and time out wherever they are', async () => {
    const running = slow();
    await metricIs(server.url, 'tinyobs_queries_running', 1);
    const waiting = getApi(server.url, '/api/v1/query', { query: '1', timeout: '1' });
    await metricIs(server.url, 'tinyobs_queries_waiting', 1);
    const refused = await fetch(`${server.url}/api/v1/labels`);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await refused.json()).toMatchObject({ errorType: 'unavailable', code: 'query_overload' });
    expect(await getApi(server.url, '/v1/cardinality')).toMatchObject({
      httpStatus: 503,
      code: 'query_overload',
    });
    expect(await waiting).toMatchObject({
      httpStatus: 503,
      errorType: 'timeout',
      error: 'query timed out in query queue',
    });
    expect(await running).toMatchObject({
      httpStatus: 503,
      errorType: 'timeout',
      error: 'query timed out in expression evaluation',
    });
    await metricIs(server.url, 'tinyobs_queries_running', 0);
  });

  it('end when their client goes away, running or waiting', async () => {
    const before = await metric(server.url, 'tinyobs_http_errors_total{code="query_canceled"}');
    const aborts = [new AbortController(), new AbortController()];
    const url = `${server.url}/api/v1/query_range?${new URLSearchParams({ query: SLOW, start: `${STEPS.start}`, end: `${STEPS.end}`, step: '1' })}`;
    const first = fetch(url, { signal: aborts[0].signal });
    await metricIs(server.url, 'tinyobs_queries_running', 1);
    const second = fetch(url, { signal: aborts[1].signal });
    await metricIs(server.url, 'tinyobs_queries_waiting', 1);
    for (const abort of aborts) abort.abort();
    await expect(first).rejects.toThrow('abort');
    await expect(second).rejects.toThrow('abort');
    await metricIs(server.url, 'tinyobs_queries_running', 0);
    await metricIs(server.url, 'tinyobs_queries_waiting', 0);
    const after = await metric(server.url, 'tinyobs_http_errors_total{code="query_canceled"}');
    expect(after - (Number.isNaN(before) ? 0 : before)).toBe(2);
  });
});

describe('a client that reads slowly', () => {
  it('does not make the server write out more than it takes', async () => {
    const server = await startWithSeries({});
    const query = new URLSearchParams({
      query: 'load + time()',
      start: `${T0}`,
      end: `${T0 + 299}`,
      step: '0.1',
    });
    const { read, ended } = await new Promise<{ read: () => void; ended: Promise<number> }>((resolve) => {
      get(`${server.url}/api/v1/query_range?${query}`, (response) => {
        let bytes = 0;
        response.pause();
        const whole = new Promise<number>((done) => response.on('end', () => done(bytes)));
        resolve({
          read: () => {
            response.on('data', (chunk: Buffer) => {
              bytes += chunk.length;
            });
            response.resume();
          },
          ended: whole,
        });
      });
    });
    const memory = process.memoryUsage().heapUsed + process.memoryUsage().external;
    // Others are answered meanwhile, and what is not read is not made.
    for (let i = 0; i < 50; i++) await getApi(server.url, '/api/v1/query', { query: '1' });
    const grown = process.memoryUsage().heapUsed + process.memoryUsage().external - memory;
    expect(grown).toBeLessThan(30_000_000);
    read();
    expect(await ended).toBeGreaterThan(20_000_000);
    await server.close();
  });
});
