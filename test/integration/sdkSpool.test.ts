import { mkdirSync, mkdtempSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type Problem, type Transport } from '@tinyobs/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.js';
import { freePort } from '../freePort.js';
import { type Program, startProgram } from '../programs.js';
import { canMount, mountSmallDisk, type SmallDisk } from '../smallDisk.js';
import { ROOT } from '../sources.js';
import { getApi, startTestServer, type TestServer } from '../testServer.js';

let folder: string;
let dir: string;
let port: number;
let server: TestServer | undefined;
const apps: Program[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tinyobs-spool-'));
  dir = join(folder, 'spool');
  mkdirSync(dir);
  port = await freePort();
});

afterEach(async () => {
  for (const app of apps.splice(0)) await app.stop('SIGKILL');
  await server?.close();
  server = undefined;
  await rm(folder, { recursive: true });
});

/** Files that wait, of all processes. */
function waitingFiles(): string[] {
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

const APP = `
import { createClient } from ${JSON.stringify(join(ROOT, 'packages/sdk/dist/index.js'))};
const [endpoint, dir, orders] = process.argv.slice(2);
const obs = createClient({
  endpoint, service: 'shop', spool: { dir }, intervalMs: 3_600_000,
  onError: ({ code }) => console.log('problem ' + code),
  onDrop: ({ reason, count }) => console.log('dropped ' + count + ' ' + reason),
});
obs.counter('orders_total').inc(Number(orders));
const { result } = await obs.flush();
console.log('flushed ' + result);
setInterval(() => {}, 1_000);`;

function startApp(orders: number): Program {
  writeFileSync(join(folder, 'app.mjs'), APP);
  const args = [join(folder, 'app.mjs'), `http://127.0.0.1:${port}`, dir, String(orders)];
  const app = startProgram(process.execPath, args, { cwd: folder });
  apps.push(app);
  return app;
}

/** Lets apps count and flush to a server that is away, and kills them when so many batches wait. */
async function liveAndDie(orders: readonly number[], batches: number): Promise<void> {
  const lives = orders.map(startApp);
  await eventually('batches on the disk', async () => {
    const count = waitingFiles().filter((path) => statSync(path).size > 0).length;
    return count === batches ? undefined : `${count}`;
  });
  for (const life of lives) expect(await life.stop('SIGKILL')).toBe('SIGKILL');
}

async function query(text: string, headers?: Record<string, string>): Promise<number> {
  const { data } = await getApi(server?.url ?? '', '/api/v1/query', { query: text }, headers);
  return Number((data.result as { value: [number, string] }[])[0]?.value[1]);
}

describe('apps that are killed while the server is away', () => {
  it('lose nothing of what they had flushed: the next delivers it, as of when it was counted', async () => {
    const beganSeconds = Date.now() / 1_000;
    await liveAndDie([100, 20, 3], 3);
    await liveAndDie([4_000], 4);
    const diedSeconds = Date.now() / 1_000;
    server = await startTestServer({ listen: `127.0.0.1:${port}` });
    await startApp(50_000).waitFor(/flushed ok/);
    await eventually('an empty spool', async () => waitingFiles().join() || undefined);
    expect(await query('sum(last_over_time(orders_total[1h]))')).toBe(54_123);
    expect(await query('count(last_over_time(orders_total[1h]))')).toBe(5);
    const ofTheDead =
      'timestamp(last_over_time(orders_total[1h])) and last_over_time(orders_total[1h]) < 5000';
    expect(await query(`count(${ofTheDead})`)).toBe(4);
    const times = (how: string) =>
      query(`${how}(timestamp(orders_total) and last_over_time(orders_total[1h]) < 5000)`);
    expect(await times('min')).toBeGreaterThanOrEqual(beganSeconds);
    expect(await times('max')).toBeLessThanOrEqual(diedSeconds);
  });

  it('lose what was torn, which is noticed and counted', async () => {
    await liveAndDie([100, 20], 2);
    const [torn] = waitingFiles();
    truncateSync(torn, statSync(torn).size - 1);
    server = await startTestServer({ listen: `127.0.0.1:${port}` });
    const app = startApp(3);
    await app.waitFor(/flushed partial/);
    expect(app.output()).toMatch(/problem spool_damaged\n/);
    expect(app.output()).toMatch(/dropped [1-9]\d* spool_damaged\n/);
    expect([23, 103]).toContain(await query('sum(last_over_time(orders_total[1h]))'));
  });
});

const withKey = (key: string) => ({ authorization: `Bearer ${key}` });

describe('an app whose key is not known', () => {
  it('loses nothing by it: once it has the right one, all that waited is delivered', async () => {
    const adminKey = 'the-right-key-0123456789';
    server = await startTestServer({ auth: { adminKey } });
    const { url } = server;
    const start = (key: string, instance: string) => {
      const problems: Problem[] = [];
      const client = createClient({
        endpoint: url,
        headers: withKey(key),
        service: 'shop',
        instance,
        runtimeMetrics: false,
        spool: { dir },
        intervalMs: 3_600_000,
        onError: (problem) => problems.push(problem),
      });
      return { client, problems, orders: client.counter('orders_total') };
    };
    const { client, problems, orders } = start('another-key-0123456789', 'before');
    for (const count of [100, 20]) {
      orders.inc(count);
      expect(await client.flush()).toMatchObject({ result: 'failed', dropped: 0 });
    }
    expect(await client.close()).toMatchObject({ result: 'failed', dropped: 0 });
    expect(problems).toMatchObject([
      { code: 'delivery_denied', message: expect.stringContaining('401 key_unknown') },
    ]);
    const next = start(adminKey, 'after');
    next.orders.inc(3);
    expect((await next.client.close()).result).toBe('ok');
    expect(await query('sum(last_over_time(orders_total[1h]))', withKey(adminKey))).toBe(123);
    // The zero, the two that were flushed, and that of the close.
    expect(await query('count_over_time(orders_total{instance="before"}[1h])', withKey(adminKey))).toBe(4);
    expect(next.problems).toEqual([]);
  });
});

describe.skipIf(!canMount())('a disk that is full', () => {
  let disk: SmallDisk;

  beforeEach(() => {
    disk = mountSmallDisk(1_024 * 1_024);
  });

  afterEach(() => disk.remove());

  it('is told, while batches go on from memory; when there is room again it is used', async () => {
    const problems: Problem[] = [];
    const filesAtSend: number[] = [];
    const count = () =>
      readdirSync(disk.folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile()).length;
    const transport: Transport = {
      pack: async (body) => new TextEncoder().encode(body),
      send: async () => {
        filesAtSend.push(count());
        return { status: 200, body: '' };
      },
      close: () => {},
    };
    const obs = createClient({
      transport,
      service: 'shop',
      runtimeMetrics: false,
      spool: { dir: join(disk.folder, 'spool') },
      intervalMs: 3_600_000,
      onError: (problem) => problems.push(problem),
    });
    expect((await obs.flush()).result).toBe('ok');
    writeFileSync(join(disk.folder, 'filler'), Buffer.alloc(900 * 1_024));
    disk.resize(900 * 1_024);
    expect((await obs.flush()).result).toBe('ok');
    expect((await obs.flush()).result).toBe('ok');
    expect(problems.map(({ code }) => code)).toEqual(['spool_failed']);
    expect(problems[0].message).toContain('ENOSPC');
    disk.resize(1_024 * 1_024);
    expect((await obs.close()).result).toBe('ok');
    expect(filesAtSend).toEqual([1, 1, 1, 2, 2]);
    expect(count()).toBe(1);
  });
});
