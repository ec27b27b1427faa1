import { decodeText } from '@tinyobs/formats';
import { WriteBatch } from '@tinyobs/model';
import { Counter, Gauge, Pushgateway as PushgatewayClient, Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPushgateway, type Pushgateway, startPushgateway } from '../pushgateway.js';
import { getApi, startTestServer, type TestServer } from '../testServer.js';

const HOUR_MS = 3_600_000;

const isInstalled = hasPushgateway();

interface Sample {
  readonly metric: Record<string, string>;
  readonly value: [seconds: number, text: string];
}

/** What an instant query finds, by series; times of pushes only as whether there is one. */
async function seriesOf(url: string, query = '{job=~".+"}'): Promise<Record<string, string>> {
  const { data } = await getApi(url, '/api/v1/query', { query });
  return sorted((data.result as Sample[]).map(({ metric, value }) => [metric, value[1]]));
}

function sorted(samples: readonly (readonly [labels: Record<string, string>, value: string])[]) {
  const entries = samples.map(([labels, value]): [string, string] => {
    const isTime = labels.__name__.startsWith('push_') && labels.__name__.endsWith('time_seconds');
    const text = Object.entries(labels).filter(([, label]) => label !== '');
    return [
      JSON.stringify(text.sort()),
      isTime && value !== '0' ? 'a time' : String(Number(value.replace(/Inf$/, 'Infinity'))),
    ];
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const post = (url: string, path: string, body: string, headers: Record<string, string> = {}) =>
  fetch(url + path, { method: 'POST', body: new TextEncoder().encode(body), headers });
const put = (url: string, path: string, body: string) =>
  fetch(url + path, { method: 'PUT', body: new TextEncoder().encode(body) });
const remove = (url: string, path: string) => fetch(url + path, { method: 'DELETE' });

const HISTOGRAM = `# HELP took_seconds How long.
# TYPE took_seconds histogram
took_seconds_bucket{le="0.5"} 3
took_seconds_bucket{le="+Inf"} 5
took_seconds_sum 4.25
took_seconds_count 5
# TYPE size summary
size{quantile="0.5"} 12
size_sum 30
size_count 4
`;

/** Pushes, one after the other, and their statuses. */
const PUSHES: readonly (readonly [status: number, push: (url: string) => Promise<Response>])[] = [
  [200, (url) => put(url, '/metrics/job/nightly', '# TYPE done counter\ndone{a="b"} 3\nleft 1\n')],
  [200, (url) => post(url, '/metrics/job/nightly', '# TYPE done counter\ndone{a="c"} 4\n')],
  [200, (url) => post(url, '/metrics/job/nightly/instance/one', 'left{instance="other",job="x"} 2\n')],
  [200, (url) => put(url, '/metrics/job/replaced', 'first 1\nsecond 2\n')],
  [200, (url) => put(url, '/metrics/job/replaced', 'second 3\n')],
  [200, (url) => put(url, '/metrics/job/emptied', 'gone 1\n')],
  [200, (url) => put(url, '/metrics/job/emptied', '')],
  [200, (url) => post(url, '/metrics/job/parts/host/h', HISTOGRAM)],
  [200, (url) => post(url, '/metrics/job@base64/YS9i/path@base64/L3Zhci90bXA', 'slashes NaN\n')],
  [200, (url) => post(url, '/metrics/job/empty/label@base64/=', 'empty_label -Inf\n')],
  [200, (url) => put(url, '/metrics/job/deleted', 'deleted 1\n')],
  [202, (url) => remove(url, '/metrics/job/deleted')],
  [202, (url) => remove(url, '/metrics/job/never')],
  [400, (url) => put(url, '/metrics/job/nightly', 'left 1 1700000000000\n')],
  [400, (url) => put(url, '/metrics/job/unreadable', 'left {\n')],
  [400, (url) => put(url, '/metrics/job/failed', 'twice{a="b"} 1\ntwice{a="b"} 2\n')],
  [400, (url) => put(url, '/metrics/job/odd/label', 'left 1\n')],
  [400, (url) => put(url, '/metrics/job/bad/__name__/x', 'left 1\n')],
  [400, (url) => put(url, '/metrics/job/bad/label@base64/*', 'left 1\n')],
];

describe('TinyObs and a real Pushgateway that are pushed the same', () => {
  let server: TestServer;
  let gateway: Pushgateway;
  beforeAll(async () => {
    server = await startTestServer();
    if (isInstalled) gateway = await startPushgateway();
  });
  afterAll(async () => {
    await Promise.all([server.close(), gateway?.stop()]);
  });

  it.skipIf(!isInstalled)('answer the same', async () => {
    for (const [i, [status, push]] of PUSHES.entries()) {
      for (const { url } of [server, gateway]) {
        const answer = await push(url);
        expect([i, url === server.url, answer.status], await answer.text()).toEqual([
          i,
          url === server.url,
          status,
        ]);
      }
    }
  });

  it.skipIf(!isInstalled)('have the same series', async () => {
    const batch = new WriteBatch();
    const text = await (await fetch(`${gateway.url}/metrics`)).arrayBuffer();
    decodeText(new Uint8Array(text), batch, { nowMs: 0 });
    const theirs = Array.from({ length: batch.sampleCount }, (_, i) => {
      const labels = batch.labelsOf(batch.sampleSeries[i]).toObject();
      return [labels, String(batch.values[i])] as const;
    });
    const pushed = sorted(theirs.filter(([labels]) => labels.job !== undefined));
    expect(Object.keys(pushed).length).toBeGreaterThan(25);
    expect(await seriesOf(server.url)).toEqual(pushed);
  });

  it.skipIf(!isInstalled)('list the same groups', async () => {
    const [ours, theirs] = await Promise.all([server.url, gateway.url].map(groupsOf));
    expect(theirs.length).toBeGreaterThan(7);
    expect(ours).toEqual(theirs);
  });

  it('list what there is, without values', async () => {
    await put(server.url, '/metrics/job/shown/a/b', 'one{x="1"} 1\none{x="2"} 1\ntwo 1\n');
    const answer = await (await fetch(`${server.url}/v1/pushgateway/groups`)).json();
    const { groups } = answer as { groups: { labels: object; series: number; metrics: number }[] };
    expect(groups).toContainEqual({
      labels: { a: 'b', job: 'shown' },
      pushed: expect.stringMatching(/^\d{4}-/),
      metrics: 2,
      series: 3,
    });
  });
});

/** Groups as the API of a Pushgateway has them, without times. */
async function groupsOf(url: string): Promise<unknown[]> {
  const answer = (await (await fetch(`${url}/api/v1/metrics`)).json()) as { data: Record<string, unknown>[] };
  const bare = answer.data.map((group) =>
    Object.fromEntries(
      Object.entries(group).map(([name, family]) => {
        if (name === 'labels' || name === 'last_push_successful') return [name, family];
        const { time_stamp, metrics, ...rest } = family as {
          time_stamp: string;
          metrics: { value?: string }[];
        };
        expect(Number.isNaN(Date.parse(time_stamp))).toBe(false);
        const isTime = /^push_.*time_seconds$/.test(name);
        const shown = metrics.map((one) =>
          isTime ? { ...one, value: Number(one.value) > 0 ? 'a time' : one.value } : one,
        );
        const ordered = shown.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
        return [name, { ...rest, metrics: ordered }];
      }),
    ),
  );
  return bare.sort((a, b) => (JSON.stringify(a.labels) < JSON.stringify(b.labels) ? -1 : 1));
}

describe('what was pushed', () => {
  it('comes from prom-client, and a slash may be in a value', async () => {
    const server = await startTestServer();
    try {
      const registry = new Registry();
      const done = new Counter({
        name: 'jobs_done_total',
        help: 'Done.',
        labelNames: ['kind'],
        registers: [registry],
      });
      const left = new Gauge({ name: 'jobs_left', help: 'Left.', registers: [registry] });
      const client = new PushgatewayClient(server.url, {}, registry);
      const target = { jobName: 'by prom/client', groupings: { host: 'a/b' } };
      done.inc({ kind: 'mail' }, 3);
      left.set(7);
      await client.push(target);
      const labels = '"host","a/b"],["job","by prom/client"';
      expect(await seriesOf(server.url, '{__name__=~"jobs_.*"}')).toEqual({
        [`[["__name__","jobs_done_total"],[${labels}],["kind","mail"]]`]: '3',
        [`[["__name__","jobs_left"],[${labels}]]`]: '7',
      });
      registry.removeSingleMetric('jobs_done_total');
      left.set(6);
      await client.pushAdd(target);
      expect(Object.values(await seriesOf(server.url, '{__name__=~"jobs_.*"}'))).toEqual(['3', '6']);
      await client.push(target);
      expect(Object.values(await seriesOf(server.url, '{__name__=~"jobs_.*"}'))).toEqual(['6']);
      await client.delete(target);
      expect(await seriesOf(server.url)).toEqual({});
    } finally {
      await server.close();
    }
  });

  it('is refused as protobuf, with what to do, and past a limit row by row', async () => {
    const server = await startTestServer({ limits: { seriesPerMetric: 2, requestBytes: '10KB' } });
    try {
      const protobuf = { 'Content-Type': 'application/vnd.google.protobuf; encoding=delimited' };
      const refused = await post(server.url, '/metrics/job/a', 'x', protobuf);
      expect([refused.status, await refused.text()]).toEqual([415, expect.stringContaining('text/plain')]);
      const rows = Array.from({ length: 5 }, (_, i) => `many{i="${i}"} 1\n`).join('');
      const limited = await put(server.url, '/metrics/job/a', rows);
      expect([limited.status, await limited.json()]).toEqual([
        429,
        expect.objectContaining({ code: 'too_many_series_per_metric', refusedCount: 3 }),
      ]);
      // What was refused is not in the group.
      expect(Object.keys(await seriesOf(server.url, 'many'))).toHaveLength(2);
      const { groups } = (await (await fetch(`${server.url}/v1/pushgateway/groups`)).json()) as {
        groups: { series: number }[];
      };
      expect(groups).toEqual([expect.objectContaining({ series: 2 })]);
      const long = await put(server.url, '/metrics/job/a', `a{b="${'x'.repeat(20_000)}"} 1\n`);
      expect(long.status).toBe(413);
      const status = (await (await fetch(`${server.url}/v1/ingest/status`)).json()) as {
        protocols: { protocol: string; requests: object }[];
      };
      expect(status.protocols.find(({ protocol }) => protocol === 'pushgateway')).toMatchObject({
        requests: { received: 3, refused: { unsupported_media_type: 1, body_too_large: 1 } },
        samples: { refused: { too_many_series_per_metric: 3 } },
      });
    } finally {
      await server.close();
    }
  });

  it('is sampled again at an interval, is there after a restart, and goes when it is too old', async () => {
    let aheadMs = 0;
    const now = () => Date.now() + aheadMs;
    const options = { now, pushgateway: { interval: '1s', ttl: '3h' } };
    let server = await startTestServer(options);
    await put(server.url, '/metrics/job/old', '# TYPE kept counter\n# HELP kept Stays.\nkept 5\nsigned -0\n');
    const found = async () => {
      const { data } = await getApi(server.url, '/api/v1/query', { query: 'kept', time: now() / 1000 });
      return (data.result as Sample[]).map(({ value }) => value[1]);
    };
    expect(await found()).toEqual(['5']);
    aheadMs += HOUR_MS;
    await expect.poll(found).toEqual(['5']);
    const { dataDir } = server;
    await server.server.close();
    aheadMs += HOUR_MS;
    server = await startTestServer({ ...options, dataDir });
    await expect.poll(found).toEqual(['5']);
    // It counts from its last push.
    aheadMs += HOUR_MS;
    const list = async () => (await fetch(`${server.url}/v1/pushgateway/groups`)).json();
    await expect.poll(list, { timeout: 5000 }).toEqual({ status: 'ok', groups: [] });
    expect(await found()).toEqual([]);
    expect(await (await fetch(`${server.url}/metrics`)).text()).toContain(
      'tinyobs_pushgateway_expired_groups_total 1',
    );
    await server.close();
  });

  it('is bounded by the memory there is for it', async () => {
    const server = await startTestServer({ memory: { max: '48MiB' }, limits: { requestBytes: '3MB' } });
    try {
      const body = Array.from({ length: 500 }, (_, i) => `m{i="${i}"} 1\n`).join('');
      const statuses: number[] = [];
      for (let i = 0; i < 2; i++) statuses.push((await put(server.url, `/metrics/job/j${i}`, body)).status);
      expect(statuses).toEqual([200, 422]);
      expect(await (await remove(server.url, '/metrics/job/j0')).text()).toBe('');
      expect((await put(server.url, '/metrics/job/j1', body)).status).toBe(200);
    } finally {
      await server.close();
    }
  });
});
