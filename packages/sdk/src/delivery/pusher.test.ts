import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeBackend } from '../fakeBackend.suite.js';
import { startTestClient, type TestClient } from '../testClient.suite.js';

let backend: FakeBackend;
const running: TestClient[] = [];

function start(...args: Parameters<typeof startTestClient> | []): TestClient {
  const [endpoint = backend.endpoint, settings] = args;
  const test = startTestClient(endpoint, settings);
  running.push(test);
  return test;
}

beforeEach(async () => {
  backend = await FakeBackend.start();
});

afterEach(async () => {
  for (const { client, clock } of running.splice(0)) {
    const closed = client.close();
    clock.advance(60_000);
    await closed;
  }
  await backend.stop();
});

describe('what is pushed', () => {
  it('sends every live series at every interval, changed or not, under one timestamp', async () => {
    const { client, clock } = start();
    client.counter('orders_total', { help: 'Orders placed' }).inc({ status: 'ok' }, 3);
    client.gauge('carts').set(7);
    clock.advance(10_000);
    await backend.received(1);
    await client.flush();
    clock.advance(10_000);
    await backend.received(3);

    expect(new Set(backend.pushes[0].rows.map((row) => row.timestamp))).toEqual(
      new Set([1_700_000_010_000, 1_700_000_000_000]),
    );
    expect(new Set(backend.pushes[2].rows.map((row) => row.timestamp))).toEqual(new Set([1_700_000_020_000]));
    const row = {
      name: 'orders_total',
      type: 'counter',
      labels: { job: 'shop', instance: 'test:1', status: 'ok' },
    };
    const help = 'Orders placed';
    expect(backend.zerosOf('orders_total', 0)).toEqual([
      { ...row, help, value: 0, timestamp: 1_700_000_000_000 },
    ]);
    expect(backend.rowsOf('orders_total', 0)).toEqual([{ ...row, value: 3, timestamp: 1_700_000_010_000 }]);
    expect(backend.rowsOf('orders_total', 2)[0].value).toBe(3);
    expect(backend.rowsOf('carts', 2)[0].value).toBe(7);
  });

  it('never gives two flushes the same timestamp, and leaves room between them', async () => {
    const { client } = start();
    await client.flush();
    await client.flush();
    expect([backend.timeOf(0), backend.timeOf(1)]).toEqual([1_700_000_000_000, 1_700_000_000_002]);
  });

  it('follows a clock that is set back', async () => {
    const { client, clock } = start();
    await client.flush();
    clock.advance(-60_000);
    await client.flush();
    expect(backend.timeOf(1)).toBe(1_700_000_000_000 - 60_000);
  });

  it('cuts a large snapshot into batches, each series in one of them', async () => {
    const { client } = start(backend.endpoint, { seriesPerMetric: 5_000 });
    const gauge = client.gauge('shelf_items', { help: 'Items on a shelf' });
    for (let shelf = 0; shelf < 4_500; shelf++) gauge.set({ shelf }, shelf);
    const result = await client.flush();
    expect(backend.pushes.map((push) => push.rows.length)).toEqual([2_000, 2_000, result.sent - 4_000]);
    const rows = backend.pushes.flatMap((push) => push.rows).filter((row) => row.name === 'shelf_items');
    expect(new Set(rows.map((row) => row.labels['shelf'])).size).toBe(4_500);
    expect(rows.every((row) => Number(row.labels['shelf']) === row.value)).toBe(true);
    // Once in each batch.
    expect(rows.filter((row) => row.help !== undefined).length).toBe(3);
  });

  it('cuts batches by size too', async () => {
    const { client } = start();
    const gauge = client.gauge('wide');
    for (let i = 0; i < 1_500; i++) gauge.set({ text: `${i}${'é'.repeat(1_000)}` }, i);
    await client.flush();
    expect(backend.pushes.length).toBe(4);
    expect(backend.pushes.flatMap((push) => push.rows).filter((row) => row.name === 'wide').length).toBe(
      1_500,
    );
  });

  it('sends what is not finite as the words of the wire format', async () => {
    const { client } = start();
    const gauge = client.gauge('edge');
    gauge.set({ is: 'nan' }, Number.NaN);
    gauge.set({ is: 'up' }, Infinity);
    gauge.set({ is: 'down' }, -Infinity);
    gauge.set({ is: 'tiny' }, 5e-324);
    await client.flush();
    expect(backend.rowsOf('edge').map((row) => row.value)).toEqual(['NaN', '+Inf', '-Inf', 5e-324]);
  });

  it('marks a removed series stale once, then forgets it', async () => {
    const { client } = start();
    const gauge = client.gauge('queue');
    gauge.set({ name: 'mail' }, 4);
    await client.flush();
    gauge.remove({ name: 'mail' });
    await client.flush();
    await client.flush();
    expect(backend.rowsOf('queue', 1).map((row) => row.value)).toEqual(['stale']);
    expect(backend.rowsOf('queue', 2)).toEqual([]);
  });

  it('asks collectors right before a flush, and outlives one that throws', async () => {
    const { client, problems } = start();
    const gauge = client.gauge('queue');
    let length = 1;
    client.onCollect(() => {
      throw new Error('broken');
    });
    const end = client.onCollect(() => gauge.set(length));
    await client.flush();
    length = 5;
    end();
    await client.flush();
    expect(backend.rowsOf('queue', 0)[0].value).toBe(1);
    expect(backend.rowsOf('queue', 1)[0].value).toBe(1);
    expect(problems.map((problem) => problem.code)).toEqual(['callback_failed']);
  });
});

