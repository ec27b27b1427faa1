import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Transport } from '../delivery/transport.js';
import { startTestClient, type TestClient, type TestSettings } from '../testClient.suite.js';
import { ownFolderName } from './spoolOwner.js';

let dir: string;
let running: TestClient[];
/** What arrived: the values of `jobs_total` without its zero samples, and when they were taken. */
let stored: { atMs: number; value: number }[];
let isAway: boolean;

beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'tinyobs-spool-')), 'spool');
  running = [];
  stored = [];
  isAway = true;
});

afterEach(async () => {
  isAway = false;
  for (const { client } of running) await client.close();
  await rm(dirname(dir), { recursive: true });
});

interface PushedRow {
  readonly name: string;
  readonly value: number | 'stale';
  readonly timestamp: number;
}

/** Stores in memory, when it is not away. */
const transport: Transport = {
  format: 'text',
  pack: async (body) => new TextEncoder().encode(body),
  send: async (packed) => {
    if (isAway) return { status: 503, body: '' };
    const { metrics } = JSON.parse(new TextDecoder().decode(packed)) as { metrics: PushedRow[] };
    for (const { name, value, timestamp } of metrics) {
      if (name === 'jobs_total' && value !== 0 && value !== 'stale') stored.push({ atMs: timestamp, value });
    }
    return { status: 200, body: '' };
  },
  close: () => {},
};

function start(settings: TestSettings = {}) {
  const common = { transport, spool: { dir }, intervalMs: 3_600_000, random: () => 0 };
  const test = startTestClient('http://unused.test', { ...common, ...settings });
  running.push(test);
  return { ...test, jobs: test.client.counter('jobs_total') };
}

/** A flush whose waits before retries take no time. */
async function flush({ client, clock }: TestClient) {
  const flushed = client.flush();
  let isOver = false;
  void flushed.then(() => {
    isOver = true;
  });
  while (!isOver) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(0);
  }
  return flushed;
}

const files = () =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();

const values = () => stored.map(({ value }) => value);

/** Counts and flushes so many times, ten seconds apart. */
async function countAndFlush(test: ReturnType<typeof start>, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    test.jobs.inc();
    test.clock.advance(10_000);
    await flush(test);
  }
}

