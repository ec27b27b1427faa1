import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConfigInput } from '@tinyobs/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labelsKey } from '../answers.js';
import { eventually } from '../eventually.js';
import { freePort } from '../freePort.js';
import { type Behavior, type Received, type Receiver, startReceiver } from '../remoteWriteReceiver.js';
import { importText, metricValue, postJson, startTestServer, type TestServer } from '../testServer.js';

const STALE = 0x7ff0000000000002n;
const QUICK = {
  batch_send_deadline: '20ms',
  min_backoff: '10ms',
  max_backoff: '50ms',
  max_samples_per_send: 500,
};
const SERIES = 40;
const ROUNDS = 60;

interface Status {
  readonly keptBytes: number;
  readonly destinations: readonly {
    readonly name: string;
    readonly state: string;
    readonly pending: { readonly samples: number; readonly records: number };
    readonly sent: { readonly samples: number };
    readonly dropped: Readonly<Record<string, number>>;
    readonly retries: number;
    readonly lagSeconds: number;
    readonly lastError: { readonly code: string; readonly message: string } | null;
  }[];
}

const status = async (url: string): Promise<Status> =>
  (await (await fetch(`${url}/v1/forward/status`)).json()) as Status;
const statusOf = async (url: string, name: string) =>
  (await status(url)).destinations.find((one) => one.name === name)!;

/** What every receiver has to have in the end, by labels. */
const countOf = ({ series }: Received) => [...series.values()].reduce((sum, { length }) => sum + length, 0);