describe('delivery', () => {
  it('reuses one connection for many flushes, without piling up listeners', async () => {
    const warnings: string[] = [];
    const onWarning = (warning: Error) => warnings.push(warning.name);
    process.on('warning', onWarning);
    const { client } = start();
    for (let i = 0; i < 40; i++) await client.flush();
    process.off('warning', onWarning);
    expect(backend.pushes.length).toBe(40);
    expect(backend.sockets.size).toBe(1);
    expect(warnings).toEqual([]);
  });

  it('keeps to one flush at a time; callers meanwhile share the next', async () => {
    const { client, clock } = start();
    backend.script = (_push, index) => (index === 0 ? { status: 503 } : undefined);
    expect(await clock.nextDelayMs()).toBe(10_000);
    clock.advance(10_000);
    await backend.received(1);
    expect(await clock.nextDelayMs()).toBe(10_000);
    expect(await clock.nextDelayMs()).toBe(500);
    const callers = [client.flush(), client.flush()];
    clock.advance(500);
    expect((await Promise.all(callers)).map(({ result }) => result)).toEqual(['ok', 'ok']);
    await client.flush();
    // The failed attempt, its retry, one flush for both callers, and the one just awaited.
    const times = backend.pushes.map((_push, index) => backend.timeOf(index) - 1_700_000_000_000);
    expect(times).toEqual([10_000, 10_000, 10_500, 10_502]);
    expect(backend.concurrencyMax).toBe(1);
  });

  it('skips and counts the ticks that find a flush under way', async () => {
    const { client, clock } = start();
    backend.script = (_push, index) => {
      return index === 0 ? { status: 503, headers: { 'retry-after': '25' } } : undefined;
    };
    await clock.nextDelayMs();
    clock.advance(10_000);
    await backend.received(1);
    await clock.nextDelayMs();
    expect(await clock.nextDelayMs()).toBe(25_000);
    clock.advance(24_999);
    expect(backend.pushes.length).toBe(1);
    clock.advance(1);
    await backend.received(2);
    await client.flush();
    const skipped = backend
      .rowsOf('tinyobs_sdk_flushes_total')
      .find((row) => row.labels['result'] === 'skipped');
    expect(skipped?.value).toBe(2);
  });

  it('repeats the same rows after a 503', async () => {
    const { client, clock } = start();
    backend.script = (_push, index) => (index === 0 ? { status: 503 } : undefined);
    client.counter('orders_total').inc();
    const flushed = client.flush();
    await clock.nextDelayMs();
    expect(await clock.nextDelayMs()).toBe(500);
    clock.advance(500);
    expect((await flushed).result).toBe('ok');
    expect(backend.pushes[1].rows).toEqual(backend.pushes[0].rows);
  });

  it('waits as long as Retry-After says, in seconds or as a date', async () => {
    const { client, clock } = start();
    const date = new Date(clock.nowMs() + 2_000 + 5_000).toUTCString();
    const headers = ['2', date, '3600'];
    backend.script = (_push, index) => {
      return index < 3
        ? { status: 429, body: { code: 'rate_limited' }, headers: { 'retry-after': headers[index] } }
        : undefined;
    };
    const flushed = client.flush({ timeoutMs: 600_000 });
    await clock.nextDelayMs();
    expect(await clock.nextDelayMs()).toBe(2_000);
    clock.advance(2_000);
    expect(await clock.nextDelayMs()).toBe(5_000);
    clock.advance(5_000);
    // An hour is longer than state is worth waiting for.
    expect(await clock.nextDelayMs()).toBe(60_000);
    clock.advance(60_000);
    expect((await flushed).result).toBe('ok');
  });

  it('backs off exponentially with full jitter', async () => {
    const jitter = [1, 0.5, 0, 1];
    const { client, clock } = start(backend.endpoint, { random: () => jitter.shift() ?? 1 });
    backend.script = () => 'cut';
    const flushed = client.flush();
    await clock.nextDelayMs();
    const delays: number[] = [];
    for (let retry = 0; retry < 4; retry++) {
      delays.push(await clock.nextDelayMs());
      clock.advance(delays[retry]);
    }
    expect(delays).toEqual([500, 500, 0, 4_000]);
    expect((await flushed).result).toBe('failed');
    expect(backend.pushes.length).toBe(5);
  });

  it('counts and tells what it gives up, and loses no counts by it', async () => {
    const { client, clock, problems, drops } = start(backend.endpoint, { queueSizeBytesMax: 0 });
    const orders = client.counter('orders_total');
    orders.inc(2);
    backend.script = () => ({ status: 500, body: { code: 'internal', message: 'broken' } });
    const failed = client.flush();
    await clock.nextDelayMs();
    for (let retry = 0; retry < 4; retry++) clock.advance(await clock.nextDelayMs());
    const result = await failed;
    expect(result).toEqual({ result: 'failed', sent: 0, dropped: backend.pushes[0].rows.length });
    expect(drops).toEqual([{ reason: 'delivery_failed', count: result.dropped }]);
    expect(problems.map((problem) => problem.code)).toEqual(['delivery_failed']);

    backend.script = () => undefined;
    orders.inc();
    await client.flush();
    expect(backend.rowsOf('orders_total')[0].value).toBe(3);
    expect(backend.rowsOf('tinyobs_sdk_dropped_samples_total')[0]).toMatchObject({
      value: result.dropped,
      labels: { reason: 'delivery_failed' },
    });
  });

  it('tells an outage once, and the next one again', async () => {
    const { client, clock, problems } = start(backend.endpoint, { intervalMs: 3_600_000 });
    await clock.nextDelayMs();
    const told: number[] = [];
    for (const status of [503, 503, 200, 503]) {
      backend.script = () => ({ status });
      const flushed = client.flush();
      for (let retry = 0; status === 503 && retry < 4; retry++) clock.advance(await clock.nextDelayMs());
      await flushed;
      told.push(problems.length);
    }
    expect(told).toEqual([1, 1, 1, 2]);
  });

  it('does not try the rest of a flush after a batch that could not be delivered', async () => {
    const { client, clock } = start(backend.endpoint, { seriesPerMetric: 5_000, queueSizeBytesMax: 0 });
    const gauge = client.gauge('shelf_items');
    for (let shelf = 0; shelf < 4_500; shelf++) gauge.set({ shelf }, shelf);
    backend.script = (_push, index) => (index === 0 ? undefined : 'cut');
    const flushed = client.flush();
    await clock.nextDelayMs();
    for (let retry = 0; retry < 4; retry++) clock.advance(await clock.nextDelayMs());
    const { result, sent, dropped } = await flushed;
    expect([result, sent]).toEqual(['failed', 2_000]);
    expect(dropped).toBeGreaterThan(2_500);
    expect(backend.pushes.length).toBe(1 + 5);
  });

  it.each([408, 429, 500, 502, 503, 507])('repeats a push answered %i', async (status) => {
    const { client, clock } = start();
    backend.script = (_push, index) => (index === 0 ? { status } : undefined);
    const flushed = client.flush();
    await clock.nextDelayMs();
    clock.advance(await clock.nextDelayMs());
    expect((await flushed).result).toBe('ok');
  });

  it('takes an endless answer for none', async () => {
    const { client, clock } = start();
    backend.script = (_push, index) => (index === 0 ? { status: 200, body: 'x'.repeat(2 ** 21) } : undefined);
    const flushed = client.flush();
    await clock.nextDelayMs();
    clock.advance(await clock.nextDelayMs());
    expect((await flushed).result).toBe('ok');
    expect(backend.pushes.length).toBe(2);
  });

  it('counts no more reasons than it has room for', async () => {
    const { client, drops } = start();
    backend.script = () => ({
      status: 400,
      body: { code: 'invalid_row', refused: Array.from({ length: 9 }, () => ({ code: `c${next++}` })) },
    });
    let next = 0;
    for (let i = 0; i < 8; i++) await client.flush();
    const reasons = drops.map((drop) => drop.reason);
    expect(new Set(reasons).size).toBe(65);
    expect(drops.filter((drop) => drop.reason === 'other').map((drop) => drop.count)).toEqual([8]);
  });

  it('works while the server is away and delivers when it is there', async () => {
    const { port, endpoint } = backend;
    await backend.stop();
    const { client, clock, problems } = start(endpoint);
    client.counter('orders_total').inc();
    const flushed = client.flush();
    await clock.nextDelayMs();
    const delayMs = await clock.nextDelayMs();
    backend = await FakeBackend.start(port);
    clock.advance(delayMs);
    expect((await flushed).result).toBe('ok');
    expect(backend.rowsOf('orders_total')[0].value).toBe(1);
    expect(problems).toEqual([]);
  });

  it('does not repeat a push of which the server refused some rows', async () => {
    const { client, drops, problems } = start();
    client.counter('orders_total').inc();
    backend.script = (push) => ({
      status: 429,
      headers: { 'retry-after': '1' },
      body: {
        status: 'error',
        code: 'too_many_series',
        message: 'raise limits.series',
        count: push.rows.length - 3,
        refused: [
          { row: 0, code: 'too_many_series', message: '' },
          { row: 1, code: 'sample_too_old', message: '' },
        ],
      },
    });
    const result = await client.flush();
    expect(result).toEqual({ result: 'partial', sent: backend.pushes[0].rows.length - 3, dropped: 3 });
    expect(backend.pushes.length).toBe(1);
    expect(drops).toEqual([
      { reason: 'too_many_series', count: 2 },
      { reason: 'sample_too_old', count: 1 },
    ]);
    expect(problems.map((problem) => problem.code)).toEqual(['server_refused']);
  });

  it.each([400, 413, 422])('does not repeat a push answered %i', async (status) => {
    const { client, drops } = start();
    backend.script = () => ({ status, body: {} });
    const result = await client.flush();
    expect(result).toEqual({ result: 'partial', sent: 0, dropped: backend.pushes[0].rows.length });
    expect(drops.map((drop) => drop.reason)).toEqual([`http_${status}`]);
    expect(backend.pushes.length).toBe(1);
  });

  it('gives up an attempt that is not answered in time', async () => {
    const { client, clock } = start(backend.endpoint, { requestTimeoutMs: 300 });
    backend.script = (_push, index) => (index === 0 ? 'hang' : undefined);
    const flushed = client.flush();
    await clock.nextDelayMs();
    clock.advance(await clock.nextDelayMs());
    expect((await flushed).result).toBe('ok');
  });
});

