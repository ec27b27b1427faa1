import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type ClientOptions, createClient, type Drop } from '@tinyobs/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.js';
import { type Fault, type FaultyProxy, startFaultyProxy } from '../faultyProxy.js';
import { type Program, startProgram } from '../programs.js';
import { ROOT } from '../sources.js';
import { getApi, startTestServer, type TestServer } from '../testServer.js';

let server: TestServer;

beforeEach(async () => {
  server = await startTestServer();
});

afterEach(() => server.close());

/** The value of a query without labels in its result; NaN where there is none. */
async function readNumber(query: string, url = server.url): Promise<number> {
  const { data } = await getApi(url, '/api/v1/query', { query });
  const [first] = data.result as { value: [number, string] }[];
  return Number(first?.value[1]);
}

/** What the store says that all instances of a service have counted, ended or not. */
const storedOrders = (job: string, url?: string): Promise<number> =>
  readNumber(`sum(last_over_time(orders_total{job="${job}"}[1h]))`, url);

function start(options: Partial<ClientOptions> & { service: string }) {
  const drops: Drop[] = [];
  const client = createClient({
    endpoint: server.url,
    intervalMs: 3_600_000,
    runtimeMetrics: false,
    onError: () => {},
    onDrop: (drop) => drops.push(drop),
    ...options,
  });
  return { client, drops, orders: client.counter<'kind'>('orders_total', { labelNames: ['kind'] }) };
}

const FAULTS: Readonly<Record<string, Fault>> = {
  'answers-429': { status: 429 },
  'answers-429-and-when': { status: 429, retryAfter: '1' },
  'answers-500': { status: 500 },
  'answers-503': { status: 503 },
  'answers-503-and-when': { status: 503, retryAfter: new Date(0).toUTCString() },
  hangs: 'hang',
  resets: 'reset',
  'is-slow': 'slow',
  'loses-answers': 'lost',
};

describe('a server that', () => {
  let proxy: FaultyProxy;

  beforeEach(async () => {
    proxy = await startFaultyProxy(server.url);
  });

  afterEach(() => proxy.close());

  it.each(Object.entries(FAULTS))('%s gets every count and every point in time', async (service, fault) => {
    const { client, drops, orders } = start({ endpoint: proxy.url, service, requestTimeoutMs: 400 });
    orders.inc({ kind: 'book' }, 10);
    orders.inc({ kind: 'tea' }, 7);
    proxy.faults.push(fault);
    expect((await client.flush()).result).toBe('ok');
    orders.inc({ kind: 'book' }, 5);
    proxy.faults.push(fault);
    expect((await client.flush()).result).toBe('ok');
    orders.inc({ kind: 'tea' });
    expect((await client.close()).result).toBe('ok');
    expect(proxy.faults).toEqual([]);
    expect(drops).toEqual([]);
    expect(await storedOrders(service)).toBe(23);
    // For both kinds the zero and three states; no second beginning where a batch came twice.
    expect(await readNumber(`sum(count_over_time(orders_total{job="${service}"}[1h]))`)).toBe(8);
    expect(await readNumber(`sum(resets(orders_total{job="${service}"}[1h]))`)).toBe(0);
  });
});

describe('a server that is killed during traffic, and started again', () => {
  let cwd: string;
  let program: Program | undefined;

  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), 'tinyobs-killed-'));
  });

  afterEach(async () => {
    await program?.stop('SIGKILL');
    await rm(cwd, { recursive: true });
  });

  async function startServer(listen: string): Promise<string> {
    const args = [
      join(ROOT, 'apps/tinyobs/dist/main.js'),
      '--listen',
      listen,
      '--data-dir',
      join(cwd, 'data'),
    ];
    program = startProgram(process.execPath, args, { cwd });
    const [, url] = await program.waitFor(/Dashboard\s+(http:\/\/[^\s/]+)/);
    return url;
  }

  it('has every count', async () => {
    const url = await startServer('127.0.0.1:0');
    const { client, drops, orders } = start({ endpoint: url, service: 'shop', intervalMs: 100 });
    let counted = 0;
    const traffic = setInterval(() => {
      orders.inc({ kind: 'book' });
      counted++;
    }, 5);
    await eventually('counts arrive', async () =>
      (await storedOrders('shop', url)) > 0 ? undefined : 'there are none',
    );
    await program?.stop('SIGKILL');
    const before = counted;
    await eventually('the app counts on', async () => (counted > before + 50 ? undefined : 'it does not'));
    await startServer(new URL(url).host);
    const away = counted;
    await eventually('what was counted meanwhile arrives', async () =>
      (await storedOrders('shop', url)) > away ? undefined : 'it is missing',
    );
    clearInterval(traffic);
    expect((await client.close()).result).toBe('ok');
    expect(drops).toEqual([]);
    expect(await storedOrders('shop', url)).toBe(counted);
    expect(await readNumber('sum(resets(orders_total[1h]))', url)).toBe(0);
  });
});

/**
 * Four workers that count by hundreds, and say of each when it is delivered. Two are killed while they count on, and
 * replaced: what they had not delivered is lost, and nobody counts it.
 */
