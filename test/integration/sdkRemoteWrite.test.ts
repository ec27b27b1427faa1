import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type Drop, type Problem } from '@tinyobs/sdk';
import { remoteWrite } from '@tinyobs/sdk/remote-write';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seriesOf } from '../answers.js';
import { eventually } from '../eventually.js';
import { type Fault, startFaultyProxy } from '../faultyProxy.js';
import { hasPrometheus, startPrometheus } from '../prometheus.js';
import { getApi, startTestServer } from '../testServer.js';
import { hasVictoriaMetrics, startVictoriaMetrics } from '../victoriaMetrics.js';

interface Receiver {
  readonly url: string;
  readonly stop: () => Promise<unknown>;
  /** Makes what was sent known to queries, where that takes time. */
  readonly flush?: () => Promise<unknown>;
}

const RECEIVERS: readonly {
  readonly name: string;
  readonly isInstalled: boolean;
  /** What it answers of an infinite value: VictoriaMetrics leaves such series out. */
  readonly infinity: string | undefined;
  readonly start: (folder: string) => Promise<Receiver>;
}[] = [
  {
    name: 'TinyObs',
    isInstalled: true,
    infinity: '+Inf',
    start: async () => {
      const { url, close } = await startTestServer();
      return { url, stop: close };
    },
  },
  {
    name: 'Prometheus',
    isInstalled: hasPrometheus(),
    infinity: '+Inf',
    start: (folder) => startPrometheus(folder, {}, ['--web.enable-remote-write-receiver']),
  },
  {
    name: 'VictoriaMetrics',
    isInstalled: hasVictoriaMetrics(),
    infinity: undefined,
    start: startVictoriaMetrics,
  },
];

describe.each(RECEIVERS)('remote write to $name', ({ isInstalled, infinity, start }) => {
  let folder: string;
  let receiver: Receiver;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tinyobs-remote-write-'));
    if (isInstalled) receiver = await start(folder);
  });

  afterAll(async () => {
    await receiver?.stop();
    await rm(folder, { recursive: true });
  });

  const ask = async (query: string) => {
    await receiver.flush?.();
    return getApi(receiver.url, '/api/v1/query', { query, time: Date.now() / 1_000 });
  };

  /** The samples of one series, in order. */
  async function samples(selector: string): Promise<number[]> {
    const [series] = seriesOf(await ask(`${selector}[1h]`));
    return (series?.points ?? []).map(([, value]) => Number(value));
  }

  function startClient(service: string, url = receiver.url) {
    const problems: Problem[] = [];
    const drops: Drop[] = [];
    const client = createClient({
      service,
      transport: remoteWrite({ url: `${url}/api/v1/write`, timeoutMs: 400 }),
      instance: 'test:1',
      runtimeMetrics: false,
      intervalMs: 3_600_000,
      onError: (problem) => problems.push(problem),
      onDrop: (drop) => drops.push(drop),
    });
    return { client, problems, drops };
  }

  it.skipIf(!isInstalled)('brings every sample, the zeros before the first among them', async () => {
    const { client, problems } = startClient('values');
    const orders = client.counter('orders_total', { help: 'Orders placed', labelNames: ['kind'] });
    orders.inc({ kind: 'größe' }, 3);
    client.gauge('edge').set({ is: 'up' }, Infinity);
    client.gauge('edge').set({ is: 'negative' }, -2.5);
    client.histogram('took_seconds', { buckets: [1, 2] }).observe(1.5);
    client.summary('size_bytes', { quantiles: [0.5] }).observe(100);
    expect((await client.flush()).result).toBe('ok');
    orders.inc({ kind: 'größe' });
    orders.inc({ kind: 'tea' }, 7);
    expect((await client.flush()).result).toBe('ok');
    await eventually('all samples', async () => {
      const found = await samples('orders_total{job="values",instance="test:1",kind="größe"}');
      return found.join() === '0,3,4' ? undefined : found.join();
    });
    expect(await samples('orders_total{kind="tea"}')).toEqual([0, 7]);
    expect(await samples('edge{is="negative"}')).toEqual([-2.5, -2.5]);
    expect(await samples('took_seconds_bucket{le="1"}')).toEqual([0, 0, 0]);
    expect(await samples('took_seconds_bucket{le="2"}')).toEqual([0, 1, 1]);
    expect(await samples('took_seconds_bucket{le="+Inf"}')).toEqual([0, 1, 1]);
    expect(await samples('took_seconds_sum')).toEqual([0, 1.5, 1.5]);
    expect(await samples('size_bytes_count')).toEqual([0, 1, 1]);
    const infinite = (await ask('edge{is="up"}')).data.result as { value: [number, string] }[];
    expect(infinite[0]?.value[1]).toBe(infinity);
    expect(problems).toEqual([]);
    await client.close();
  });

  it.skipIf(!isInstalled)('ends the series of a client that is closed', async () => {
    const { client } = startClient('ending');
    client.gauge('open').set(5);
    await client.flush();
    const now = async () => seriesOf(await ask('open{job="ending"}')).length;
    await eventually('the gauge', async () => ((await now()) === 1 ? undefined : 'missing'));
    expect((await client.close()).result).toBe('ok');
    await eventually('its end', async () => ((await now()) === 0 ? undefined : 'still there'));
  });

  it.skipIf(!isInstalled)('brings what a receiver has missed, in order, and nothing twice', async () => {
    const proxy = await startFaultyProxy(receiver.url);
    const { client, drops } = startClient('away', proxy.url);
    const jobs = client.counter('jobs_total');
    const faults: Fault[] = [{ status: 429, retryAfter: '0' }, 'hang', { status: 503 }, 'lost'];
    for (const fault of faults) {
      proxy.faults.push(fault);
      jobs.inc();
      expect((await client.flush()).result).toBe('ok');
    }
    await eventually('all samples', async () => {
      const found = await samples('jobs_total{job="away"}');
      return found.join() === '0,1,2,3,4' ? undefined : found.join();
    });
    expect(drops).toEqual([]);
    await client.close();
    await proxy.close();
  });

  it.skipIf(!isInstalled)('drops and counts what is refused, without trying again', async () => {
    const proxy = await startFaultyProxy(receiver.url);
    const { client, problems, drops } = startClient('refused', proxy.url);
    client.gauge('level').set(1);
    proxy.faults.push({ status: 422 });
    const { result, sent, dropped } = await client.flush();
    expect({ result, sent }).toEqual({ result: 'partial', sent: 0 });
    expect(drops).toEqual([{ reason: 'http_422', count: dropped }]);
    expect(problems.map(({ code }) => code)).toEqual(['server_refused']);
    expect(proxy.faults).toEqual([]);
    await client.close();
    await proxy.close();
  });
});

describe('remote write to nowhere', () => {
  it.each(['nonsense', 'ftp://127.0.0.1'])('throws nothing at the app, and tells why: %j', async (url) => {
    const transport = remoteWrite({ url });
    const packed = await transport.pack('{"metrics":[]}');
    await expect(transport.send(packed, new AbortController().signal, 0)).rejects.toThrow(
      /the url of remoteWrite/,
    );
    transport.close();
  });
});
