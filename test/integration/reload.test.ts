import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConfigInput, configKeys, createTinyObs, loadConfig } from '@tinyobs/server';
import { afterEach, describe, expect, it } from 'vitest';
import { getApi, importText, rawRequest, startTestServer, type TestServer } from '../testServer.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let server: TestServer;
afterEach(() => server.close());

/** What a test server has, so that a reload changes no more than it says. */
function inputWith(...settings: readonly (readonly [path: string, value: unknown])[]): ConfigInput {
  const input = {
    listen: '127.0.0.1:0',
    dataDir: server.dataDir,
    log: { level: 'silent' },
    selfMonitoring: { interval: 'off' },
    storage: { retention: { raw: 'off' } },
    limits: { requestsPerMinute: 'off' },
  };
  for (const [path, value] of settings) {
    const parts = path.split('.');
    let node = input as Record<string, unknown>;
    for (const part of parts.slice(0, -1)) {
      node[part] ??= {};
      node = node[part] as Record<string, unknown>;
    }
    node[parts[parts.length - 1]] = value;
  }
  return input as ConfigInput;
}

let written = 0;
/** The code of a refused import of one sample, of a new series of the metric `many` by default; '' when it is taken. */
async function importCode(sample = `many{i="${written++}"} 1`): Promise<string> {
  const response = await fetch(`${server.url}/api/v1/import/prometheus`, {
    method: 'POST',
    body: `${sample}\n`,
  });
  return response.ok ? '' : ((await response.json()) as { code: string }).code;
}

/** The code of a refused query, or how many series it found. */
async function query(text: string, parameters: Record<string, number> = {}): Promise<string | number> {
  const path = 'step' in parameters ? '/api/v1/query_range' : '/api/v1/query';
  const { code, data } = await getApi(server.url, path, { query: text, ...parameters });
  return code ?? (data.result as unknown[]).length;
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'm').exec(text)?.[1]);
}

/** Requests that a client behind a proxy may still send in its minute. */
async function requestsLeft(client: string): Promise<number> {
  const { headers } = await fetch(`${server.url}/health`, { headers: { 'X-Forwarded-For': client } });
  return Number(/remaining=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1]);
}

/** The codes of several slow queries at once. */
async function together(count: number): Promise<string[]> {
  const slow = 'sum_over_time(quantile_over_time(0.5, vector(1)[1000s:1s])[2000s:1s])';
  const codes = await Promise.all(Array.from({ length: count }, () => query(slow)));
  return [...new Set(codes.map((code) => (code === 1 ? '' : String(code))))].sort();
}

interface Case {
  readonly to: unknown;
  /** What is set besides, before and after. */
  readonly beside?: readonly (readonly [path: string, value: unknown])[];
  readonly prepare?: () => Promise<unknown>;
  readonly shows: () => Promise<unknown>;
  readonly before: unknown;
  readonly after: unknown;
  /** After it was put back, where that is something else than before. */
  readonly again?: unknown;
}

const minutesAgo = (minutes: number) => Date.now() - minutes * MINUTE_MS;

