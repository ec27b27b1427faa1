import { describe, expect, it } from 'vitest';
import { shown, startShownClient } from '../shown.suite.js';
import { exponentialBuckets, linearBuckets } from './buckets.js';

const codes = (problems: readonly { code: string }[]) => problems.map(({ code }) => code);

describe('Gauge', () => {
  it('is set, moved and set to the time', async () => {
    const { client } = startShownClient();
    const gauge = client.gauge('g', { labelNames: ['queue'] });
    gauge.set({ queue: 'a' }, 3);
    gauge.inc({ queue: 'a' });
    gauge.dec({ queue: 'a' }, 5);
    gauge.dec({ queue: 'b' });
    gauge.setToCurrentTime({ queue: 'c' });
    const bound = gauge.labels({ queue: 'd' });
    bound.set(7);
    bound.inc(2);
    bound.dec();
    gauge.labels({ queue: 'e' }).setToCurrentTime();
    expect(await shown(client)).toEqual({
      'g{queue="a"}': -1,
      'g{queue="b"}': -1,
      'g{queue="c"}': 1_700_000_000,
      'g{queue="d"}': 8,
      'g{queue="e"}': 1_700_000_000,
    });
    gauge.reset();
    expect(new Set(Object.values(await shown(client)))).toEqual(new Set([0]));
  });

  it('drops what is past the limit, since a later value would replace an earlier one', async () => {
    const { client, drops, problems } = startShownClient({ seriesPerMetric: 1 });
    const gauge = client.gauge('g', { labelNames: ['queue'] });
    for (const queue of ['a', 'b', 'c']) gauge.set({ queue }, 1);
    expect(await shown(client)).toEqual({ 'g{queue="a"}': 1 });
    expect(drops).toEqual([{ reason: 'too_many_series', count: 2 }]);
    expect(codes(problems)).toEqual(['too_many_series']);
  });
});

describe('bound series', () => {
  it('go on after they were removed, from zero, and do not count for another', async () => {
    const { client } = startShownClient();
    const counter = client.counter('c_total', { labelNames: ['user'] });
    const bound = counter.labels({ user: 1 });
    bound.inc(5);
    counter.remove({ user: '1' });
    counter.inc({ user: 2 });
    expect(await shown(client)).toEqual({ 'c_total{user="2"}': 1 });
    bound.inc(3);
    expect(await shown(client)).toEqual({ 'c_total{user="1"}': 3, 'c_total{user="2"}': 1 });
  });

  it('keep the labels they were made with', async () => {
    const { client } = startShownClient();
    const labels = { user: 'a' };
    const counter = client.counter('c_total', { labelNames: ['user'] });
    const bound = counter.labels(labels);
    counter.remove({ user: 'a' });
    labels.user = 'b';
    bound.inc();
    expect(await shown(client)).toEqual({ 'c_total{user="a"}': 1 });
  });

  it('of labels that cannot be are refused at every sample', async () => {
    const { client, drops, problems } = startShownClient();
    const counter = client.counter('c_total');
    const bound = counter.labels({ 'a-b': 'x' });
    bound.inc();
    bound.inc(-1);
    counter.labels(null as unknown as Record<string, string>).inc();
    await client.expose();
    expect(codes(problems)).toEqual(['invalid_label', 'invalid_value']);
    expect(drops).toEqual([
      { reason: 'invalid_label', count: 4 },
      { reason: 'invalid_value', count: 1 },
    ]);
  });
});

