import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { FakeBackend } from '../fakeBackend.suite.js';
import { startTestClient, type TestClient } from '../testClient.suite.js';
import type { FlushResult } from './pusher.js';

let backend: FakeBackend;
let test: TestClient;

function start(settings: Parameters<typeof startTestClient>[1] = {}): TestClient {
  // A jitter of nothing: retries follow at once.
  test = startTestClient(backend.endpoint, { random: () => 0, intervalMs: 3_600_000, ...settings });
  return test;
}

beforeEach(async () => {
  backend = await FakeBackend.start();
});

afterEach(async () => {
  backend.script = () => undefined;
  await test.client.close();
  await backend.stop();
});

/** A flush whose waits before retries take no time. */
async function flush({ client, clock }: TestClient): Promise<FlushResult> {
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

const stored: { at: number; value: number | string }[] = [];

/** Stores samples of `jobs_total` as a server does. */
const store: FakeBackend['script'] = ({ rows }) => {
  for (const row of rows) {
    if (row.name === 'jobs_total') stored.push({ at: row.timestamp, value: row.value });
  }
  return undefined;
};

describe('a server that is away', () => {
  it('gets the points in time it has missed, in order, zero samples once', async () => {
    const { client, clock } = start();
    const startedMs = clock.nowMs();
    const jobs = client.counter('jobs_total');
    backend.script = () => 'cut';
    for (let i = 1; i <= 3; i++) {
      jobs.inc();
      clock.advance(10_000);
      expect(await flush(test)).toEqual({ result: 'failed', sent: 0, dropped: 0 });
    }
    stored.length = 0;
    backend.script = store;
    clock.advance(10_000);
    const result = await flush(test);
    expect(result.result).toBe('ok');
    expect(result.dropped).toBe(0);
    const seen = new Map(stored.map(({ at, value }) => [at - startedMs, value]));
    // The zero sample is in each of them, and always the same.
    expect([...seen]).toEqual([
      [0, 0],
      [10_000, 1],
      [20_000, 2],
      [30_000, 3],
      [40_000, 3],
    ]);
    stored.length = 0;
    await flush(test);
    expect(stored.length).toBe(1);
    expect(backend.rowsOf('tinyobs_sdk_queued_samples')[0].value).toBe(0);
  });

  it('is kept so much for as there is room, the oldest going first, counted', async () => {
    const { client, clock, drops } = start({ queueSizeBytesMax: 4_000 });
    const jobs = client.counter('jobs_total');
    // Away, or with somebody else in its place.
    backend.script = (_push, index) => (index % 2 === 0 ? 'cut' : { status: 404 });
    let rows = 0;
    for (let i = 0; i < 200; i++) {
      jobs.inc();
      clock.advance(432_000);
      await flush(test);
      rows += backend.pushes.at(-1)?.rows.length ?? 0;
    }
    stored.length = 0;
    backend.script = store;
    clock.advance(10_000);
    const result = await flush(test);
    const dropped = drops.reduce((sum, { count }) => sum + count, 0);
    expect(drops.every(({ reason }) => reason === 'delivery_failed')).toBe(true);
    expect(dropped).toBeGreaterThan(rows / 2);
    expect(result.result).toBe('ok');
    // What is left is the end of the day, and the state of now.
    const values = [...new Set(stored.map(({ value }) => value).filter((value) => value !== 0))];
    expect(values.length).toBeGreaterThan(3);
    expect(values).toEqual(Array.from(values, (_, i) => 201 - values.length + i));
  });

  it('is retried no more when the budget for that is used up, until something was delivered', async () => {
    start();
    backend.script = () => ({ status: 503 });
    const attempts: number[] = [];
    for (let i = 0; i < 7; i++) {
      const before = backend.pushes.length;
      await flush(test);
      attempts.push(backend.pushes.length - before);
    }
    expect(attempts).toEqual([5, 5, 5, 5, 5, 1, 1]);
    backend.script = () => undefined;
    await flush(test);
    backend.script = () => ({ status: 503 });
    const before = backend.pushes.length;
    await flush(test);
    // Eight batches were delivered, and each earned a fifth of a retry.
    expect(backend.pushes.length - before).toBe(2);
  });

  it('does not hold back the others with a batch that it fails at', async () => {
    const { client } = start();
    const jobs = client.counter('jobs_total');
    jobs.inc();
    const isPoison = (rows: { name: string; value: unknown }[]) =>
      rows.some(({ name, value }) => name === 'jobs_total' && value === 1);
    backend.script = ({ rows }) => (isPoison(rows) ? { status: 500 } : undefined);
    const results: string[] = [];
    for (let i = 0; i < 4; i++) {
      results.push((await flush(test)).result);
      jobs.inc();
    }
    expect(results).toEqual(['failed', 'failed', 'failed', 'ok']);
    expect(test.drops.map(({ reason }) => reason)).toEqual(['delivery_failed']);
    expect(backend.rowsOf('jobs_total')[0].value).toBe(4);
  });
});

describe('a server that turns batches away', () => {
  it.each([302, 401, 403, 404, 405, 407])('by %i gets all of them once it takes them', async (status) => {
    const { client, clock, drops, problems } = start();
    const jobs = client.counter('jobs_total');
    const denied = { status, body: { code: 'key_expired', message: 'this key has expired' } };
    backend.script = () => denied;
    for (let i = 1; i <= 3; i++) {
      jobs.inc();
      clock.advance(10_000);
      expect(await flush(test)).toEqual({ result: 'failed', sent: 0, dropped: 0 });
    }
    // One attempt each: what is wrong is so until somebody puts it right.
    expect(backend.pushes.length).toBe(3);
    expect(problems).toMatchObject([
      {
        code: 'delivery_denied',
        message: expect.stringContaining(`${status} key_expired: this key has expired`),
      },
    ]);
    stored.length = 0;
    backend.script = store;
    clock.advance(10_000);
    expect(await flush(test)).toMatchObject({ result: 'ok', dropped: 0 });
    expect(stored.map(({ value }) => value).filter((value) => value !== 0)).toEqual([1, 2, 3, 3]);
    expect(drops).toEqual([]);
    expect(backend.rowsOf('tinyobs_sdk_denied_total')[0].value).toBe(3);
    backend.script = () => denied;
    await flush(test);
    expect(problems.map(({ code }) => code)).toEqual(['delivery_denied', 'delivery_denied']);
  });

  it('is asked by ticks after the longest backoff only, and at once by who flushes or closes', async () => {
    const { client, clock } = start({ intervalMs: 1_000, random: () => 1 });
    backend.script = () => ({ status: 401 });
    /** The seconds at which there was a push. */
    const pushed: number[] = [];
    for (let second = 1; second <= 25; second++) {
      const before = backend.pushes.length;
      clock.advance(1_000);
      // Until the flush of the tick is over.
      const isOver = async () => (await client.expose()).body.includes(`{result="failed"} ${second}\n`);
      while (!(await isOver())) await new Promise((resolve) => setImmediate(resolve));
      if (backend.pushes.length > before) pushed.push(second);
    }
    expect(pushed).toEqual([1, 11, 21]);
    expect((await client.flush()).result).toBe('failed');
    expect((await client.close()).result).toBe('failed');
    expect(backend.pushes.length).toBe(5);
  });
});

describe('what is sent', () => {
  it('is compressed, and says so', async () => {
    const { client } = start();
    await client.flush();
    expect(backend.pushes[0].headers).toMatchObject({ 'content-encoding': 'gzip' });
  });
});
