import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type Problem } from '@tinyobs/sdk';
import * as facade from '@tinyobs/sdk/prom-client';
import { bridgeRegistry } from '@tinyobs/sdk/prom-client-bridge';
import promClient from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProgram } from '../programs.js';
import { getApi, startTestServer, type TestServer } from '../testServer.js';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});

afterAll(() => server.close());

/** Values by labels, without `job` and `instance`. */
async function query(text: string): Promise<Record<string, number>> {
  const { data } = await getApi(server.url, '/api/v1/query', { query: text });
  const found = data.result as { metric: Record<string, string>; value: [number, string] }[];
  return Object.fromEntries(
    found.map(({ metric: { __name__: _name, job: _job, instance: _instance, ...labels }, value }) => [
      Object.entries(labels)
        .map(([name, label]) => `${name}=${label}`)
        .join(),
      Number(value[1]),
    ]),
  );
}

type PromClient = typeof promClient;
type Registry = promClient.Registry;

/** An app that has its metrics in a registry of its own. */
function createApp({ Counter, Gauge, Histogram, Registry, Summary }: PromClient) {
  const register = new Registry();
  const registers = [register];
  return {
    register,
    orders: new Counter({ name: 'orders_total', help: 'Orders', labelNames: ['kind'], registers }),
    queue: new Gauge({ name: 'queue_length', help: 'Waiting', registers }),
    seconds: new Histogram({
      name: 'work_seconds',
      help: 'Work',
      buckets: [0.1, 1],
      labelNames: ['job'],
      registers,
    }),
    sizes: new Summary({ name: 'size_bytes', help: 'Sizes', percentiles: [0.5], registers }),
  };
}

interface Pushing {
  flush(): Promise<{ result: string }>;
  close(): Promise<{ result: string }>;
}

const WAYS: Readonly<
  Record<string, { library: PromClient; push: (register: Registry, service: string) => Pushing }>
> = {
  'a registry of prom-client over the bridge': {
    library: promClient,
    push(register, service) {
      const client = createClient({ ...pushed(service), runtimeMetrics: false });
      bridgeRegistry(client, register);
      return client;
    },
  },
  'a registry with only the import changed': {
    library: facade as unknown as PromClient,
    push: (register, service) => (register as unknown as facade.Registry).pushTo(pushed(service)),
  },
};

function pushed(service: string) {
  return { endpoint: server.url, service, instance: 'i-1', intervalMs: 3_600_000, closeAtExit: false };
}

describe.each(Object.entries(WAYS))('%s', (title, { library, push }) => {
  const job = title.replaceAll(' ', '-');
  const of = (metric: string) => query(`${metric}{job="${job}",instance="i-1"}`);

  it('is pushed by value at every flush, and ends with the client', async () => {
    const app = createApp(library);
    const client = push(app.register, job);
    app.orders.inc({ kind: 'tea' }, 3);
    app.queue.set(-2.5);
    for (const value of [0.05, 0.5, 7]) app.seconds.observe({ job: 'mail' }, value);
    app.sizes.observe(100);
    expect((await client.flush()).result).toBe('ok');
    expect(await of('orders_total')).toEqual({ 'kind=tea': 3 });
    expect(await of('queue_length')).toEqual({ '': -2.5 });
    // The app's own label of a name that the client has is called as a scrape would call it.
    expect(await of('work_seconds_bucket')).toEqual({
      'exported_job=mail,le=0.1': 1,
      'exported_job=mail,le=1': 2,
      'exported_job=mail,le=+Inf': 3,
    });
    expect(await of('work_seconds_sum')).toEqual({ 'exported_job=mail': 7.55 });
    expect(await of('work_seconds_count')).toEqual({ 'exported_job=mail': 3 });
    expect(await of('size_bytes')).toEqual({ 'quantile=0.5': 100 });
    // What a series had at first is seen as an increase, from the zero before it.
    expect(await query(`resets(orders_total{job="${job}"}[1h])`)).toEqual({ 'kind=tea': 0 });
    expect(await query(`min_over_time(orders_total{job="${job}"}[1h])`)).toEqual({ 'kind=tea': 0 });
    expect(await query(`min_over_time(queue_length{job="${job}"}[1h])`)).toEqual({ '': -2.5 });

    app.orders.inc({ kind: 'tea' });
    app.orders.inc({ kind: 'book' }, 2);
    app.seconds.remove({ job: 'mail' });
    app.register.removeSingleMetric('queue_length');
    expect((await client.flush()).result).toBe('ok');
    expect(await of('orders_total')).toEqual({ 'kind=book': 2, 'kind=tea': 4 });
    expect(await query(`count_over_time(orders_total{job="${job}"}[1h])`)).toEqual({
      'kind=book': 2,
      'kind=tea': 3,
    });
    expect(await of('work_seconds_count')).toEqual({});
    expect(await of('queue_length')).toEqual({});

    expect((await client.close()).result).toBe('ok');
    expect(await query(`{job="${job}"}`)).toEqual({});
    expect(await query(`last_over_time(orders_total{job="${job}"}[1h])`)).toEqual({
      'kind=book': 2,
      'kind=tea': 4,
    });
  });

  it('is pushed with default labels, and what a function collects without a zero before it', async () => {
    const service = `${job}-collected`;
    const { register, queue } = createApp(library);
    register.setDefaultLabels({ region: 'eu' });
    new library.Counter({
      name: 'read_total',
      help: 'Read elsewhere',
      registers: [register],
      async collect() {
        this.reset();
        this.inc(1_000_000);
      },
    });
    const client = push(register, service);
    queue.inc();
    expect((await client.flush()).result).toBe('ok');
    expect((await client.close()).result).toBe('ok');
    const last = (metric: string) => query(`last_over_time(${metric}{job="${service}"}[1h])`);
    expect(await last('queue_length')).toEqual({ 'region=eu': 1 });
    expect(await query(`min_over_time(read_total{job="${service}"}[1h])`)).toEqual({
      'region=eu': 1_000_000,
    });
  });
});

