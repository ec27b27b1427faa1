import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getApi, importText, startTestServer, type TestServer } from '../testServer.js';

const STEP_S = 15;
const START_S = 1_700_000_100;

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});

afterAll(() => server.close());

/** Two counters and a gauge, scraped once. */
async function scrape(at: number, extra = ''): Promise<void> {
  const timeMs = (START_S + at * STEP_S) * 1000;
  await importText(
    server.url,
    `shop_requests_total{job="a"} ${at * 3} ${timeMs}\nshop_requests_total{job="b"} ${at * 5} ${timeMs}\n` +
      `shop_temperature ${Math.sin(at)} ${timeMs}\n${extra}`,
  );
}

function ask(query: string, lastStep: number, extra: Record<string, string> = {}) {
  const end = START_S + lastStep * STEP_S;
  return getApi(server.url, '/api/v1/query_range', {
    query,
    start: end - 40 * STEP_S,
    end,
    step: STEP_S,
    ...extra,
  });
}

/** How many range queries had which outcome. */
async function outcomes(): Promise<Record<string, number>> {
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  const found = metrics.matchAll(/^tinyobs_query_cache_requests_total\{outcome="(\w+)"\} (\d+)$/gm);
  return Object.fromEntries([...found].map(([, outcome, count]) => [outcome, Number(count)]));
}

/** Compares the answer with one that is evaluated. */
async function check(query: string, lastStep: number): Promise<void> {
  const cached = await ask(query, lastStep);
  expect(cached).toEqual(await ask(query, lastStep, { nocache: '1' }));
  expect(cached.status).toBe('success');
}

describe('a dashboard that refreshes', () => {
  const panels = [
    'sum by (job) (rate(shop_requests_total[1m]))',
    'shop_temperature',
    'avg_over_time(shop_temperature[2m])',
    'shop_requests_total / on () group_left () shop_temperature',
  ];

  it('is answered from what is kept, as if all were evaluated', async () => {
    for (let at = 0; at < 60; at++) await scrape(at);
    for (let at = 60; at < 70; at++) {
      await scrape(at);
      for (const query of panels) await check(query, at);
    }
    expect(await outcomes()).toMatchObject({ hit: 0, partial: 36, miss: 4 });
    for (const query of panels) await check(query, 69);
    expect(await outcomes()).toMatchObject({ hit: 4, partial: 36, miss: 4 });
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toMatch(/^tinyobs_query_cache_results 4$/m);
    expect(metrics).toMatch(/^tinyobs_query_cache_bytes [1-9]\d+$/m);
    expect(metrics).toMatch(/^tinyobs_query_cache_evictions_total 0$/m);
  });

  it('sees samples that come late, those that are overwritten, and those that are deleted', async () => {
    const timeMs = (START_S + 50 * STEP_S) * 1000;
    await scrape(70, `shop_temperature 99 ${timeMs}\n`);
    for (const query of panels) await check(query, 70);
    expect(JSON.stringify((await ask('shop_temperature', 70)).data)).toContain('"99"');
    await importText(server.url, `shop_temperature 98 ${timeMs}\n`);
    for (const query of panels) await check(query, 70);
    expect(JSON.stringify((await ask('shop_temperature', 70)).data)).toContain('"98"');
    const match = new URLSearchParams({ 'match[]': 'shop_temperature' });
    const deleted = await fetch(`${server.url}/api/v1/admin/tsdb/delete_series?${match}`, { method: 'POST' });
    expect(deleted.status).toBe(204);
    for (const query of panels) await check(query, 70);
    expect((await ask('shop_temperature', 70)).data.result).toEqual([]);
  });

  it('keeps nothing of other phases, of queries about the range itself, and of what fails', async () => {
    const before = await outcomes();
    const end = START_S + 70 * STEP_S;
    const range = { start: end - 600 + 1, end, step: STEP_S };
    await getApi(server.url, '/api/v1/query_range', { query: panels[0], ...range });
    await ask('shop_requests_total @ end()', 70);
    await ask('shop_requests_total', 70, { stats: 'all' });
    await ask('shop_requests_total', 70, { limit: '1' });
    const failing = 'shop_requests_total * on () shop_requests_total';
    expect((await ask(failing, 70)).httpStatus).toBe(422);
    expect((await ask(failing, 70)).httpStatus).toBe(422);
    const after = await outcomes();
    expect(after).toEqual({ ...before, miss: before.miss + 3, bypass: before.bypass + 3 });
  });
});

describe('without a cache', () => {
  it('every range query is evaluated', async () => {
    const plain = await startTestServer({ query: { cache: { size: 'off' } } });
    await importText(plain.url, `x 1 ${START_S * 1000}\n`);
    const range = { start: START_S, end: START_S + 60, step: 15 };
    const answer = await getApi(plain.url, '/api/v1/query_range', { query: 'x', ...range });
    expect(answer.data.result).toHaveLength(1);
    expect(await (await fetch(`${plain.url}/metrics`)).text()).not.toContain('tinyobs_query_cache');
    await plain.close();
  });
});