/** Every reloadable key, and what shows that it is in force. */
const CASES: Readonly<Record<string, Case>> = {
  'log.level': {
    to: 'fatal',
    shows: async () => (await getApi(server.url, '/api/v1/status/flags')).data,
    before: expect.objectContaining({ 'log.level': 'silent' }),
    after: expect.objectContaining({ 'log.level': 'fatal' }),
  },
  'storage.minFreeBytes': {
    to: '100000TB',
    shows: async () => {
      const isWanted = server.server.obs.config.storage.minFreeBytes > 1e15;
      await expect.poll(async () => (await fetch(`${server.url}/ready`)).ok).toBe(!isWanted);
      return importCode();
    },
    before: '',
    after: 'store_full',
  },
  'storage.retention.raw': {
    to: '1h',
    shows: () => importCode(`old 1 ${minutesAgo(90)}`),
    before: '',
    after: 'sample_too_old',
  },
  'storage.retention.rollup5m': {
    to: '0s',
    shows: async () => server.server.obs.config.storage.retention.rollup5m,
    before: 90 * 24 * HOUR_MS,
    after: 0,
  },
  'storage.retention.rollup1h': {
    to: 'off',
    shows: async () => server.server.obs.config.storage.retention.rollup1h,
    before: 365 * 24 * HOUR_MS,
    after: undefined,
  },
  'storage.retention.matchers': {
    to: { '{job="debug"}': '1h' },
    shows: async () => {
      const time = minutesAgo(70) / 1000;
      return [
        await query('debugged', { time }),
        await query('debugged', { start: time, end: time + 60, step: 30 }),
      ];
    },
    before: [1, 1],
    after: [0, 0],
  },
  'storage.retention.size': {
    to: 1,
    shows: async () => server.server.obs.config.storage.retention.size,
    before: undefined,
    after: 1,
  },
  'limits.series': { to: 1, shows: () => importCode(), before: '', after: 'too_many_series' },
  'limits.seriesPerMetric': {
    to: 1,
    shows: () => importCode(),
    before: '',
    after: 'too_many_series_per_metric',
  },
  'limits.indexedSeries': { to: 1, shows: () => importCode(), before: '', after: 'too_many_series' },
  'limits.labelsPerSeries': {
    to: 2,
    shows: () => importCode('m{a="1",b="2"} 1'),
    before: '',
    after: 'too_many_labels',
  },
  'limits.labelNameBytes': {
    to: 8,
    shows: () => importCode('m{long_name="1"} 1'),
    before: '',
    after: 'label_name_too_long',
  },
  'limits.labelValueBytes': {
    to: 8,
    shows: () => importCode('m{a="long_value"} 1'),
    before: '',
    after: 'label_value_too_long',
  },
  'limits.requestBytes': {
    to: '10B',
    shows: () => importCode('m{a="1"} 1'),
    before: '',
    after: 'body_too_large',
  },
  'limits.futureTime': {
    to: '2h',
    shows: () => importCode(`m 1 ${Date.now() + HOUR_MS}`),
    before: 'sample_too_new',
    after: '',
  },
  'limits.requestsPerMinute': {
    to: 2,
    shows: async () => {
      const statuses: number[] = [];
      for (let i = 0; i < 4; i++) statuses.push((await fetch(`${server.url}/health`)).status);
      return statuses;
    },
    before: [200, 200, 200, 200],
    after: [200, 200, 429, 429],
  },
  'query.lookback': {
    to: '1h',
    shows: async () => {
      const times = { start: minutesAgo(40) / 1000, end: minutesAgo(30) / 1000, step: 60 };
      const federated = await (await fetch(`${server.url}/federate?match[]=an_hour_old`)).text();
      return [
        await query('an_hour_old', times),
        await query('half_an_hour_old'),
        federated.includes('an_hour_old'),
      ];
    },
    before: [0, 0, false],
    after: [1, 1, true],
  },
  'query.timeout': {
    to: '1ms',
    shows: () => together(1),
    before: [''],
    after: ['query_timeout'],
  },
  'query.samples': { to: 2, shows: () => query('known'), before: 3, after: 'query_too_many_samples' },
  'query.series': {
    to: 2,
    shows: async () => [
      await query('known'),
      (await fetch(`${server.url}/api/v1/series?match[]=known`)).status,
    ],
    before: [3, 200],
    after: ['query_too_many_series', 422],
  },
  'query.points': {
    to: 5,
    shows: () => query('vector(1)', { start: 0, end: 60, step: 10 }),
    before: 1,
    after: 'query_too_many_points',
  },
  'query.length': { to: 10, shows: () => query('sum(vector(1))'), before: 1, after: 'query_too_long' },
  'query.depth': {
    to: 2,
    shows: () => query('abs(abs(abs(vector(1))))'),
    before: 1,
    after: 'query_too_deep',
  },
  'query.responseBytes': {
    to: 50,
    shows: () => query('known'),
    before: 3,
    after: 'query_response_too_large',
  },
  'query.concurrency': {
    to: 1,
    beside: [['query.queue', 1]],
    shows: () => together(4),
    before: [''],
    after: ['', 'query_overload'],
  },
  'query.queue': {
    to: 1,
    beside: [['query.concurrency', 1]],
    shows: () => together(4),
    before: [''],
    after: ['', 'query_overload'],
  },
  'query.cache.ttl': {
    to: '1m',
    // Results are kept for the time that was said last, so those there are go.
    prepare: () => query('known', { start: minutesAgo(5) / 1000, end: minutesAgo(1) / 1000, step: 60 }),
    shows: async () => (await metric('tinyobs_query_cache_results')) > 0,
    before: true,
    after: false,
    again: false,
  },
  'promql.experimental': {
    to: true,
    shows: () => query('sort_by_label(known, "i")'),
    before: 'query_type',
    after: 3,
  },
  'server.hosts': {
    to: ['metrics.lan'],
    shows: async () =>
      (await rawRequest(`${server.url}/health`, { headers: { Host: 'metrics.lan' } })).status,
    before: 403,
    after: 200,
  },
  'server.trustedProxies': {
    to: ['127.0.0.0/8'],
    beside: [['limits.requestsPerMinute', 1000]],
    // Of two clients behind a proxy that is trusted each has all its requests.
    shows: async () =>
      [await requestsLeft('10.0.0.1'), await requestsLeft('10.0.0.2')].every((left) => left === 999),
    before: false,
    after: true,
  },
  'server.cors.origins': {
    to: ['https://app.example'],
    shows: async () => {
      const { headers } = await fetch(`${server.url}/health`, { headers: { Origin: 'https://app.example' } });
      return headers.get('access-control-allow-origin');
    },
    before: null,
    after: 'https://app.example',
  },
  // The last: once keys are in use they stay so until a start has looked at who could come in without.
  'auth.adminKey': {
    to: 'k'.repeat(30),
    shows: async () => (await fetch(`${server.url}/api/v1/labels`)).status,
    before: 200,
    after: 401,
    again: 401,
  },
};