describe('the bridge', () => {
  it('leaves out what the client has itself, and goes on when a reading fails', async () => {
    const service = 'careful';
    const problems: Problem[] = [];
    const client = createClient({
      ...pushed(service),
      runtimeMetrics: false,
      onError: (problem) => problems.push(problem),
    });
    const { register, orders, queue } = createApp(promClient);
    client.counter('orders_total').inc({ kind: 'own' }, 5);
    orders.inc({ kind: 'theirs' });
    queue.set(1);
    bridgeRegistry(client, register);
    await client.flush();
    const last = (metric: string) => query(`${metric}{job="${service}"}`);
    expect(await last('orders_total')).toEqual({ 'kind=own': 5 });
    expect(await last('queue_length')).toEqual({ '': 1 });
    new promClient.Gauge({
      name: 'broken',
      help: 'Broken',
      registers: [register],
      collect() {
        throw new Error('no');
      },
    });
    queue.set(2);
    await client.flush();
    expect(await last('queue_length')).toEqual({ '': 1 });
    expect(problems.map(({ code }) => code)).toEqual(['name_in_use', 'callback_failed']);
    await client.close();
  });

  it('shows what a client shows, and counts what is past a limit together', async () => {
    const { register, orders, seconds } = createApp(promClient);
    const client = createClient({
      service: 'shop',
      runtimeMetrics: false,
      seriesPerMetric: 2,
      onError: () => {},
    });
    bridgeRegistry(client, register);
    for (const kind of ['a', 'b', 'c', 'd']) {
      orders.inc({ kind }, 10);
      seconds.observe({ job: kind }, 0.5);
    }
    await client.expose();
    orders.inc({ kind: 'd' });
    const { body } = await client.expose();
    expect(body).toContain(
      'orders_total{kind="a"} 10\norders_total{kind="b"} 10\norders_total{tinyobs_overflow="true"} 21\n',
    );
    expect(body).toContain('tinyobs_sdk_overflow_total{metric="orders_total"} 4\n');
    expect(body).toContain('work_seconds_bucket{tinyobs_overflow="true",le="1"} 2\n');
  });
});

/**
 * A program in CommonJS: a cluster whose primary tells what its two workers have, what is left when one is gone, and
 * when both are.
 */
const CLUSTER = `
const cluster = require('node:cluster');
const { once } = require('node:events');
const client = require(process.argv[2]);

async function runPrimary() {
  const registry = new client.AggregatorRegistry();
  const workers = [1, 2].map((number) => cluster.fork({ NUMBER: number }));
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  const told = [await registry.clusterMetrics()];
  for (const worker of workers) {
    worker.kill();
    await once(worker, 'exit');
    told.push(await registry.clusterMetrics());
  }
  console.log('told ' + JSON.stringify(told));
}

function runWorker() {
  const number = Number(process.env.NUMBER);
  const own = new client.Registry();
  new client.Counter({ name: 'orders', help: 'Orders', labelNames: ['worker'] }).inc({ worker: number }, number);
  new client.Gauge({ name: 'most', help: 'Most', aggregator: 'max' }).set(number);
  new client.Histogram({ name: 'sizes', help: 'Sizes', buckets: [1], registers: [own] }).observe(number);
  new client.AggregatorRegistry();
  client.AggregatorRegistry.setRegistries([client.register, own]);
  process.send('up');
}

if (cluster.isPrimary) runPrimary();
else runWorker();
`;

describe('the registry of a cluster', () => {
  it('has what all workers have, as with prom-client', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'tinyobs-cluster-'));
    const file = join(cwd, 'cluster.cjs');
    writeFileSync(file, CLUSTER);
    const require = createRequire(import.meta.url);
    const tell = async (library: string): Promise<string[][]> => {
      const program = startProgram(process.execPath, [file, require.resolve(library)], { cwd });
      const [, told] = await program.waitFor(/told (.*)/);
      await program.exited;
      // Which worker answers first is chance.
      return (JSON.parse(told) as string[]).map((text) => text.split('\n').sort());
    };
    try {
      const expected = await tell('prom-client');
      expect(await tell('@tinyobs/sdk/prom-client')).toEqual(expected);
      const sums = ['orders{worker="1"} 1', 'orders{worker="2"} 2', 'most 2', 'sizes_sum 3'];
      expect(expected[0]).toEqual(expect.arrayContaining(sums));
      expect(expected[2]).toEqual(['']);
    } finally {
      await rm(cwd, { recursive: true });
    }
  });
});
