import { mkdtempSync, writeFileSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTinyObs, type TinyObs, type TinyObsOptions } from '@tinyobs/server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Program, startProgram } from '../programs.js';
import { ROOT } from '../sources.js';
import { getApi, postJson } from '../testServer.js';

let parent: string;
let dataDir: string;

const closers: (() => Promise<unknown>)[] = [];

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'tinyobs-shared-'));
  dataDir = join(parent, 'data');
});

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await rm(parent, { recursive: true });
});

async function start(options: TinyObsOptions = {}): Promise<TinyObs> {
  const obs = await createTinyObs({ dataDir, shared: true, log: { level: 'silent' }, ...options });
  closers.push(() => obs.close());
  return obs;
}

async function serve(obs: TinyObs): Promise<string> {
  const server = createServer((request, response) => {
    obs.handler(request, response, () => response.end('the host'));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  closers.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function read(url: string, query: string): Promise<unknown> {
  return (await getApi(url, '/api/v1/query', { query })).data.result;
}

const row = (name: string, value: number) => JSON.stringify({ metrics: [{ name, value }] });

describe('two that share a data folder', () => {
  const stored = '{__name__=~"sent|written|written_by_owner"}';

  it('are one, which goes on when the owner closes', async () => {
    const owner = await start({ instance: 'first', basePath: '/obs' });
    const member = await start({ instance: 'second', basePath: '/obs' });
    const origin = await serve(member);
    const url = `${origin}/obs`;
    const askOwn = async () => (await fetch(`${origin}/own`)).text();
    expect((await postJson(url, { metrics: [{ name: 'sent', value: 1 }] })).status).toBe(200);
    expect((await member.write(row('written', 2))).status).toBe(200);
    expect((await owner.write(row('written_by_owner', 3))).status).toBe(200);
    expect(await read(url, `sum(${stored})`)).toMatchObject([{ value: [expect.any(Number), '6'] }]);
    expect(await read(url, 'count by (instance) (tinyobs_storage_series)')).toMatchObject([
      { metric: { instance: 'first' } },
    ]);
    expect(await askOwn()).toBe('the host');

    const closing = owner.close();
    const meanwhile = await Promise.all([member.write(row('written', 5)), askOwn(), read(url, 'vector(1)')]);
    expect(meanwhile).toMatchObject([{ status: 200 }, 'the host', [{ metric: {} }]]);
    await closing;
    expect(await read(url, `sum(last_over_time(${stored}[1h]))`)).toMatchObject([
      { value: [expect.any(Number), '9'] },
    ]);
    await expect
      .poll(() => read(url, 'tinyobs_storage_series{instance="second"}'))
      .toMatchObject([{ metric: { instance: 'second' } }]);
  });

  it('have the configuration of whoever was reloaded last, after a takeover too', async () => {
    const owner = await start();
    const member = await start();
    const next = { dataDir, log: { level: 'silent' }, limits: { series: 77 } } as const;
    expect((await member.reload(next)).changes).toMatchObject([{ key: 'limits.series', to: 77 }]);
    expect(owner.config.limits.series).toBe(77);
    await expect.poll(() => member.config.limits.series).toBe(77);
    await expect(member.reload({ dataDir: 'elsewhere' })).rejects.toMatchObject({
      code: 'config_needs_restart',
    });
    await owner.close();
    expect(await getApi(await serve(member), '/v1/cardinality')).toMatchObject({
      series: { active: { limit: 77 } },
    });
  });

  it('get refusals of bodies that are still on their way, from a thread as well', async () => {
    await start({ worker: true, limits: { requestBytes: 1_000 } });
    const url = await serve(await start());
    for (const size of [1_001, 3_000_000, 1_001, 3_000_000]) {
      expect([size, (await postJson(url, ' '.repeat(size))).status]).toEqual([size, 413]);
    }
  });

  it('meet where only their user gets in, whatever somebody left there, and however long the path is', async () => {
    dataDir = join(parent, 'x'.repeat(120));
    await start();
    const member = await start();
    expect((await member.write(row('written', 2))).status).toBe(200);
    expect(await readdir(join(dataDir, 'owner'))).toEqual(['claim']);
    for (const close of closers.splice(0).reverse()) await close();

    dataDir = join(parent, 'data');
    await start();
    const socket = await stat(join(dataDir, 'owner', 'socket'));
    expect([socket.isSocket(), (socket.mode & 0o777).toString(8)]).toEqual([true, '600']);
  });
});

describe('a data folder that is open and not shared', () => {
  it('is refused, with advice', async () => {
    await start({ shared: false });
    for (const shared of [true, false]) {
      await expect(start({ shared })).rejects.toMatchObject({
        code: 'store_locked',
        message: expect.stringContaining('`shared: true`'),
      });
    }
  });
});

/**
 * Four workers, and one more in the place of that which is killed. Each counts by hundreds, and says of each when it is
 * delivered. The owner is killed at such a moment, while the others count on. Whoever scrapes is counted, too.
 */
const CLUSTER = `
import cluster from 'node:cluster';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createClient } from ${JSON.stringify(join(ROOT, 'packages/sdk/dist/index.js'))};
import { createTinyObs } from ${JSON.stringify(join(ROOT, 'packages/server/dist/index.js'))};
const listen = async (handler) => {
  const server = createServer(handler).listen({ port: 0, host: '127.0.0.1', exclusive: true });
  await once(server, 'listening');
  return server.address().port;
};
const print = (what, value) => console.log(what + ' ' + JSON.stringify(value));
if (cluster.isPrimary) {
  cluster.setupPrimary({ silent: true });
  const scrapes = [];
  const target = await listen((request, response) => {
    scrapes.push(Date.now());
    response.setHeader('content-type', 'text/plain').end('scraped 1\\n');
  });
  const delivered = new Map();
  const ports = new Map();
  const owners = [];
  let isStarted = false;
  let done = 0;
  const all = (message) => Object.values(cluster.workers).forEach((worker) => worker.send(message));
  const ask = async (port, query) => {
    const answer = await fetch('http://127.0.0.1:' + port + '/api/v1/query?query=' + encodeURIComponent(query));
    return [answer.status, (await answer.json()).data?.result?.[0]?.value[1]];
  };
  const askAll = (query) => Promise.all([...ports.values()].map((port) => ask(port, query)));
  const onReady = async (worker, port) => {
    ports.set(worker.id, port);
    if (isStarted) worker.send('go on');
    if (isStarted || ports.size < 4) return;
    isStarted = true;
    print('before', await askAll('vector(1)'));
    all('go on');
  };
  const onDelivered = async (worker, total) => {
    delivered.set(worker.id, total);
    if (total >= 300 && owners.length === 1 && owners[0] === worker.id) {
      ports.delete(worker.id);
      worker.process.kill('SIGKILL');
    } else if (total < 1_000) {
      worker.send('go on');
    } else if (++done === 4) {
      print('after', await askAll('sum(last_over_time(orders_total[1h]))'));
      all('go on');
    }
  };
  const onExit = (_code, signal) => {
    if (signal === 'SIGKILL') fork();
    if (Object.keys(cluster.workers).length > 0) return;
    const counted = [...delivered.values()].reduce((sum, one) => sum + one);
    print('end', { counted, lives: delivered.size, owners, scrapes });
    process.exit();
  };
  const fork = () => {
    const worker = cluster.fork({ TARGET: String(target) });
    worker.process.stderr.on('data', (text) => {
      if (String(text).includes('this process has the data folder')) owners.push(worker.id);
    });
    worker.on('message', ({ port, total }) => (port ? onReady(worker, port) : onDelivered(worker, total)));
    worker.on('exit', onExit);
  };
  for (let i = 0; i < 4; i++) fork();
} else {
  const obs = await createTinyObs({
    dataDir: process.argv[2],
    shared: true,
    selfMonitoring: { interval: 'off' },
    scrape: {
      global: { scrape_interval: '1s', scrape_timeout: '1s' },
      scrape_configs: [{ job_name: 'app', static_configs: [{ targets: ['127.0.0.1:' + process.env.TARGET] }] }],
    },
  });
  const client = createClient({ store: obs, service: 'cluster', intervalMs: 3_600_000, runtimeMetrics: false });
  const orders = client.counter('orders_total', { labelNames: ['kind'] });
  const told = () => once(process, 'message');
  process.send({ port: await listen(obs.handler) });
  await told();
  for (let total = 100; total <= 1_000; total += 100) {
    for (let i = 0; i < 100; i++) orders.inc({ kind: i % 2 ? 'book' : 'tea' });
    while ((await client.flush()).result !== 'ok');
    process.send({ total });
    await told();
  }
  await client.close();
  await obs.close();
  process.disconnect();
}`;

describe('a cluster whose workers share a data folder', () => {
  let program: Program | undefined;

  afterEach(() => program?.stop('SIGKILL'));

  it('goes on when the owner is killed, with all that was counted', { timeout: 120_000 }, async () => {
    const script = join(parent, 'cluster.mjs');
    writeFileSync(script, CLUSTER);
    program = startProgram(process.execPath, [script, dataDir]);
    const value = async (what: string): Promise<unknown> =>
      JSON.parse((await program?.waitFor(new RegExp(`^${what} (.*)$`, 'm')))?.[1] ?? '');
    expect(await value('before')).toEqual(Array(4).fill([200, '1']));
    const after = await value('after');
    const { counted, lives, owners, scrapes } = (await value('end')) as Record<string, number> & {
      owners: number[];
      scrapes: number[];
    };
    expect(counted).toBeGreaterThanOrEqual(4 * 1_000 + 300);
    expect(after).toEqual(Array(4).fill([200, String(counted)]));
    expect(lives).toBe(5);
    // Whoever owns last may have closed before the others, which then take its place.
    expect(owners.length).toBeGreaterThanOrEqual(2);
    // One scrape loop at a time: only a new owner's first scrape may come sooner than a second after another.
    const early = scrapes.filter((timeMs, index) => timeMs - scrapes[index - 1] < 800);
    expect(scrapes.length).toBeGreaterThan(0);
    expect(early.length).toBeLessThan(owners.length);

    const url = await serve(await start({ shared: false }));
    const stored = async (query: string) => {
      const [first] = (await read(url, query)) as { value: [number, string] }[];
      return first?.value[1];
    };
    expect(await stored('sum(last_over_time(orders_total[1h]))')).toBe(String(counted));
    expect(await stored('count(count by (instance) (last_over_time(orders_total[1h])))')).toBe('5');
    expect(await stored('sum(resets(orders_total[1h]))')).toBe('0');
  });
});