describe('close', () => {
  it('waits until the last state is delivered', async () => {
    const { client, clock } = start();
    backend.script = (_push, index) => (index === 0 ? { status: 503 } : undefined);
    client.counter('orders_total').inc();
    const closed = client.close();
    await clock.nextDelayMs();
    clock.advance(await clock.nextDelayMs());
    expect((await closed).result).toBe('ok');
    expect(backend.rowsOf('orders_total', 1)[0].value).toBe(1);
    expect(clock.timerCount).toBe(0);
    expect((await client.flush()).result).toBe('closed');
  });

  it('ends the wait of a flush under way rather than sit it out', async () => {
    const { client, clock } = start();
    backend.script = (_push, index) => {
      return index === 0 ? { status: 503, headers: { 'retry-after': '60' } } : undefined;
    };
    const first = client.flush();
    await clock.nextDelayMs();
    expect(await clock.nextDelayMs()).toBe(60_000);
    client.counter('orders_total').inc();
    expect((await client.close()).result).toBe('ok');
    expect((await first).result).toBe('failed');
    expect(backend.rowsOf('orders_total', 2)[0].value).toBe(1);
  });

  it('returns at its deadline when the server hangs, and leaves nothing running', async () => {
    const { client, clock } = start();
    backend.script = () => 'hang';
    const closed = client.close({ timeoutMs: 300 });
    await backend.received(1);
    clock.advance(300);
    expect((await closed).result).toBe('timeout');
    expect(clock.timerCount).toBe(0);
  });

  it('returns at its deadline when the app does not say what it is asked', async () => {
    const { client, clock } = start();
    client.observableGauge('g', () => new Promise<number>(() => {}), { timeoutMs: 60_000 });
    const closed = client.close({ timeoutMs: 300 });
    expect(await clock.nextDelayMs()).toBe(10_000);
    expect(await clock.nextDelayMs()).toBe(60_000);
    clock.advance(300);
    expect((await closed).result).toBe('timeout');
    expect(backend.pushes).toEqual([]);
  });

  it('may be called twice', async () => {
    const { client } = start();
    const [first, second] = await Promise.all([client.close(), client.close()]);
    expect(first).toEqual(second);
    // The last state, and the end of all series.
    expect(backend.pushes.length).toBe(2);
  });

  it('marks every series stale, after its last state', async () => {
    const { client } = start();
    client.counter('orders_total').inc(3);
    client.histogram('h', { buckets: [1] }).observe(0.5);
    const result = await client.close();
    expect(backend.rowsOf('orders_total', 0)[0].value).toBe(3);
    const [last, end] = backend.pushes;
    expect(result).toEqual({ result: 'ok', sent: last.rows.length, dropped: 0 });
    expect(new Set(end.rows.map((row) => row.value))).toEqual(new Set(['stale']));
    expect(end.rows.length).toBe(last.rows.filter((row) => row.timestamp === backend.timeOf(0)).length);
    expect(backend.timeOf(1)).toBeGreaterThan(backend.timeOf(0));
  });

  it('tells what it could not deliver before its end', async () => {
    const { client, drops } = start();
    backend.script = () => ({ status: 503 });
    const closed = client.close({ timeoutMs: 0 });
    running[0].clock.advance(0);
    expect((await closed).result).toBe('timeout');
    expect(drops).toEqual([{ reason: 'delivery_failed', count: expect.any(Number) }]);
  });
});
