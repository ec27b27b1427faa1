import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeBackend } from '../fakeBackend.suite.js';
import { startTestClient, type TestClient } from '../testClient.suite.js';

let backend: FakeBackend;
let test: TestClient;

beforeEach(async () => {
  backend = await FakeBackend.start();
  test = startTestClient(backend.endpoint, { seriesPerMetric: 100, defaultLabels: { region: 'eu' } });
});

afterEach(async () => {
  await test.client.close();
  await backend.stop();
});

/** The values of a metric after a flush, by its own labels written as JSON. */
async function values(name: string): Promise<Record<string, number | string>> {
  await test.client.flush();
  return Object.fromEntries(
    backend.rowsOf(name).map(({ labels: { job, instance, region, ...own }, value }) => {
      expect({ job, instance, region }).toEqual({ job: 'shop', instance: 'test:1', region: 'eu' });
      return [JSON.stringify(own), value];
    }),
  );
}

const codes = () => test.problems.map((problem) => problem.code);

describe('Counter', () => {
  it('adds up by label set, whatever the order of the names', async () => {
    const counter = test.client.counter('c_total');
    counter.inc();
    counter.inc(4);
    counter.inc({ a: 'x', b: 1 });
    counter.inc({ b: '1', a: 'x' }, 2.5);
    counter.inc({ a: 'x', b: true });
    expect(await values('c_total')).toEqual({
      '{}': 5,
      '{"a":"x","b":"1"}': 3.5,
      '{"a":"x","b":"true"}': 1,
    });
  });

  it('takes empty, null and undefined labels as absent', async () => {
    const counter = test.client.counter('c_total');
    counter.inc({ a: '' });
    counter.inc({ a: null });
    counter.inc({ a: undefined });
    counter.inc();
    expect(await values('c_total')).toEqual({ '{}': 4 });
  });

  it('keeps label sets apart whose texts would run together', async () => {
    const counter = test.client.counter('c_total');
    counter.inc({ a: '1b1:2' });
    counter.inc({ a: '1b:2' });
    counter.inc({ a: '1', b: '2' });
    expect(Object.values(await values('c_total'))).toEqual([1, 1, 1]);
  });

  it.each([-1, Number.NaN, Infinity])('refuses to grow by %d', async (value) => {
    const counter = test.client.counter('c_total');
    counter.inc(1);
    counter.inc(value);
    counter.inc({ a: 'x' }, value);
    expect(await values('c_total')).toEqual({ '{}': 1 });
    expect(codes()).toEqual(['invalid_value']);
    expect(test.drops).toEqual([{ reason: 'invalid_value', count: 2 }]);
  });

  it('takes typed label names', async () => {
    const counter = test.client.counter<'method' | 'status'>('c_total', { labelNames: ['method', 'status'] });
    counter.inc({ method: 'GET', status: 200 });
    // @ts-expect-error a name that is not declared
    counter.inc({ method: 'GET', code: 200 });
    expect(await values('c_total')).toEqual({ '{"method":"GET","status":"200"}': 1 });
    expect(codes()).toEqual(['invalid_label']);
  });
});

describe('Gauge', () => {
  it('is set and added to', async () => {
    const gauge = test.client.gauge('g');
    gauge.set(3);
    gauge.inc(-5);
    gauge.inc({ a: 'x' });
    expect(await values('g')).toEqual({ '{}': -2, '{"a":"x"}': 1 });
  });

  it('starts anew when it is removed and set again before the flush', async () => {
    const gauge = test.client.gauge('g');
    gauge.set(3);
    gauge.remove();
    gauge.inc(1);
    expect(await values('g')).toEqual({ '{}': 1 });
  });
});

describe('Histogram', () => {
  it('is sent as cumulative rows, bounds included in their bucket', async () => {
    const histogram = test.client.histogram('h_seconds', { unit: 'seconds', buckets: [0.1, 1, 2.5] });
    for (const value of [0.1, 0.05, 1, 1.5, 99]) histogram.observe({ route: '/' }, value);
    expect(await values('h_seconds_bucket')).toEqual({
      '{"route":"/","le":"0.1"}': 2,
      '{"route":"/","le":"1"}': 3,
      '{"route":"/","le":"2.5"}': 4,
      '{"route":"/","le":"+Inf"}': 5,
    });
    expect(await values('h_seconds_sum')).toEqual({ '{"route":"/"}': 101.65 });
    expect(await values('h_seconds_count')).toEqual({ '{"route":"/"}': 5 });
    expect(backend.rowsOf('h_seconds_bucket')[0]).toMatchObject({ type: 'histogram', unit: 'seconds' });
  });

  it('times with a stopwatch', async () => {
    const histogram = test.client.histogram('h_seconds');
    const stop = histogram.startTimer();
    const seconds = stop({ ok: true });
    expect(seconds).toBeGreaterThanOrEqual(0);
    expect(await values('h_seconds_sum')).toEqual({ '{"ok":"true"}': seconds });
  });

  it.each([[[1, 1]], [[2, 1]], [[Infinity]], ['x']])('refuses the buckets %j', async (buckets) => {
    const histogram = test.client.histogram('h_seconds', { buckets: buckets as number[] });
    histogram.observe(1);
    expect(await values('h_seconds_count')).toEqual({});
    expect(codes()).toEqual(['invalid_buckets']);
    expect(test.drops).toEqual([{ reason: 'invalid_buckets', count: 1 }]);
  });
});

