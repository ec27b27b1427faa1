import { once } from 'node:events';
import { hostname } from 'node:os';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppEnd, AppRunner } from './appRunner.suite.js';
import { createClient } from './createClient.js';
import { FakeBackend } from './fakeBackend.suite.js';
import type { Drop, Problem } from './reporter.js';
import type { ClientOptions } from './startClient.js';

let backend: FakeBackend;
let problems: Problem[];
let drops: Drop[];

beforeEach(async () => {
  backend = await FakeBackend.start();
  problems = [];
  drops = [];
});

afterEach(() => backend.stop());

function create(options: Partial<ClientOptions> = {}) {
  return createClient({
    endpoint: backend.endpoint,
    service: 'shop',
    onError: (problem) => problems.push(problem),
    onDrop: (drop) => drops.push(drop),
    ...options,
  });
}

describe('createClient', () => {
  it('pushes JSON to the ingest route below the base path, with the headers given', async () => {
    const client = create({ endpoint: `${backend.endpoint}/obs/`, headers: { authorization: 'Bearer k' } });
    await client.close();
    const { method, path, headers } = backend.pushes[0];
    expect({ method, path }).toEqual({ method: 'POST', path: '/obs/v1/ingest' });
    expect(headers).toMatchObject({ 'content-type': 'application/json', authorization: 'Bearer k' });
  });

  it('pushes at its interval by itself', async () => {
    const client = create({ intervalMs: 100, runtimeMetrics: false });
    await backend.received(3);
    await client.close();
    const times = backend.pushes.map((_push, index) => backend.timeOf(index));
    expect([...times].sort()).toEqual(times);
  });

  it('closes its connection when it is closed', async () => {
    const client = create({ runtimeMetrics: false });
    await client.flush();
    const [socket] = backend.sockets;
    const disconnected = once(socket, 'close');
    await client.close();
    await disconnected;
    expect(backend.sockets.size).toBe(1);
  });

  it('names the process as the instance', async () => {
    await create().close();
    expect(backend.pushes[0].rows[0].labels).toMatchObject({
      job: 'shop',
      instance: `${hostname()}:${process.pid}`,
    });
  });

  it.each(['', 'nonsense', 'ftp://127.0.0.1'])(
    'works, sending nothing, with the endpoint %j',
    async (endpoint) => {
      const client = create({ endpoint });
      client.counter('orders_total').inc();
      expect((await client.flush()).result).toBe('disabled');
      expect((await client.close()).result).toBe('disabled');
      expect(problems.map((problem) => problem.code)).toEqual(['invalid_endpoint']);
    },
  );

  it('replaces options it cannot use, and tells which', async () => {
    const client = create({
      service: '',
      instance: 'x'.repeat(2_000),
      intervalMs: Number.NaN,
      seriesPerMetric: -1,
      requestTimeoutMs: 0,
      defaultLabels: { job: 'mine', 'a-b': 'x', region: 'eu', empty: '' },
    });
    client.gauge('g').set(1);
    await client.close({ timeoutMs: -5 });
    expect(backend.rowsOf('g')[0].labels).toEqual({ job: 'unknown', instance: 'unknown', region: 'eu' });
    expect(problems.map(({ code, message }) => `${code} ${message.split(' ')[0]}`).sort()).toEqual([
      'invalid_label defaultLabels:',
      'invalid_label defaultLabels:',
      'invalid_option instance',
      'invalid_option intervalMs',
      'invalid_option requestTimeoutMs',
      'invalid_option seriesPerMetric',
      'invalid_option service',
      'invalid_option timeoutMs',
    ]);
  });

  it('survives callbacks that throw', async () => {
    const broken = () => {
      throw new Error('broken callback');
    };
    const client = create({ onError: broken, onDrop: broken });
    client.counter('not valid').inc();
    await client.flush();
    await client.flush();
    await client.close();
    expect(backend.rowsOf('tinyobs_sdk_callback_errors_total', 2)[0].value).toBe(2);
  });

  it('prints problems as process warnings when nobody else hears them', async () => {
    const warned = once(process, 'warning');
    const client = create({ onError: undefined });
    client.counter('not valid');
    const [warning] = (await warned) as [Error & { code: string }];
    await client.close();
    expect([warning.name, warning.code]).toEqual(['TinyObsWarning', 'invalid_metric_name']);
  });
});

describe('runtime metrics', () => {
  it('describe the process under the names that dashboards know', async () => {
    const client = create();
    // Enough turns of the event loop for its delay to be measured.
    for (let turn = 0; turn < 30; turn++) await new Promise((resolve) => setTimeout(resolve, 5));
    await client.flush();
    await client.close();
    const value = (name: string) => Number(backend.rowsOf(name, 0)[0]?.value);
    expect(
      Math.abs(value('process_start_time_seconds') - (Date.now() / 1_000 - process.uptime())),
    ).toBeLessThan(5);
    expect(value('process_cpu_seconds_total')).toBeCloseTo(
      value('process_cpu_user_seconds_total') + value('process_cpu_system_seconds_total'),
      9,
    );
    expect(Math.abs(value('process_cpu_seconds_total') - process.cpuUsage().user / 1e6)).toBeLessThan(30);
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(value('nodejs_heap_size_used_bytes'));
    expect(value('nodejs_heap_size_total_bytes')).toBeGreaterThan(1e6);
    expect(value('nodejs_external_memory_bytes')).toBeGreaterThan(0);
    expect(value('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(
      value('nodejs_eventloop_lag_p50_seconds'),
    );
    expect(value('nodejs_eventloop_lag_p50_seconds')).toBeLessThan(1);
    expect(value('nodejs_eventloop_utilization')).toBeGreaterThan(0);
    expect(value('nodejs_eventloop_utilization')).toBeLessThanOrEqual(1);
    expect(backend.rowsOf('nodejs_version_info', 0)[0].labels['version']).toBe(process.version);
    expect(problems).toEqual([]);
  });

  it('are left out on request', async () => {
    await create({ runtimeMetrics: false }).close();
    expect(new Set(backend.pushes[0].rows.map((row) => row.name.split('_')[0]))).toEqual(
      new Set(['tinyobs']),
    );
  });
});

describe('a process', () => {
  let apps: AppRunner;

  beforeAll(async () => {
    apps = await AppRunner.create();
  });

  afterAll(() => apps.remove());

  /** Runs an app that has the client `obs`, to its end. */
  async function run(app: string): Promise<AppEnd> {
    const { ended } = await apps.start(app, [backend.endpoint]);
    return ended;
  }

  const start = `const obs = createClient({ endpoint: process.argv[2], service: 'job', intervalMs: 100 });\n`;

  it('ends by itself while a client is open and a server does not answer', async () => {
    backend.script = () => 'hang';
    const result = await run(`${start} obs.counter('a_total').inc(); setTimeout(() => {}, 300);`);
    expect(result.code).toBe(0);
    expect(result.stderr).toContain('delivery_failed');
    expect(backend.pushes.length).toBe(1);
  });

  it('is kept alive by close() until the last state is delivered', async () => {
    const result = await run(`${start} obs.counter('a_total').inc(7); await obs.close();`);
    expect(result).toEqual({ code: 0, signal: null, stderr: '' });
    expect(backend.rowsOf('a_total', 0)[0].value).toBe(7);
  });

  it('is kept alive by close() no longer than its deadline', async () => {
    backend.script = () => 'hang';
    const result = await run(`${start}
      const { result } = await obs.close({ timeoutMs: 200 });
      process.exitCode = result === 'timeout' ? 7 : 1;`);
    expect(result.code).toBe(7);
  });
});