describe('outgoing remote write to receivers that misbehave', () => {
  const startMs = Date.now() - ROUNDS * 1000;
  const expected = SERIES * ROUNDS + 2;
  /** Does something else with the first requests, and takes all that come after them. */
  const first = (count: number, otherwise: (...args: Parameters<Behavior>) => void): Behavior => {
    return (attempt, response, request) => {
      if (attempt > count) return true;
      otherwise(attempt, response, request);
      return false;
    };
  };
  let receiver: Receiver;
  let server: TestServer;
  beforeAll(async () => {
    receiver = await startReceiver({
      '/busy': first(2, (_attempt, response) =>
        response.writeHead(429, { 'Retry-After': '1' }).end('slow down'),
      ),
      '/broken': first(5, (_attempt, response) => response.writeHead(500).end('broken')),
      '/hanging': first(2, () => undefined),
      '/resetting': first(5, (_attempt, _response, request) => request.socket.destroy()),
      '/slow': async () => new Promise((resolve) => setTimeout(() => resolve(true), 150)),
      '/refusing': (_attempt, response) => {
        response.writeHead(400).end('not like this');
        return false;
      },
      '/elsewhere': (_attempt, response) => {
        response.writeHead(307, { Location: '/stolen' }).end();
        return false;
      },
    });
    const destination = (name: string, more: object = {}) => ({
      ...{ name, url: `${receiver.url}/${name}`, queue_config: QUICK, metadata_config: { send: false } },
      ...more,
    });
    server = await startTestServer({
      scrape: {
        global: { external_labels: { site: 'a', job: 'external' } },
        remote_write: [
          destination('plain', {
            headers: { 'X-Scope-OrgID': 'tenant' },
            basic_auth: { username: 'u', password: 'p' },
            metadata_config: { send_interval: '100ms' },
          }),
          destination('few', {
            write_relabel_configs: [
              { source_labels: ['__name__'], regex: 'm_1?5', action: 'keep' },
              { regex: 'site', action: 'labeldrop' },
            ],
          }),
          destination('busy'),
          destination('broken'),
          destination('hanging', { remote_timeout: '200ms' }),
          destination('resetting'),
          destination('slow', { queue_config: { ...QUICK, capacity: 500, max_shards: 4 } }),
          destination('refusing'),
          destination('elsewhere'),
          destination('young', { queue_config: { ...QUICK, sample_age_limit: '30s' } }),
        ],
      },
    });
    for (let round = 0; round < ROUNDS; round++) {
      const timeMs = startMs + round * 1000;
      const lines = Array.from({ length: SERIES }, (_, i) => `m_${i}{job="j"} ${round * i + 0.1} ${timeMs}`);
      await importText(server.url, `# TYPE m_0 gauge\n${lines.join('\n')}\n`);
      if (round === ROUNDS / 2) await fetch(`${server.url}/api/v1/admin/flush`, { method: 'POST' });
    }
    await importText(server.url, `gone 1 ${startMs}\n`);
    const stale = { name: 'gone', value: 'stale', timestamp: startMs + 1000 };
    expect((await postJson(server.url, { metrics: [stale] })).status).toBe(200);
  });
  afterAll(async () => {
    await server?.close();
    await receiver?.close();
  });

  it.each(['plain', 'busy', 'broken', 'hanging', 'resetting', 'slow'])(
    'delivers every sample to %s, each series in order',
    async (name) => {
      const got = receiver.at(`/${name}`);
      await eventually('all samples', async () => {
        const { pending, sent } = await statusOf(server.url, name);
        const isDone = sent.samples === expected && pending.samples + pending.records === 0;
        return isDone ? undefined : `${sent.samples} of ${expected}`;
      });
      const series = got.series.get(labelsKey({ __name__: 'm_7', job: 'j', site: 'a' }))!;
      expect(series.map(([timeMs]) => timeMs)).toEqual(
        Array.from({ length: ROUNDS }, (_, round) => startMs + round * 1000),
      );
      const values = new Float64Array(BigUint64Array.from(series, ([, bits]) => bits).buffer);
      expect([...values]).toEqual(Array.from({ length: ROUNDS }, (_, round) => round * 7 + 0.1));
      const gone = got.series.get(labelsKey({ __name__: 'gone', job: 'external', site: 'a' }))!;
      expect(gone[1]).toEqual([startMs + 1000, STALE]);
      expect(countOf(got)).toBe(expected);
      expect(await statusOf(server.url, name)).toMatchObject({ state: 'ok', lagSeconds: 0 });
    },
  );

  it('sends what a receiver needs to know, and metadata', async () => {
    const { headers, metadata } = receiver.at('/plain');
    expect(headers[0]).toMatchObject({
      'content-type': 'application/x-protobuf',
      'content-encoding': 'snappy',
      'x-prometheus-remote-write-version': '0.1.0',
      'x-scope-orgid': 'tenant',
      authorization: `Basic ${Buffer.from('u:p').toString('base64')}`,
      'user-agent': expect.stringMatching(/^TinyObs\//),
    });
    await eventually('metadata', async () => (metadata.get('m_0') === 'gauge' ? undefined : 'none'));
  });

  it('relabels', async () => {
    await eventually('the kept series', async () =>
      countOf(receiver.at('/few')) === 2 * ROUNDS ? undefined : 'not all',
    );
    expect([...receiver.at('/few').series.keys()].sort()).toEqual(
      ['m_15', 'm_5'].map((name) => labelsKey({ __name__: name, job: 'j' })),
    );
    expect((await statusOf(server.url, 'few')).dropped.relabeled).toBe(expected - 2 * ROUNDS);
  });

  it('waits as long as it is told', async () => {
    const { attempts } = receiver.at('/busy');
    // Shards are asked once each before the first answer; the next come a second after it.
    const later = attempts.filter((at) => at - attempts[0] > 500);
    expect(later.length).toBeGreaterThan(0);
    expect(later[0] - attempts[0]).toBeGreaterThanOrEqual(990);
    expect((await statusOf(server.url, 'busy')).lastError).toMatchObject({
      code: 'forward_unavailable',
      message: `${receiver.url}/busy answered 429: slow down`,
    });
  });

  it('says of each what went wrong', async () => {
    expect((await statusOf(server.url, 'hanging')).lastError?.message).toContain(
      'no whole answer within 0.2 s',
    );
    expect((await statusOf(server.url, 'resetting')).lastError?.code).toBe('forward_unreachable');
    expect((await statusOf(server.url, 'broken')).retries).toBe(5);
  });

  it('counts and says what is refused for good, and follows no redirect', async () => {
    for (const [name, answer] of [
      ['refusing', '400: not like this'],
      ['elsewhere', '307'],
    ]) {
      await eventually('refusals', async () => {
        const { dropped } = await statusOf(server.url, name);
        return dropped.refused === expected ? undefined : `${dropped.refused}`;
      });
      expect((await statusOf(server.url, name)).lastError).toMatchObject({
        code: 'forward_refused',
        message: `${receiver.url}/${name} answered ${answer}`,
      });
    }
    expect(receiver.at('/stolen').attempts).toEqual([]);
    const metric = 'tinyobs_forward_dropped_samples_total{destination="refusing",reason="refused"}';
    const text = await (await fetch(`${server.url}/metrics`)).text();
    expect(text).toContain(`${metric} ${expected}\n`);
  });

  it('leaves out what is too old', async () => {
    await eventually('the end', async () => {
      const { dropped, sent } = await statusOf(server.url, 'young');
      return dropped.too_old + sent.samples === expected ? undefined : 'more to come';
    });
    expect((await statusOf(server.url, 'young')).dropped.too_old).toBeGreaterThan(SERIES);
  });
});

describe('outgoing remote write over restarts', () => {
  let dataDir: string;
  let receiver: Receiver | undefined;
  let server: TestServer['server'];
  const start = async (url: string) => {
    const remoteWrite = {
      name: 'far',
      url: `${url}/far`,
      queue_config: QUICK,
      metadata_config: { send: false },
    };
    const started = await startTestServer({ dataDir, scrape: { remote_write: [remoteWrite] } });
    server = started.server;
    return started.url;
  };
  beforeAll(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'tinyobs-forward-'));
  });
  afterAll(async () => {
    await server.close();
    await receiver?.close();
    await rm(dataDir, { recursive: true });
  });

  it('sends what came while the receiver was away, and nothing twice', async () => {
    receiver = await startReceiver();
    const { url } = receiver;
    let own = await start(url);
    await importText(own, `a 1 ${Date.now()}\n`);
    await eventually('the first sample', async () =>
      countOf(receiver!.at('/far')) === 1 ? undefined : 'not yet',
    );
    const { series } = receiver.at('/far');
    await receiver.close();
    await importText(own, `a 2 ${Date.now()}\n`);
    await eventually('a failure', async () =>
      (await statusOf(own, 'far')).state === 'failing' ? undefined : 'none',
    );
    await server.close();
    own = await start(url);
    await importText(own, `a 3 ${Date.now()}\n`);
    await fetch(`${own}/api/v1/admin/flush`, { method: 'POST' });
    expect((await status(own)).keptBytes).toBeGreaterThan(0);
    receiver = await startReceiver({}, Number(new URL(url).port));
    await eventually('the rest', async () => (countOf(receiver!.at('/far')) === 2 ? undefined : 'not yet'));
    await server.close();
    own = await start(url);
    await importText(own, `b 1 ${Date.now()}\n`);
    await eventually('the last', async () =>
      receiver!.at('/far').series.size === 2 ? undefined : 'not yet',
    );
    const values = [...series.values(), ...receiver.at('/far').series.values()]
      .flat()
      .map(([, bits]) => bits);
    expect([...new Float64Array(BigUint64Array.from(values).buffer)]).toEqual([1, 2, 3, 1]);
    expect(await metricValue(own, 'tinyobs_forward_lost_records_total')).toBe(0);
  });
});