describe('names and limits', () => {
  it.each(['', '1st', 'with space', 'dash-ed', '"}', 'x'.repeat(257), 7, null, undefined, {}])(
    'tells an invalid metric name once and never throws: %j',
    async (name) => {
      for (let i = 0; i < 3; i++) test.client.counter(name as string).inc();
      test.client.gauge(name as string).set(1);
      await test.client.flush();
      expect(codes()).toEqual(['invalid_metric_name']);
      expect(test.drops).toEqual([{ reason: 'invalid_metric_name', count: 4 }]);
    },
  );

  it.each([
    ['a name with a dash', { 'a-b': 'x' }, 'invalid_label'],
    ['a name of the data model', { __name__: 'x' }, 'invalid_label'],
    ['a label of the client', { job: 'x' }, 'invalid_label'],
    ['a default label', { region: 'x' }, 'invalid_label'],
    ['a value that is an object', { a: {} }, 'invalid_label'],
    ['no object', 'x', 'invalid_label'],
    ['null', null, 'invalid_label'],
    ['a symbol', { a: Symbol('x') }, 'invalid_label'],
    ['a long value', { a: 'x'.repeat(1_025) }, 'label_value_too_long'],
    [
      'many labels',
      Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`l${i}`, 'x'])),
      'too_many_labels',
    ],
  ])('drops and tells %s', async (_what, labels, code) => {
    test.client.gauge('g').set(labels as Record<string, string>, 1);
    test.client.histogram('h').observe(labels as Record<string, string>, 1);
    test.client.counter('c').inc(labels as Record<string, string>);
    await test.client.flush();
    expect(new Set(codes())).toEqual(new Set([code]));
    expect(test.drops).toEqual([{ reason: code, count: 3 }]);
  });

  it('reserves le in histograms only', async () => {
    test.client.gauge('g').set({ le: '1' }, 1);
    test.client.histogram('h').observe({ le: '1' }, 1);
    expect(await values('g')).toEqual({ '{"le":"1"}': 1 });
    expect(codes()).toEqual(['invalid_label']);
  });

  it('gives the same metric for the same name and shape, and none for another shape', async () => {
    const { client } = test;
    expect(client.counter('a_total')).toBe(client.counter('a_total', { help: 'later' }));
    client.counter('a_total', { labelNames: ['x'] }).inc({ x: 1 });
    client.gauge('a_total').set(1);
    client.histogram('h', { buckets: [1] });
    client.histogram('h', { buckets: [2] }).observe(1);
    client.counter('h_count').inc();
    client.gauge('g_sum');
    client.histogram('g').observe(1);
    await client.flush();
    expect(new Set(codes())).toEqual(new Set(['name_in_use']));
    expect(test.drops).toEqual([{ reason: 'name_in_use', count: 5 }]);
  });

  it('holds a bounded number of series, and keeps counting those it has', async () => {
    const counter = test.client.counter('c_total');
    for (let round = 0; round < 2; round++) for (let user = 0; user < 150; user++) counter.inc({ user });
    const sent = await values('c_total');
    const { '{"tinyobs_overflow":"true"}': rest, ...own } = sent;
    expect(Object.keys(own).length).toBe(100);
    expect(new Set(Object.values(own))).toEqual(new Set([2]));
    expect(rest).toBe(100);
    expect(codes()).toEqual(['too_many_series']);
    expect(test.drops).toEqual([]);
    expect(await values('tinyobs_sdk_overflow_total')).toEqual({ '{"metric":"c_total"}': 100 });
  });

  it('makes room when series are removed', async () => {
    const gauge = test.client.gauge('g');
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 100; i++) gauge.set({ i: `${round}.${i}` }, 1);
      for (let i = 0; i < 100; i++) gauge.remove({ i: `${round}.${i}` });
      await test.client.flush();
    }
    expect(test.drops).toEqual([]);
  });

  it('holds a bounded number of series in all, and makes room in all', async () => {
    const { client, drops } = startTestClient(backend.endpoint, { seriesPerMetric: 100_000 });
    const fill = (name: string) => {
      const gauge = client.gauge(name);
      for (let i = 0; i < 60_000; i++) gauge.set({ i }, 1);
      return () => {
        for (let i = 0; i < 60_000; i++) gauge.remove({ i });
      };
    };
    const removals = [fill('a'), fill('b')];
    await client.flush();
    // Some of the room is taken by what the client says about itself.
    expect(drops.map(({ reason, count }) => [reason, count > 20_000 && count < 20_020])).toEqual([
      ['too_many_series', true],
    ]);
    for (const remove of removals) remove();
    await client.flush();
    fill('c');
    await client.close();
    expect(drops.length).toBe(1);
    const series = backend.pushes
      .flatMap((push) => push.rows)
      .filter((row) => row.name === 'tinyobs_sdk_series');
    expect(Math.floor(Number(series[2].value) / 1_000)).toBe(60);
  });

  it('counts callbacks of the app that throw', async () => {
    test.client.onCollect(() => {
      throw new Error('broken');
    });
    await test.client.flush();
    expect(Object.values(await values('tinyobs_sdk_callback_errors_total'))).toEqual([2]);
  });
});