const CLUSTER = `
import cluster from 'node:cluster';
import { once } from 'node:events';
import { createClient } from ${JSON.stringify(join(ROOT, 'packages/sdk/dist/index.js'))};
if (cluster.isPrimary) {
  const delivered = new Map();
  const fork = () => {
    const worker = cluster.fork();
    worker.on('message', (total) => {
      delivered.set(worker.id, total);
      if (worker.id <= 2 && total === 500) worker.process.kill('SIGKILL');
      else worker.send('go on');
    });
    worker.on('exit', (_code, signal) => {
      if (signal === 'SIGKILL') fork();
      else if (Object.keys(cluster.workers).length === 0) {
        console.log('counted ' + [...delivered.values()].reduce((sum, one) => sum + one));
      }
    });
  };
  for (let i = 0; i < 4; i++) fork();
} else {
  const obs = createClient({ endpoint: process.argv[2], service: 'cluster', intervalMs: 3_600_000 });
  const orders = obs.counter('orders_total', { labelNames: ['kind'] });
  for (let total = 100; total <= 1_000; total += 100) {
    for (let i = 0; i < 100; i++) orders.inc({ kind: i % 2 ? 'book' : 'tea' });
    while ((await obs.flush()).result !== 'ok');
    const told = once(process, 'message');
    process.send(total);
    await told;
  }
  await obs.close();
  process.disconnect();
}`;

/** Counts, closes and says so: as a thread or a process forked, whichever it is. */
const WORKER = `
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { createClient } from ${JSON.stringify(join(ROOT, 'packages/sdk/dist/index.js'))};
const [endpoint, service, orders] = isMainThread ? process.argv.slice(2) : workerData;
const obs = createClient({ endpoint, service, runtimeMetrics: false, intervalMs: 3_600_000 });
obs.counter('orders_total', { labelNames: ['kind'] }).inc({ kind: 'book' }, Number(orders));
const { result } = await obs.close();
if (result !== 'ok') throw new Error(result);`;

/** Counts beside three such workers. */
const PARENT = `
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { createClient } from ${JSON.stringify(join(ROOT, 'packages/sdk/dist/index.js'))};
const [endpoint, service, file] = process.argv.slice(2);
const obs = createClient({ endpoint, service, runtimeMetrics: false, intervalMs: 3_600_000 });
obs.counter('orders_total', { labelNames: ['kind'] }).inc({ kind: 'book' }, 1_000);
const ends = [1, 20, 300].map(async (orders) => {
  const args = [endpoint, service, String(orders)];
  const one = service === 'threads' ? new Worker(new URL(file), { workerData: args }) : fork(new URL(file), args);
  const [code] = await once(one, 'exit');
  if (code !== 0) throw new Error('a worker ended with ' + code);
});
await Promise.all(ends);
await obs.close();
console.log('instance ' + process.pid);`;

describe('several processes', () => {
  let cwd: string;
  let program: Program | undefined;

  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), 'tinyobs-cluster-'));
  });

  afterEach(async () => {
    await program?.stop('SIGKILL');
    await rm(cwd, { recursive: true });
  });

  it('of a cluster, of which two are killed and replaced, add up to what was counted', async () => {
    writeFileSync(join(cwd, 'cluster.mjs'), CLUSTER);
    program = startProgram(process.execPath, [join(cwd, 'cluster.mjs'), server.url], { cwd });
    const [, counted] = await program.waitFor(/counted (\d+)/);
    const lives = await readNumber('count(count by (instance) (last_over_time(orders_total[1h])))');
    expect(lives).toBe(6);
    expect(Number(counted)).toBe(4 * 1_000 + 2 * 500);
    expect(await storedOrders('cluster')).toBe(Number(counted));
    expect(await readNumber('sum(resets(orders_total[1h]))')).toBe(0);
  });

  it.each([
    ['threads', (pid: string) => `[^:]+:${pid}:t[1-9][0-9]*`],
    ['forks', () => '[^:]+:[0-9]+'],
  ])('that are %s add up too, each an instance of its own', async (service, others) => {
    writeFileSync(join(cwd, 'worker.mjs'), WORKER);
    writeFileSync(join(cwd, 'parent.mjs'), PARENT);
    const file = pathToFileURL(join(cwd, 'worker.mjs')).href;
    program = startProgram(process.execPath, [join(cwd, 'parent.mjs'), server.url, service, file], { cwd });
    const [, pid] = await program.waitFor(/instance (\d+)/);
    expect(await storedOrders(service)).toBe(1_321);
    const lives = (pattern: string) =>
      readNumber(`count(last_over_time(orders_total{job="${service}",instance=~"${pattern}"}[1h]))`);
    expect(await lives('.+')).toBe(4);
    expect(await lives(`[^:]+:${pid}`)).toBe(1);
    expect(await lives(others(pid))).toBe(service === 'threads' ? 3 : 4);
    expect(await readNumber(`sum(resets(orders_total{job="${service}"}[1h]))`)).toBe(0);
  });
});