it('keeps no more for a receiver that is away than it may, and says what it let go', async () => {
  const input = (keptBytes: string): ConfigInput => ({
    scrape: { remote_write: [{ name: 'away', url: 'http://127.0.0.1:9/' }] },
    forward: { keptBytes },
  });
  const server = await startTestServer(input('1GiB'));
  try {
    const label = 'x'.repeat(500);
    for (let round = 0; round < 3; round++) {
      const lines = Array.from({ length: 3000 }, (_, i) => `wide{r="${round}",i="${i}",l="${label}"} ${i}`);
      await importText(server.url, `${lines.join('\n')}\n`);
    }
    await fetch(`${server.url}/api/v1/admin/flush`, { method: 'POST' });
    expect((await status(server.url)).keptBytes).toBeGreaterThan(3 * 2 ** 20);
    const { obs } = server.server;
    const { changes } = await obs.reload({ ...ownConfig(server), ...input('1MiB') });
    expect(changes.map(({ key }) => key)).toEqual(['forward.keptBytes']);
    await eventually('the bound', async () => {
      const { keptBytes } = await status(server.url);
      return keptBytes <= 2 ** 20 ? undefined : `${keptBytes}`;
    });
  } finally {
    await server.close();
  }
});

it('does not send to itself', async () => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/api/v1/write`;
  const remote_write = [{ name: 'itself', url, queue_config: QUICK }];
  const server = await startTestServer({ listen: `127.0.0.1:${port}`, scrape: { remote_write } });
  try {
    await importText(server.url, 'a 1\nb 2\n');
    await eventually('the refusal', async () => {
      const { dropped, sent } = await statusOf(server.url, 'itself');
      return dropped.refused === 2 && sent.samples === 0 ? undefined : `${dropped.refused}`;
    });
    expect((await statusOf(server.url, 'itself')).lastError?.message).toContain('out of remote_write');
  } finally {
    await server.close();
  }
});

/** What a test server has, so that a reload changes no more than it says. */
function ownConfig({ dataDir }: TestServer): ConfigInput {
  return {
    listen: '127.0.0.1:0',
    dataDir,
    log: { level: 'silent' },
    selfMonitoring: { interval: 'off' },
    storage: { retention: { raw: 'off' } },
    limits: { requestsPerMinute: 'off' },
  };
}