describe('a spool', () => {
  it('has a batch from before it is sent until it is delivered, for its user only', async () => {
    const seen: number[] = [];
    const send: Transport['send'] = (...given) => {
      seen.push(files().length);
      return transport.send(...given);
    };
    const test = start({ transport: { ...transport, send } });
    isAway = false;
    await countAndFlush(test, 1);
    expect(seen).toEqual([1]);
    await expect.poll(files).toEqual([]);
    isAway = true;
    await countAndFlush(test, 1);
    const [file] = files();
    expect([statSync(file).mode & 0o777, statSync(dirname(file)).mode & 0o777]).toEqual([0o600, 0o700]);
  });

  it('gives what a client has left to the next, in order, as it was', async () => {
    const test = start();
    const beganMs = test.clock.nowMs();
    await countAndFlush(test, 3);
    const closed = test.client.close({ timeoutMs: 0 });
    test.clock.advance(0);
    expect(await closed).toMatchObject({ result: 'timeout', dropped: 0 });
    expect(test.drops).toEqual([]);
    isAway = false;
    const next = start();
    expect((await flush(next)).result).toBe('ok');
    const times = stored.map(({ atMs }) => atMs - beganMs);
    expect(values().slice(0, 3)).toEqual([1, 2, 3]);
    expect(times.slice(0, 3)).toEqual([10_000, 20_000, 30_000]);
    await next.client.close();
    expect(readdirSync(dir)).toEqual([]);
  });

  it('keeps what is turned away for a client with the right key', async () => {
    const send: Transport['send'] = async () => ({ status: 401, body: '' });
    const test = start({ transport: { ...transport, send } });
    await countAndFlush(test, 3);
    expect(await test.client.close()).toMatchObject({ result: 'failed', dropped: 0 });
    expect(test.drops).toEqual([]);
    expect(test.problems.map(({ code }) => code)).toEqual(['delivery_denied']);
    isAway = false;
    const next = start();
    expect((await flush(next)).result).toBe('ok');
    // The last as it was closed.
    expect(values()).toEqual([1, 2, 3, 3]);
  });

  it('is taken before what waits, also by a client that has long been running', async () => {
    const first = start();
    await countAndFlush(first, 2);
    const second = start();
    second.jobs.inc(100);
    await countAndFlush(second, 1);
    const closed = first.client.close({ timeoutMs: 0 });
    first.clock.advance(0);
    await closed;
    isAway = false;
    await flush(second);
    expect(values().slice(0, 2)).toEqual([1, 2]);
    expect(values().indexOf(101)).toBeGreaterThan(values().lastIndexOf(2));
  });

  it('is not taken from a client that lives', async () => {
    const first = start();
    await countAndFlush(first, 2);
    const second = start();
    await flush(second);
    isAway = false;
    await flush(second);
    expect(values()).toEqual([]);
    await flush(first);
    expect(values()).toEqual([1, 2, 2]);
  });

  it('is adopted once by one of many, with all that its owner had adopted', async () => {
    const owner = start();
    await countAndFlush(owner, 2);
    // As the folder of a process that is gone, within that of another that is gone since.
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    const [machine] = (await ownFolderName()).split('.');
    const gone = (random: string) => `${machine}.${child.pid}.77.${random.repeat(16)}`;
    const nested = join(dir, gone('a'), gone('b'));
    mkdirSync(nested, { recursive: true });
    for (const path of files()) {
      writeFileSync(join(nested, basename(path)), readFileSync(path));
    }
    isAway = false;
    const others = [start(), start(), start(), start()];
    await Promise.all(others.map(flush));
    expect(values().sort()).toEqual([1, 2]);
  });

  it('is adopted from another machine when it was not touched for a minute', async () => {
    const theirs = join(dir, `00000000.1.1.${'c'.repeat(16)}`);
    const owner = start();
    await countAndFlush(owner, 1);
    mkdirSync(theirs);
    const [path] = files();
    writeFileSync(join(theirs, basename(path)), readFileSync(path));
    isAway = false;
    const next = start();
    await flush(next);
    expect(values()).toEqual([]);
    await utimes(theirs, new Date(), new Date(Date.now() - 61_000));
    await flush(next);
    expect(values()).toEqual([1]);
  });

  it('goes on in a new folder when its own was taken, and sends nothing twice', async () => {
    const test = start();
    await countAndFlush(test, 2);
    await rm(dirname(files()[0]), { recursive: true });
    await countAndFlush(test, 1);
    isAway = false;
    expect((await flush(test)).result).toBe('ok');
    expect(values()).toEqual([3, 3]);
    expect(test.problems.map(({ code }) => code)).toEqual(['delivery_failed']);
  });

  it.each([
    ['torn', (bytes: Buffer) => bytes.subarray(0, -1)],
    ['flipped', (bytes: Buffer) => bytes.fill(bytes[40] ^ 4, 40, 41)],
    ['empty', (bytes: Buffer) => bytes.subarray(0, 0)],
  ])('drops and counts a batch whose file is %s, and that one only', async (_how, damage) => {
    const test = start();
    await countAndFlush(test, 3);
    const rowCount = Number(basename(files()[1]).split('-')[3]);
    writeFileSync(files()[1], damage(readFileSync(files()[1])));
    isAway = false;
    expect(await flush(test)).toMatchObject({ result: 'partial', dropped: rowCount });
    expect(values()).toEqual([1, 3, 3]);
    expect(test.drops).toEqual([{ reason: 'spool_damaged', count: rowCount }]);
    expect(test.problems.map(({ code }) => code)).toEqual(['delivery_failed', 'spool_damaged']);
  });

  it('sends nothing that was packed for another transport', async () => {
    const test = start();
    await countAndFlush(test, 1);
    const closed = test.client.close({ timeoutMs: 0 });
    test.clock.advance(0);
    await closed;
    isAway = false;
    const next = start({ transport: { ...transport, format: 'other' } });
    expect((await flush(next)).result).toBe('partial');
    expect(values()).toEqual([]);
    expect(next.drops.map(({ reason }) => reason)).toEqual(['spool_damaged']);
  });

  it('that cannot be written is told once, while delivery goes on from memory', async () => {
    mkdirSync(dirname(dir), { recursive: true });
    writeFileSync(dir, 'a file where the folder should be');
    const test = start();
    await countAndFlush(test, 3);
    isAway = false;
    expect((await flush(test)).result).toBe('ok');
    expect(values()).toEqual([1, 2, 3, 3]);
    expect(test.problems.map(({ code }) => code)).toEqual(['spool_failed', 'delivery_failed']);
  });

  it.each([{ dir: '' }, { dir: 7 as unknown as string }])('is none with %j', async (spool) => {
    const test = start({ spool });
    isAway = false;
    expect((await flush(test)).result).toBe('ok');
    expect(test.problems.map(({ code }) => code)).toEqual(['invalid_option']);
  });

  it('is bounded, as memory is, however long the server is away: the oldest goes first, counted', async () => {
    const sizeBytesMax = 1_024 * 1_024;
    // A day; and a batch takes a block of 4 KiB.
    const flushes = process.env['TEST_SCALE'] === 'full' ? 8_640 : 320;
    const test = start({ spool: { dir, sizeBytesMax }, queueSizeBytesMax: 0 });
    for (let i = 0; i < flushes; i++) {
      test.jobs.inc();
      test.clock.advance(86_400_000 / flushes);
      await flush(test);
    }
    await expect.poll(() => files().length).toBeLessThanOrEqual(256);
    const blocks = files().reduce((sum, path) => sum + Math.ceil(statSync(path).size / 4_096), 0);
    expect(blocks * 4_096).toBeLessThanOrEqual(sizeBytesMax);
    const kept = files().length;
    const dropped = test.drops.reduce((sum, { count }) => sum + count, 0);
    isAway = false;
    await flush(test);
    expect(values().length).toBe(kept + 1);
    // The last there were, in order; at full hours the client has flushed by itself, too.
    expect(stored).toEqual([...stored].sort((a, b) => a.atMs - b.atMs));
    const distinct = [...new Set(values())];
    expect(distinct).toEqual(distinct.map((_value, i) => flushes - distinct.length + 1 + i));
    expect(distinct.length).toBeGreaterThan(200);
    expect(dropped).toBeGreaterThan(flushes - distinct.length);
  });
});