describe('time', () => {
  it('measures calls, also those that throw', async () => {
    const { client } = startShownClient();
    const histogram = client.histogram('h_seconds', { labelNames: [] });
    expect(histogram.time(() => 7)).toBe(7);
    const broken = () =>
      histogram.time(() => {
        throw new Error('broken');
      });
    expect(broken).toThrow('broken');
    expect((await shown(client))['h_seconds_count']).toBe(2);
  });

  it('measures promises until they are settled, rejections too', async () => {
    const { client } = startShownClient();
    const summary = client.summary('s_seconds', { labelNames: ['step'] });
    let settle = (_value: string) => {};
    const work = summary.time({ step: 'a' }, () => new Promise<string>((resolve) => (settle = resolve)));
    expect(await shown(client)).toEqual({});
    settle('done');
    expect(await work).toBe('done');
    await expect(summary.time({ step: 'a' }, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    const bound = summary.labels({ step: 'a' });
    expect(bound.time(() => 1)).toBe(1);
    expect(bound.startTimer()()).toBeGreaterThanOrEqual(0);
    expect((await shown(client))['s_seconds_count{step="a"}']).toBe(4);
  });
});

describe('buckets', () => {
  it('are linear or exponential', () => {
    expect(linearBuckets(0.1, 0.1, 4)).toEqual([0.1, 0.2, 0.3, 0.4]);
    expect(exponentialBuckets(0.001, 10, 4)).toEqual([0.001, 0.01, 0.1, 1]);
  });

  it.each([
    linearBuckets(0, 0, 3),
    linearBuckets(0, 1, 0),
    linearBuckets(Number.NaN, 1, 3),
    exponentialBuckets(0, 2, 3),
    exponentialBuckets(1, 1, 3),
    exponentialBuckets(1, 2, 1e9),
    exponentialBuckets(1, 1e300, 3),
  ])('that cannot be are told when they are used: %j', (...buckets) => {
    const { client, problems } = startShownClient();
    client.histogram('h', { buckets });
    expect(codes(problems)).toEqual(['invalid_buckets']);
  });
});

describe('Info', () => {
  it('says one thing at a time', async () => {
    const { client } = startShownClient();
    const build = client.info('build_info', { labelNames: ['version', 'commit'] });
    build.set({ version: '1.0', commit: 'a' });
    build.set({ version: '1.1', commit: 'b' });
    build.set({ version: '1.1', commit: 'b' });
    expect(await shown(client)).toEqual({ 'build_info{version="1.1",commit="b"}': 1 });
    build.remove({ version: '1.1', commit: 'b' });
    expect(await shown(client)).toEqual({});
  });
});

describe('StateSet', () => {
  it('has a sample for each state', async () => {
    const { client, problems } = startShownClient();
    const door = client.stateSet('door', { states: ['open', 'closed', 'locked'], labelNames: ['room'] });
    door.set({ room: 'hall' }, 'open');
    door.set({ room: 'hall' }, ['closed', 'locked']);
    expect(await shown(client)).toEqual({
      'door{room="hall",door="open"}': 0,
      'door{room="hall",door="closed"}': 1,
      'door{room="hall",door="locked"}': 1,
    });
    door.set({ room: 'hall' }, 'ajar' as 'open');
    expect(codes(problems)).toEqual(['invalid_value']);
    expect((await shown(client))['door{room="hall",door="closed"}']).toBe(1);
  });

  it.each([[[]], [['a', 'a']], [['']], ['open']])('refuses the states %j', (states) => {
    const { client, problems } = startShownClient();
    client.stateSet('door', { states: states as string[] }).set('a');
    expect(codes(problems)).toEqual(['invalid_states']);
  });
});

describe('removeMetric', () => {
  it('ends the metric and frees its names', async () => {
    const { client, drops, problems } = startShownClient();
    const old = client.histogram('h', { labelNames: [] });
    old.observe(1);
    expect(client.removeMetric('h')).toBe(true);
    expect(client.removeMetric('h')).toBe(false);
    old.observe(1);
    expect(await shown(client)).toEqual({});
    expect(drops).toEqual([{ reason: 'metric_removed', count: 1 }]);
    client.counter('h_count').inc(2);
    client.gauge('h').set(4);
    expect(await shown(client)).toEqual({ h_count: 2, h: 4 });
    expect(problems).toEqual([]);
  });

  it('ends what was past the limit, too', async () => {
    const { client } = startShownClient({ seriesPerMetric: 1 });
    const counter = client.counter('c_total');
    for (let user = 0; user < 3; user++) counter.inc({ user });
    expect(Object.keys(await shown(client)).length).toBe(2);
    client.removeMetric('c_total');
    expect(await shown(client)).toEqual({});
  });

  it('ends the reading of what is observed', async () => {
    const { client } = startShownClient();
    let readings = 0;
    client.observableGauge('g', () => ++readings);
    await client.expose();
    client.removeMetric('g');
    await client.expose();
    expect(readings).toBe(1);
  });
});
