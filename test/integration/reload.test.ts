import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConfigInput, configKeys, createTinyObs } from '@tinyobs/server';
import { afterEach, describe, expect, it } from 'vitest';
import {
  getApi,
  importRefusal,
  importText,
  metricValue,
  rawRequest,
  startTestServer,
  type TestServer,
} from '../testServer.js';

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
const importCode = (sample = `many{i="${written++}"} 1`) => importRefusal(server.url, sample);

/** The code of a refused query, or how many series it found. */
async function query(text: string, parameters: Record<string, number> = {}): Promise<string | number> {
  const path = 'step' in parameters ? '/api/v1/query_range' : '/api/v1/query';
  const { code, data } = await getApi(server.url, path, { query: text, ...parameters });
  return code ?? (data.result as unknown[]).length;
}

const metric = (name: string) => metricValue(server.url, name);

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

/** Sends a point of a gauge over OTLP and finds the labels of the series it is in. */
async function otlpLabels(): Promise<Record<string, string>> {
  const attributes = (key: string, stringValue: string) => [{ key, value: { stringValue } }];
  const point = {
    timeUnixNano: `${Date.now()}000000`,
    asInt: 1,
    attributes: attributes('a', `${written++}`),
  };
  const scopeMetrics = [
    { scope: { name: 'lib' }, metrics: [{ name: 'sent.otlp', gauge: { dataPoints: [point] } }] },
  ];
  const resource = { attributes: attributes('host.name', 'h') };
  await fetch(`${server.url}/v1/metrics`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ resourceMetrics: [{ resource, scopeMetrics }] }),
  });
  const query = `{a="${written - 1}"}`;
  const { data } = await getApi(server.url, '/api/v1/query', { query });
  const { a: _ours, ...labels } = (data.result as { metric: Record<string, string> }[])[0].metric;
  return labels;
}

const minutesAgo = (minutes: number) => Date.now() - minutes * MINUTE_MS;

/** Every reloadable key, and what shows that it is in force. */
const CASES: Readonly<Record<string, Case>> = {
  'pushgateway.ttl': {
    to: '1h',
    prepare: () => fetch(`${server.url}/metrics/job/ttl`, { method: 'POST', body: new Uint8Array() }),
    shows: async () => {
      const answer = await (await fetch(`${server.url}/v1/pushgateway/groups`)).json();
      return (answer as { groups: { expires?: string }[] }).groups.map(({ expires }) => typeof expires);
    },
    before: ['undefined'],
    after: ['string'],
  },
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
  'storage.exemplars': {
    to: 7,
    shows: async () => {
      const text = await (await fetch(`${server.url}/metrics`)).text();
      return /tinyobs_limit_value\{limit="storage.exemplars"\} (\d+)/.exec(text)?.[1];
    },
    before: '100000',
    after: '7',
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
  'otlp.translationStrategy': {
    to: 'NoTranslation',
    shows: otlpLabels,
    before: { __name__: 'sent_otlp' },
    after: { __name__: 'sent.otlp' },
  },
  'otlp.promoteResourceAttributes': {
    to: ['host.name'],
    shows: otlpLabels,
    before: { __name__: 'sent_otlp' },
    after: { __name__: 'sent_otlp', host_name: 'h' },
  },
  'otlp.promoteScopeMetadata': {
    to: true,
    shows: otlpLabels,
    before: { __name__: 'sent_otlp' },
    after: { __name__: 'sent_otlp', otel_scope_name: 'lib' },
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
  'web.embedOrigins': {
    to: ['https://wiki.example'],
    shows: async () => {
      const { headers } = await fetch(`${server.url}/embed/0123456789ab/a`);
      return /frame-ancestors ([^;]*)/.exec(headers.get('content-security-policy') ?? '')?.[1];
    },
    before: "'none'",
    after: 'https://wiki.example',
  },
  'scrape.remote_write': {
    to: [{ url: 'http://127.0.0.1:9/', name: 'nobody' }],
    shows: async () => {
      const answer = await fetch(`${server.url}/v1/forward/status`);
      return ((await answer.json()) as { destinations: readonly { name: string }[] }).destinations.length;
    },
    before: 0,
    after: 1,
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

/** What is scraped: scrapeConfig.test.ts. */
const SCRAPED = ['config', 'global', 'scrape_configs', 'allowLinkLocal'].map((key) => `scrape.${key}`);

/** Those whose effect takes the own metrics, a log, or many samples: overflowSeries, logging and forwarding.test.ts. */
const ELSEWHERE = ['limits.overflowSeries', 'log.repeats', 'forward.keptBytes', ...SCRAPED];

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
