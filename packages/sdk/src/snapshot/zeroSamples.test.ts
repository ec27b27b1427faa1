import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeBackend } from '../fakeBackend.suite.js';
import { startTestClient, type TestClient } from '../testClient.suite.js';

const START = 1_700_000_000_000;

let backend: FakeBackend;
let test: TestClient;

beforeEach(async () => {
  backend = await FakeBackend.start();
  test = startTestClient(backend.endpoint, { seriesPerMetric: 3, intervalMs: 3_600_000 });
});

afterEach(async () => {
  await test.client.close();
  await backend.stop();
});

/** Samples of a metric in a push, as time since the start and value, zero samples first. */
function told(name: string, push?: number): (string | number)[][] {
  return [...backend.zerosOf(name, push), ...backend.rowsOf(name, push)].map((row) => [
    row.timestamp - START,
    row.value,
  ]);
}

describe('zero samples', () => {
  it('precede the first of each series that counts up, once, at its creation', async () => {
    const { client, clock } = test;
    clock.advance(1_000);
    client.counter('a_total').inc(5);
    client.gauge('g').set(1);
    client.histogram('h', { buckets: [1] }).observe(0.5);
    client.summary('s', { quantiles: [0.5] }).observe(0.5);
    client.observableCounter('o_total', () => 1e9);
    clock.advance(4_000);
    await client.flush();
    clock.advance(1_000);
    await client.flush();
    expect(told('a_total', 0)).toEqual([
      [1_000, 0],
      [5_000, 5],
    ]);
    expect(told('a_total', 1)).toEqual([[6_000, 5]]);
    expect(told('g', 0)).toEqual([[5_000, 1]]);
    // What was read may have counted long before.
    expect(told('o_total', 0)).toEqual([[5_000, 1e9]]);
    expect(backend.zerosOf('h_bucket', 0).map((row) => row.labels['le'])).toEqual(['1', '+Inf']);
    for (const name of ['h_sum', 'h_count', 's_sum', 's_count']) {
      expect(backend.zerosOf(name, 0).map((row) => row.timestamp - START)).toEqual([1_000]);
      expect(backend.zerosOf(name, 1)).toEqual([]);
    }
    expect(backend.zerosOf('s', 0)).toEqual([]);
  });

  it('are sent again until a push was delivered', async () => {
    const { client, clock } = test;
    client.counter('a_total').inc(5);
    clock.advance(1_000);
    backend.script = () => 'cut';
    const failed = client.flush();
    expect(await clock.nextDelayMs()).toBe(3_600_000);
    for (let retry = 0; retry < 4; retry++) clock.advance(await clock.nextDelayMs());
    expect((await failed).result).toBe('failed');
    backend.script = () => undefined;
    await client.flush();
    expect(told('a_total').map(([, value]) => value)).toEqual([0, 5]);
    expect(told('a_total')[0][0]).toBeGreaterThanOrEqual(0);
    await client.flush();
    expect(told('a_total').length).toBe(1);
  });

  it('follow a reset and a removal, between the pushes before and after', async () => {
    const { client } = test;
    const counter = client.counter('a_total');
    counter.inc(5);
    await client.flush();
    // All in the same millisecond.
    counter.reset();
    counter.inc(2);
    await client.flush();
    counter.remove();
    counter.inc(9);
    await client.flush();
    expect([0, 1, 2].map((push) => told('a_total', push))).toEqual([
      [
        [-1, 0],
        [0, 5],
      ],
      [
        [1, 0],
        [2, 2],
      ],
      [
        [3, 0],
        [4, 9],
      ],
    ]);
  });

  it('precede what is past the limit, too', async () => {
    const { client } = test;
    const counter = client.counter('a_total');
    for (let user = 0; user < 5; user++) counter.inc({ user }, 2);
    await client.flush();
    const overflow = backend.pushes[0].rows.filter((row) => row.labels['tinyobs_overflow'] === 'true');
    expect(overflow.map((row) => row.value)).toEqual([0, 4]);
  });

  it('are left out of a scrape', async () => {
    test.client.counter('a_total').inc(5);
    const { body } = await test.client.expose();
    expect(body.match(/^a_total.*$/gm)).toEqual(['a_total 5']);
    await test.client.flush();
    expect(told('a_total').length).toBe(2);
  });
});

describe('a removed metric', () => {
  it('is marked stale once, unless its name is taken again', async () => {
    const { client } = test;
    client.gauge('a').set({ x: 1 }, 1);
    client.gauge('b').set(1);
    await client.flush();
    const full = client.counter('full_total');
    for (let user = 0; user < 4; user++) full.inc({ user });
    client.removeMetric('a');
    client.removeMetric('b');
    client.removeMetric('full_total');
    client.counter('b').inc(3);
    await client.flush();
    expect(backend.rowsOf('a').map((row) => row.value)).toEqual(['stale']);
    expect(backend.rowsOf('b').map((row) => row.value)).toEqual([3]);
    expect(backend.rowsOf('full_total').map((row) => row.value)).toEqual(Array(4).fill('stale'));
    await client.flush();
    expect(backend.rowsOf('a')).toEqual([]);
  });
});
