import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getApi, importText, startTestServer, type TestServer } from '../testServer.js';

const T0 = 1_700_000_000;
/** Reads its samples at once, and then takes many seconds. */
const SLOW = 'count(load) + quantile_over_time(0.5, vector(time() ^ 2 % 9973)[24h:1s])';
const STEPS = { start: T0 - 10_000, end: T0, step: 1 };

interface Listed {
  readonly id: string;
  readonly state: string;
  readonly samplesRead: number;
}

describe.each([
  ["in the host's thread", false],
  ['in a thread of its own', true],
])('queries that run %s', (_where, worker) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ worker, query: { concurrency: 1, queue: 5 } });
    const lines = Array.from({ length: 300 }, (_, i) => `load{id="${i}"} ${i} ${T0 * 1000}`);
    await importText(server.url, `${lines.join('\n')}\n`);
  });
  afterAll(() => server.close());

  const list = async (): Promise<Listed[]> => {
    const answer = await fetch(`${server.url}/v1/queries`);
    expect(answer.status).toBe(200);
    return ((await answer.json()) as { queries: Listed[] }).queries;
  };
  const cancel = (id: string) => fetch(`${server.url}/v1/queries/${id}`, { method: 'DELETE' });
  const ask = (query: string) => getApi(server.url, '/api/v1/query_range', { query, ...STEPS });

  it('are listed, running and waiting, and end when they are told to', async () => {
    const startMs = Date.now();
    const running = ask(SLOW);
    await expect.poll(async () => (await list()).map(({ samplesRead }) => samplesRead)).toEqual([300]);
    const waiting = fetch(`${server.url}/api/v1/series?match[]=load&match[]=up`, {
      headers: { 'X-Request-Id': 'who-waits' },
    });
    await expect.poll(async () => (await list()).length).toBe(2);
    const [first, second] = await list();
    expect(first).toMatchObject({
      id: expect.stringMatching(/^[\w-]+$/),
      state: 'running',
      route: '/api/v1/query_range',
      text: SLOW,
      textLength: SLOW.length,
      client: '127.0.0.1',
      samplesRead: 300,
      seconds: expect.any(Number),
    });
    expect(Date.parse((first as unknown as { since: string }).since)).toBeGreaterThanOrEqual(startMs);
    expect(second).toMatchObject({
      state: 'waiting',
      route: '/api/v1/series',
      text: 'load up',
      requestId: 'who-waits',
    });
    expect((await cancel(second.id)).status).toBe(204);
    const refused = await waiting;
    expect([refused.status, await refused.json()]).toMatchObject([503, { code: 'query_canceled' }]);
    expect((await cancel(first.id)).status).toBe(204);
    expect(await running).toMatchObject({ httpStatus: 503, errorType: 'canceled', code: 'query_canceled' });
    expect(await list()).toEqual([]);
  });

  it('are not found once they are over, or never were', async () => {
    const answer = await cancel('nobody');
    expect([answer.status, await answer.json()]).toMatchObject([
      404,
      { code: 'not_found', details: { id: 'nobody' } },
    ]);
  });

  it('are listed with the beginning of a long text', async () => {
    const running = ask(`${SLOW}${' '.repeat(5000)}+ 1`);
    await expect.poll(async () => (await list()).length).toBe(1);
    const [only] = await list();
    expect(only).toMatchObject({ text: expect.stringMatching(/^.{1000}$/), textLength: SLOW.length + 5003 });
    await cancel(only.id);
    expect((await running).httpStatus).toBe(503);
  });

  it('are listed with who asks: the key, and the address that a trusted proxy names', async () => {
    const adminKey = 'test-admin-key-0123456789abcdef';
    const guarded = await startTestServer({
      worker,
      auth: { adminKey },
      server: { trustedProxies: ['127.0.0.0/8'] },
    });
    const headers = { Authorization: `Bearer ${adminKey}` };
    const asked = new URLSearchParams({ query: SLOW, start: '0', end: '10000', step: '1' });
    const running = fetch(`${guarded.url}/api/v1/query_range?${asked}`, {
      headers: { ...headers, 'X-Forwarded-For': '10.0.0.7' },
    });
    const read = async () => {
      const answer = await fetch(`${guarded.url}/v1/queries`, { headers });
      return ((await answer.json()) as { queries: Listed[] }).queries;
    };
    await expect.poll(async () => (await read()).length).toBe(1);
    const [only] = await read();
    expect(only).toMatchObject({ client: '10.0.0.7', key: 'configuration' });
    expect((await fetch(`${guarded.url}/v1/queries`)).status).toBe(401);
    await fetch(`${guarded.url}/v1/queries/${only.id}`, { method: 'DELETE', headers });
    expect((await running).status).toBe(503);
    const audit = await fetch(`${guarded.url}/v1/audit?limit=1`, { headers });
    expect(await audit.json()).toMatchObject({
      entries: [
        { key: 'configuration', action: `DELETE /v1/queries/${only.id}`, from: '127.0.0.1', result: '204' },
      ],
    });
    await guarded.close();
  });

  it('are not for other methods', async () => {
    expect((await fetch(`${server.url}/v1/queries`, { method: 'POST' })).status).toBe(405);
    expect((await fetch(`${server.url}/v1/queries/x`)).status).toBe(405);
  });
});
