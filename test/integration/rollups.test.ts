import { describe, expect, it } from 'vitest';
import { getApi, importText, startTestServer, type TestServer } from '../testServer.js';

const MINUTE_S = 60;
const HOUR_S = 60 * MINUTE_S;
const DAY_S = 24 * HOUR_S;
const START_S = Math.floor(1_700_000_000 / DAY_S) * DAY_S;

/** A server that took a counter and a gauge every minute for three days, one of which it keeps as samples. */
async function agedServer(clock: { nowS: number }): Promise<TestServer> {
  const server = await startTestServer({
    now: () => clock.nowS * 1000,
    storage: { retention: { raw: '1d', rollup5m: '90d', rollup1h: 'off' } },
  });
  for (let day = 0; day < 3; day++) {
    const lines: string[] = [];
    for (let s = day * DAY_S; s < (day + 1) * DAY_S; s += MINUTE_S) {
      const timeMs = (START_S + s) * 1000;
      lines.push(`requests_total ${2 * s} ${timeMs}`, `temperature ${(s / MINUTE_S) % 60} ${timeMs}`);
    }
    clock.nowS = START_S + (day + 1) * DAY_S;
    await importText(server.url, `${lines.join('\n')}\n`);
  }
  await admin(server, 'flush');
  await admin(server, 'compact');
  return server;
}

async function admin(server: TestServer, action: string): Promise<void> {
  const response = await fetch(`${server.url}/api/v1/admin/${action}`, { method: 'POST' });
  expect(response.status).toBeLessThan(300);
}

describe('a server that has aged', () => {
  it('answers of old days from rollups, and says so and what it cannot', async () => {
    const clock = { nowS: START_S };
    const server = await agedServer(clock);
    try {
      const ask = (query: string, more: Record<string, string | number> = {}) =>
        getApi(server.url, '/api/v1/query', { query, time: START_S + 30 * HOUR_S, ...more });
      const valuesOf = async (query: string, more: Record<string, string | number> = {}) => {
        const { data } = await ask(query, more);
        return (data.result as { value: [number, string] }[]).map(({ value }) => value[1]);
      };
      expect(await valuesOf('rate(requests_total[1h])')).toEqual(['2']);
      expect(await valuesOf('increase(requests_total[5m])')).toEqual(['600']);
      expect(await valuesOf('increase(requests_total[1m])')).toEqual(['120']);
      expect(await valuesOf('max_over_time(temperature[1m])')).toEqual(['59']);
      expect(await valuesOf('avg_over_time(temperature[1h])')).toEqual(['29.5']);
      expect(await valuesOf('count_over_time(temperature[1h])', { max_source_resolution: '1h' })).toEqual([
        '60',
      ]);
      expect(await valuesOf('temperature')).toEqual(['0']);
      expect(await valuesOf('temperature', { max_source_resolution: '0s' })).toEqual([]);
      const found = await ask('temperature');
      expect(found).toMatchObject({ status: 'success', infos: [expect.stringContaining('rollups of 5m')] });
      const lateAnswer = await ask('temperature', { time: clock.nowS });
      expect(lateAnswer).not.toHaveProperty('infos');
      for (const query of [
        'quantile_over_time(0.9, temperature[1h])',
        'temperature[1h]',
        'sum_over_time(temperature[1m])',
      ]) {
        const refused = await ask(query);
        expect(refused).toMatchObject({ httpStatus: 422, errorType: 'execution', code: 'query_needs_raw' });
        expect(refused.error).toContain(new Date((START_S + 2 * DAY_S) * 1000).toISOString());
      }
      const bad = await ask('temperature', { max_source_resolution: 'fine' });
      expect(bad).toMatchObject({ httpStatus: 400, code: 'invalid_parameter' });
    } finally {
      await server.close();
    }
  });

  it('draws a graph over the border as if there were none', async () => {
    const clock = { nowS: START_S };
    const server = await agedServer(clock);
    try {
      for (const resolution of ['', 'auto', '5m', '1h']) {
        const { data } = await getApi(server.url, '/api/v1/query_range', {
          query: 'increase(requests_total[6h])',
          start: START_S + 6 * HOUR_S,
          end: START_S + 3 * DAY_S - 6 * HOUR_S,
          step: '6h',
          max_source_resolution: resolution,
        });
        const [{ values }] = data.result as { values: [number, string][] }[];
        expect(values).toHaveLength(11);
        for (const [, value] of values) expect(Number(value)).toBeCloseTo(2 * 6 * HOUR_S, 6);
      }
      const metrics = await (await fetch(`${server.url}/metrics`)).text();
      expect(metrics).toMatch(/tinyobs_storage_windows_rolled_up_total [1-9]/);
      expect(metrics).toMatch(/tinyobs_storage_rollup_duration_seconds_count [1-9]/);
      expect(metrics).toMatch(/tinyobs_storage_rollup_bytes [1-9]/);
      expect(metrics).toContain('tinyobs_storage_rollup_backlog_windows 0');
    } finally {
      await server.close();
    }
  });
});