/** Those whose effect takes the own metrics, or a log: overflowSeries.test.ts, logging.test.ts. */
const ELSEWHERE = ['limits.overflowSeries', 'log.repeats'];

describe.each([{ worker: false }, { worker: true }])('a reload of %j', (options) => {
  it('has a case for each key that is reloadable', async () => {
    server = await startTestServer(options);
    const reloadable = configKeys().filter((key) => key.isReloadable);
    expect([...Object.keys(CASES), ...ELSEWHERE].sort()).toEqual(reloadable.map(({ path }) => path).sort());
  });

  it('puts each of these keys in force, and back', async () => {
    server = await startTestServer(options);
    const { obs } = server.server;
    const texts = [
      ...[0, 1, 2].map((i) => `known{i="${i}"} 1`),
      `half_an_hour_old 1 ${minutesAgo(30)}`,
      `an_hour_old 1 ${minutesAgo(55)}`,
      `debugged{job="debug"} 1 ${minutesAgo(71)}`,
    ];
    await importText(server.url, `${texts.join('\n')}\n`);
    for (const [key, { to, beside = [], prepare, shows, before, after, ...rest }] of Object.entries(CASES)) {
      await obs.reload(inputWith(...beside));
      await prepare?.();
      expect(await shows(), `${key} before`).toEqual(before);
      const { changes } = await obs.reload(inputWith(...beside, [key, to]));
      expect(changes.map((change) => change.key)).toEqual([key]);
      expect(await shows(), `${key} after`).toEqual(after);
      await obs.reload(inputWith(...beside));
      expect(await shows(), `${key} put back`).toEqual('again' in rest ? rest.again : before);
    }
  });
});

