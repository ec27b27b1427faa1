import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@tinyobs/server';
import { afterEach, describe, expect, it } from 'vitest';
import { getApi, importRefusal, metricValue, startTestServer, type TestServer } from '../testServer.js';

let server: TestServer;
afterEach(() => server.close());

describe.each([{ worker: false }, { worker: true }])('POST /-/reload with %j', (options) => {
  /** A server that reads a file again; `write` changes that. */
  const start = async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'tinyobs-reload-'));
    const file = join(dataDir, 'tinyobs.yaml');
    const fixed = [
      'listen: 127.0.0.1:0',
      `dataDir: ${dataDir}`,
      'log: { level: silent }',
      'selfMonitoring: { interval: off }',
    ];
    const write = (...lines: string[]) => writeFileSync(file, [...fixed, ...lines].join('\n'));
    write('limits: { requestsPerMinute: off }', 'storage: { retention: { raw: off } }');
    const readConfig = () => loadConfig({ file, environment: {} }).input;
    server = await startTestServer({ ...readConfig(), ...options, dataDir, readConfig });
    return { write };
  };
  const post = async (method = 'POST') => {
    const response = await fetch(`${server.url}/-/reload`, { method });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  };
  const state = async () => ({
    config: (await getApi(server.url, '/api/v1/status/config')).data,
    runtime: (await getApi(server.url, '/api/v1/status/runtimeinfo')).data as unknown as Record<
      string,
      unknown
    >,
    isSuccessful: await metricValue(server.url, 'tinyobs_config_last_reload_successful'),
    seconds: await metricValue(server.url, 'tinyobs_config_last_reload_success_timestamp_seconds'),
  });
  const OFF = 'requestsPerMinute: off';
  const FOREVER = 'storage: { retention: { raw: off } }';

  it('takes what the sources have now, or says why it does not and changes nothing', async () => {
    const { write } = await start();
    const atStart = await state();
    expect(atStart).toMatchObject({ isSuccessful: 1, runtime: { reloadConfigSuccess: true } });
    write(FOREVER, `limits: { ${OFF}, series: many, seris: 5 }`);
    expect(await post()).toEqual({
      status: 422,
      body: {
        status: 'error',
        code: 'config_invalid',
        message: expect.stringMatching(
          /^2 problems in the configuration:\n.*tinyobs\.yaml:6: unknown configuration key limits\.seris; did you mean limits\.series\?\n.*tinyobs\.yaml:6: limits\.series is "many"; expected: a whole number/,
        ),
        details: expect.anything(),
      },
    });
    expect(await state()).toEqual({
      ...atStart,
      isSuccessful: 0,
      runtime: { ...atStart.runtime, reloadConfigSuccess: false, serverTime: expect.anything() },
    });
    write(FOREVER, `limits: { ${OFF}, labelsPerSeries: 2 }`, 'memory: { max: 1GiB }', 'insecure: true');
    expect(await post('PUT')).toMatchObject({
      status: 409,
      body: { code: 'config_needs_restart', message: expect.stringMatching(/^insecure, memory\.max cannot/) },
    });
    expect(await importRefusal(server.url, 'm{a="1",b="2"} 1')).toBe('');
    expect(server.server.obs.config.limits.labelsPerSeries).toBe(64);
    write(FOREVER, `limits: { ${OFF}, labelsPerSeries: 2 }`);
    expect(await post('PUT')).toEqual({
      status: 200,
      body: { status: 'ok', changes: [{ key: 'limits.labelsPerSeries', from: 64, to: 2 }] },
    });
    expect(await importRefusal(server.url, 'm{a="1",b="2"} 1')).toBe('too_many_labels');
    expect(server.server.obs.config.limits.labelsPerSeries).toBe(2);
    const atEnd = await state();
    expect(atEnd).toMatchObject({ isSuccessful: 1, runtime: { reloadConfigSuccess: true } });
    expect(atEnd.seconds).toBeGreaterThan(atStart.seconds);
    expect((await post('GET')).status).toBe(405);
    expect((await getApi(server.url, '/api/v1/status/flags')).data).toMatchObject({
      'web.enable-lifecycle': 'true',
    });
  });

  it('shows no secret that it takes, and asks for it from then on', async () => {
    const { write } = await start();
    const key = 'k'.repeat(30);
    write(FOREVER, `limits: { ${OFF} }`, `auth: { adminKey: ${key} }`);
    expect((await post()).body).toEqual({
      status: 'ok',
      changes: [{ key: 'auth.adminKey', to: '<secret>' }],
    });
    expect((await post()).status).toBe(401);
    const config = await fetch(`${server.url}/api/v1/status/config`, {
      headers: { Authorization: `Bearer ${key}` },
    });
    expect(await config.text()).toContain('adminKey: <secret>');
    // Taking it away lets nobody in: that takes a start, which looks at who could come in then.
    write(FOREVER, `limits: { ${OFF} }`);
    await server.server.obs.reload();
    expect((await post()).status).toBe(401);
  });

  it('loses no request under load, and every sample is there', async () => {
    const { write } = await start();
    let isOver = false;
    let sent = 0;
    const failures: unknown[] = [];
    const client = async (name: string) => {
      for (let i = 0; !isOver; i++) {
        const time = 1_700_000_000_000 + i;
        const body = `steady{client="${name}",a="1"} 1 ${time}\n`;
        const answers = [
          await fetch(`${server.url}/api/v1/import/prometheus`, { method: 'POST', body }),
          await fetch(`${server.url}/api/v1/query?query=count(steady)&time=1700000000`),
          await fetch(
            `${server.url}/api/v1/query_range?query=steady&start=1700000000&end=1700000100&step=10`,
          ),
        ];
        sent++;
        for (const answer of answers) {
          if (!answer.ok) failures.push([answer.url, answer.status, await answer.text()]);
          else await answer.arrayBuffer();
        }
      }
    };
    const clients = ['a', 'b', 'c', 'd'].map(client);
    for (let i = 0; i < 30; i++) {
      const limits = `limits: { ${OFF}, labelsPerSeries: ${3 + (i % 5)}, series: ${1000 + i} }`;
      const query = `query: { concurrency: ${5 + i}, cache: { ttl: ${1 + (i % 2)}m }, lookback: ${5 + i}m }`;
      write(`storage: { retention: { raw: off, matchers: '{x="y"}: ${1 + i}d' } }`, limits, query);
      expect(await post()).toMatchObject({ status: 200 });
      write('limits: { series: none }');
      expect(await post()).toMatchObject({ status: 422 });
      const before = sent;
      await expect.poll(() => sent).toBeGreaterThan(before + 4);
    }
    isOver = true;
    await Promise.all(clients);
    expect(failures).toEqual([]);
    const { data } = await getApi(server.url, '/api/v1/query', {
      query: 'sum(count_over_time(steady[1d]))',
      time: 1_700_003_600,
    });
    expect(data.result).toMatchObject([{ value: [1_700_003_600, String(sent)] }]);
    expect(sent).toBeGreaterThan(120);
    expect(await importRefusal(server.url, 'm{a="1",b="2",c="3",d="4",e="5",f="6",g="7"} 1')).toBe(
      'too_many_labels',
    );
    expect(await importRefusal(server.url, 'm{a="1",b="2",c="3"} 1')).toBe('');
  });
});
