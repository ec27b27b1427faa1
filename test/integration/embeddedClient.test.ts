import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type Drop, type Problem } from '@tinyobs/sdk';
import { createTinyObs, type TinyObs, type TinyObsOptions } from '@tinyobs/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getApi } from '../testServer.js';

describe.each([
  ["in the host's thread", {}],
  ['in a thread of its own', { worker: true }],
  ['shared, by its owner', { shared: true }],
])('a TinyObs %s', (_where, how: TinyObsOptions) => {
  let dataDir: string;
  let obs: TinyObs;
  let server: Server;
  let url: string;

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'tinyobs-embedded-'));
    await start(how);
  });

  afterAll(async () => {
    await stop();
    await rm(dataDir, { recursive: true });
  });

  async function start(options: TinyObsOptions): Promise<void> {
    const quiet = { log: { level: 'silent' }, selfMonitoring: { interval: 'off' } } as const;
    obs = await createTinyObs({ dataDir, ...quiet, limits: { requestBytes: 20_000 }, ...options });
    server = createServer(obs.handler).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async function stop(): Promise<void> {
    await obs.close();
    await new Promise((resolve) => server.close(resolve).closeAllConnections());
  }

  function startClient(service: string) {
    const drops: Drop[] = [];
    const problems: Problem[] = [];
    const client = createClient({
      store: obs,
      service,
      runtimeMetrics: false,
      intervalMs: 3_600_000,
      onDrop: (drop) => drops.push(drop),
      onError: (problem) => problems.push(problem),
    });
    return { client, drops, problems, orders: client.counter('orders_total') };
  }

  async function read(query: string): Promise<string[]> {
    const { data } = await getApi(url, '/api/v1/query', { query });
    return (data.result as { value: [number, string] }[]).map(({ value }) => value[1]);
  }

  it('answers a write as its path would', async () => {
    const rows = [
      { name: 'written', value: 1 },
      { name: '', value: 2 },
    ];
    const partly = await obs.write(JSON.stringify({ metrics: rows }));
    expect([partly.status, JSON.parse(partly.body)]).toMatchObject([
      400,
      { code: 'invalid_metric_name', count: 1, refusedCount: 1, refused: [{ row: 1 }] },
    ]);
    expect(await read('written')).toEqual(['1']);
    const broken = await obs.write(Buffer.from('{'));
    expect([broken.status, JSON.parse(broken.body)]).toMatchObject([400, { code: 'malformed_json' }]);
    const large = await obs.write(' '.repeat(20_001));
    expect([large.status, JSON.parse(large.body)]).toMatchObject([413, { code: 'body_too_large' }]);
  });

  it('is written to by clients without HTTP', async () => {
    const { client, problems, orders } = startClient('shop');
    orders.inc(3);
    expect(await client.flush()).toMatchObject({ result: 'ok', dropped: 0 });
    expect(await read('orders_total{job="shop"}')).toEqual(['3']);
    orders.inc(4);
    expect(await client.close()).toMatchObject({ result: 'ok', dropped: 0 });
    expect(await read('last_over_time(orders_total{job="shop"}[1h])')).toEqual(['7']);
    const status = (await (await fetch(`${url}/v1/ingest/status`)).json()) as {
      protocols: { protocol: string }[];
    };
    expect(status.protocols.find(({ protocol }) => protocol === 'embedded')).toMatchObject({
      requests: { refused: { malformed_json: 1, body_too_large: 1 } },
      samples: { refused: { invalid_metric_name: 1 } },
      lastAccepted: expect.any(String),
    });
    expect(problems).toEqual([]);
  });

  it('that is closed first keeps all it answered for, and its clients say what they drop', async () => {
    const { client, drops, problems, orders } = startClient('late');
    orders.inc(3);
    const [{ result, sent, dropped }] = await Promise.all([client.flush(), obs.close()]);
    const isStored = result === 'ok';
    expect([sent > 0, dropped > 0]).toEqual([isStored, !isStored]);
    orders.inc(4);
    const closed = await client.close();
    expect(closed).toMatchObject({ result: 'partial', sent: 0 });
    expect(closed.dropped).toBeGreaterThan(0);
    expect(new Set(drops.map(({ reason }) => reason))).toEqual(new Set(['store_closed']));
    expect(problems).toMatchObject([
      { code: 'server_refused', message: expect.stringContaining('store_closed') },
    ]);
    const late = await obs.write('{"metrics":[]}');
    expect([late.status, JSON.parse(late.body)]).toMatchObject([410, { code: 'store_closed' }]);
    await stop();
    await start({});
    expect(await read('last_over_time(orders_total{job="late"}[1h])')).toEqual(isStored ? ['3'] : []);
    expect(await read('last_over_time(orders_total{job="shop"}[1h])')).toEqual(['7']);
  });
});
