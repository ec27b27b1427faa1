import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getApi, importText, startTestServer, type TestServer } from '../testServer.js';

const START_S = 1_700_000_000;
const HOUR_S = 3600;

let test: TestServer;
beforeEach(async () => {
  test = await startTestServer();
});
afterEach(() => test.close());

/** A POST has its parameters in the URL, a PUT in a form. */
const admin = (
  path: string,
  parameters: [string, string][] = [],
  method: 'POST' | 'PUT' | 'GET' = 'POST',
) => {
  const encoded = new URLSearchParams(parameters);
  const url = `${test.url}/api/v1/admin/${path}`;
  return method === 'PUT' ? fetch(url, { method, body: encoded }) : fetch(`${url}?${encoded}`, { method });
};

async function metricsOf(name: string): Promise<number> {
  const text = await (await fetch(`${test.url}/metrics`)).text();
  return Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1]);
}

async function valuesOf(query: string): Promise<unknown> {
  const { data } = await getApi(test.url, '/api/v1/query', { query, time: START_S + HOUR_S });
  return data.result;
}

const lines = (job: string, value: number) =>
  Array.from({ length: 10 }, (_, i) => `m{job="${job}"} ${value} ${(START_S + i * 60) * 1000}\n`).join('');

describe('the admin API', () => {
  it('flushes and compacts, and answers when that is done', async () => {
    for (let run = 0; run < 3; run++) {
      await importText(test.url, lines('a', run));
      expect((await admin('flush')).status).toBe(204);
    }
    expect(await metricsOf('tinyobs_storage_runs')).toBeGreaterThan(0);
    expect((await admin('compact', [], 'PUT')).status).toBe(204);
    expect(await metricsOf('tinyobs_storage_runs')).toBe(1);
    expect(await metricsOf('tinyobs_storage_compactions_total')).toBeGreaterThan(0);
    expect(await metricsOf('tinyobs_storage_compaction_backlog_runs')).toBe(0);
    expect(await valuesOf('sum(sum_over_time(m[2h]))')).toMatchObject([{ value: [START_S + HOUR_S, '20'] }]);
  });

  it('deletes series by matchers and times, then cleans up', async () => {
    await importText(test.url, lines('a', 1) + lines('b', 1));
    await admin('flush');
    const range: [string, string][] = [
      ['start', String(START_S + 60)],
      ['end', String(START_S + 240)],
    ];
    const deleted = await admin('tsdb/delete_series', [['match[]', 'm{job="a"}'], ...range], 'PUT');
    expect(deleted.status).toBe(204);
    const left = [
      { metric: { job: 'a' }, value: [START_S + HOUR_S, '6'] },
      { metric: { job: 'b' }, value: [START_S + HOUR_S, '10'] },
    ];
    expect(await valuesOf('sum by (job) (count_over_time(m[2h]))')).toEqual(left);
    expect(await metricsOf('tinyobs_storage_deletions')).toBe(1);
    expect((await admin('tsdb/clean_tombstones')).status).toBe(204);
    expect(await metricsOf('tinyobs_storage_deletions')).toBe(0);
    expect(await metricsOf('tinyobs_storage_block_samples')).toBe(16);
    expect(await valuesOf('sum by (job) (count_over_time(m[2h]))')).toEqual(left);
    await importText(test.url, `m{job="a"} 1 ${(START_S + 60) * 1000}\n`);
    expect(await valuesOf('count_over_time(m{job="a"}[2h])')).toMatchObject([
      { value: [START_S + HOUR_S, '7'] },
    ]);
  });

  it('refuses what it cannot do', async () => {
    const refused = await admin('tsdb/delete_series');
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ status: 'error', errorType: 'bad_data' });
    expect((await admin('tsdb/delete_series', [['match[]', 'm{']])).status).toBe(400);
    expect((await admin('compact', [], 'GET')).status).toBe(405);
  });
});

describe('retention', () => {
  it('refuses what is too old already, and hides what a rule says is', async () => {
    const nowMs = START_S * 1000 + 30 * 24 * HOUR_S * 1000;
    const strict = await startTestServer({
      now: () => nowMs,
      storage: { retention: { raw: '15d', matchers: { '{job="debug"}': '1d' } } },
    });
    try {
      const old = `m{job="a"} 1 ${nowMs - 16 * 24 * HOUR_S * 1000}\n`;
      await expect(importText(strict.url, old)).rejects.toThrow(/sample_too_old|older than what is kept/);
      const twoDaysMs = nowMs - 2 * 24 * HOUR_S * 1000;
      await importText(strict.url, `m{job="a"} 1 ${twoDaysMs}\nm{job="debug"} 1 ${twoDaysMs}\n`);
      const { data } = await getApi(strict.url, '/api/v1/query', { query: 'm', time: twoDaysMs / 1000 });
      expect(data.result).toMatchObject([{ metric: { job: 'a' } }]);
    } finally {
      await strict.close();
    }
  });

  it('refuses rules it cannot read', async () => {
    const storage = { retention: { matchers: { '{job=': '1d' } } };
    await expect(startTestServer({ storage })).rejects.toMatchObject({ code: 'config_invalid' });
  });
});