describe('a reload of retention', () => {
  it('drops what is too old or too much by now, and makes rollups of it or not', async () => {
    const DAY_MS = 24 * HOUR_MS;
    const clock = { nowMs: Math.floor(Date.now() / DAY_MS) * DAY_MS };
    server = await startTestServer({ now: () => clock.nowMs, storage: { retention: { raw: '1d' } } });
    const { obs } = server.server;
    const state = async () => {
      for (const action of ['flush', 'compact']) {
        expect((await fetch(`${server.url}/api/v1/admin/${action}`, { method: 'POST' })).status).toBe(204);
      }
      const names = ['windows_rolled_up_total', 'runs_dropped_total', 'rollup_bytes', 'block_samples'];
      const [rolledUp, dropped, rollupBytes, samples] = await Promise.all(
        names.map((name) => metric(`tinyobs_storage_${name}`)),
      );
      return { rolledUp, dropped, hasRollups: rollupBytes > 0, samples };
    };
    const reload = (raw: string, rollups: string, size: string) =>
      obs.reload(
        inputWith(
          ['storage.retention.raw', raw],
          ['storage.retention.rollup5m', rollups],
          ['storage.retention.rollup1h', rollups],
          ['storage.retention.size', size],
        ),
      );
    await reload('10d', '0s', 'off');
    await importText(server.url, 'm 1\n');
    clock.nowMs += 5 * DAY_MS;
    await importText(server.url, 'm 2\n');
    expect(await state()).toEqual({ rolledUp: 0, dropped: 0, hasRollups: false, samples: 2 });
    await reload('4d', '90d', 'off');
    expect(await state()).toEqual({ rolledUp: 1, dropped: 0, hasRollups: true, samples: 1 });
    await reload('4d', '0s', 'off');
    expect(await state()).toMatchObject({ dropped: 2, hasRollups: false, samples: 1 });
    clock.nowMs += DAY_MS;
    await importText(server.url, 'm 3\n');
    expect(await state()).toMatchObject({ dropped: 2, samples: 2 });
    await reload('4d', '0s', '1B');
    expect(await state()).toMatchObject({ dropped: 3, samples: 1 });
  });
});

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
    isSuccessful: await metric('tinyobs_config_last_reload_successful'),
    seconds: await metric('tinyobs_config_last_reload_success_timestamp_seconds'),
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
    expect(await importCode('m{a="1",b="2"} 1')).toBe('');
    expect(server.server.obs.config.limits.labelsPerSeries).toBe(64);
    write(FOREVER, `limits: { ${OFF}, labelsPerSeries: 2 }`);
    expect(await post('PUT')).toEqual({
      status: 200,
      body: { status: 'ok', changes: [{ key: 'limits.labelsPerSeries', from: 64, to: 2 }] },
    });
    expect(await importCode('m{a="1",b="2"} 1')).toBe('too_many_labels');
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
    expect(await importCode('m{a="1",b="2",c="3",d="4",e="5",f="6",g="7"} 1')).toBe('too_many_labels');
    expect(await importCode('m{a="1",b="2",c="3"} 1')).toBe('');
  });
});

describe('a server that was not told where its configuration comes from', () => {
  it('has no /-/reload, but takes what it is given', async () => {
    server = await startTestServer();
    expect((await fetch(`${server.url}/-/reload`, { method: 'POST' })).status).toBe(404);
    await expect(server.server.obs.reload()).rejects.toMatchObject({ code: 'config_invalid' });
    const host = { ...inputWith(['query.points', 5]), basePath: '/obs', instance: 'x' };
    await server.server.obs.reload(host);
    expect(await query('vector(1)', { start: 0, end: 60, step: 10 })).toBe('query_too_many_points');
  });

  it('says what is wrong with the configuration that its host reads, and when its thread has ended', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'tinyobs-reload-'));
    server = await startTestServer();
    for (const worker of [false, true]) {
      const obs = await createTinyObs({
        dataDir,
        worker,
        log: { level: 'silent' },
        selfMonitoring: { interval: 'off' },
        readConfig: () => Promise.reject(new Error('the host has lost it')),
      });
      await expect(obs.reload()).rejects.toThrow(worker ? /the log has the details/ : /has lost it/);
      await obs.close();
      if (worker) await expect(obs.reload()).rejects.toMatchObject({ code: 'engine_ended' });
    }
    await rm(dataDir, { recursive: true });
  });
});
