import type promClient from 'prom-client';
import { vi } from 'vitest';

/** What both libraries export. */
export type PromClient = typeof promClient;

/**
 * Programs as people write them for prom-client. What one returns is all that can be seen of it: with fake time, it is
 * the same however often it runs.
 */
export type Program = (client: PromClient) => unknown;

export const PROGRAMS: Readonly<Record<string, Program>> = {
  async 'a counter, alone'({ Counter, register }) {
    const counter = new Counter({ name: 'orders', help: 'Orders placed' });
    const before = await register.metrics();
    counter.inc();
    counter.inc(10);
    counter.inc(0);
    counter.inc(undefined);
    const after = await register.metrics();
    counter.reset();
    return [before, after, await counter.get(), await register.getSingleMetricAsString('orders')];
  },

  async 'a counter with labels'({ Counter, register }) {
    const counter = new Counter({
      name: 'calls_total',
      help: 'Calls',
      labelNames: ['method', 'code'] as const,
    });
    const empty = await register.metrics();
    counter.inc({ method: 'GET', code: 200 });
    counter.inc({ code: 200, method: 'GET' }, 2);
    counter.inc({ code: '500', method: 'POST' });
    counter.inc({ method: 'PUT' });
    counter.labels('GET', '200').inc();
    counter.labels({ method: 'HEAD', code: 204 }).inc(5);
    const filled = [await register.metrics(), await register.getMetricsAsJSON()];
    counter.remove('GET', '200');
    counter.remove({ method: 'PUT' });
    counter.remove({ method: 'nobody', code: 1 });
    const removed = await register.metrics();
    counter.inc({ method: 'GET', code: 200 });
    const again = await register.metrics();
    register.resetMetrics();
    return [empty, filled, removed, again, await register.metrics()];
  },

  async 'a gauge, alone'({ Gauge, register }) {
    const gauge = new Gauge({ name: 'queue', help: 'Waiting' });
    gauge.set(10);
    gauge.inc();
    gauge.inc(10);
    gauge.dec();
    gauge.dec(0.5);
    const values = [await register.metrics()];
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-9, 1e21, -0]) {
      gauge.set(value);
      values.push(await register.metrics());
    }
    gauge.setToCurrentTime();
    values.push(await register.metrics());
    gauge.reset();
    return [values, await gauge.get()];
  },

  async 'a gauge with labels'({ Gauge, register }) {
    const gauge = new Gauge({ name: 'room', help: 'Degrees', labelNames: ['floor', 'side'] });
    gauge.set({ floor: 1, side: 'north' }, 20.5);
    gauge.inc({ floor: 1, side: 'north' });
    gauge.dec({ floor: 2, side: 'south' }, 3);
    gauge.labels('3', 'east').set(7);
    gauge.labels({ floor: 3, side: 'east' }).dec();
    gauge.labels('4', 'west').inc(2);
    gauge.labels('5', 'west').setToCurrentTime();
    gauge.setToCurrentTime({ floor: 6 });
    const filled = [await register.metrics(), await register.getMetricsAsJSON()];
    gauge.remove('3', 'east');
    gauge.reset();
    return [filled, await register.metrics()];
  },

  async timers({ Gauge, Histogram, Summary, register }) {
    const gauge = new Gauge({ name: 'last_seconds', help: 'Last', labelNames: ['job', 'result'] });
    const histogram = new Histogram({ name: 'job_seconds', help: 'Jobs', labelNames: ['job', 'result'] });
    const summary = new Summary({ name: 'sum_seconds', help: 'Sums', percentiles: [], labelNames: ['job'] });
    const stops = [
      gauge.startTimer({ job: 'a' }),
      histogram.startTimer({ job: 'b' }),
      histogram.labels('c', 'ok').startTimer(),
      gauge.labels('d', 'ok').startTimer(),
    ];
    const summed = [summary.startTimer({ job: 'e' }), summary.labels('f').startTimer()];
    vi.advanceTimersByTime(250);
    const seconds = stops.map((stop) => stop({ result: 'ok' }));
    return [seconds, summed.map((stop) => stop()), await register.metrics()];
  },

  async 'a histogram, alone'({ Histogram, register }) {
    const histogram = new Histogram({ name: 'size_bytes', help: 'Sizes', buckets: [1, 10.5, 1e6] });
    const empty = await register.metrics();
    for (const value of [0, 1, 1.5, 10.5, 11, 2e6, -1]) histogram.observe(value);
    const filled = [await register.metrics(), await register.getMetricsAsJSON(), await histogram.get()];
    histogram.reset();
    const reset = await register.metrics();
    histogram.observe(3);
    return [empty, filled, reset, await register.metrics()];
  },

  async 'a histogram with labels'({ Histogram, register }) {
    const histogram = new Histogram({
      name: 'http_seconds',
      help: 'Requests',
      labelNames: ['method', 'code'],
    });
    histogram.observe({ method: 'GET', code: 200 }, 0.3);
    histogram.observe({ code: 200, method: 'GET' }, 30);
    histogram.labels('POST', '201').observe(0.001);
    histogram.labels({ method: 'PUT', code: 204 }).observe(1);
    histogram.zero({ method: 'HEAD', code: 200 });
    const filled = [await register.metrics(), await register.getMetricsAsJSON()];
    histogram.zero({ method: 'GET', code: 200 });
    histogram.remove('PUT', '204');
    histogram.remove({ method: 'POST', code: '201' });
    return [filled, await register.metrics()];
  },

  async 'a summary'({ Summary, register }) {
    const alone = new Summary({ name: 'alone', help: 'Alone', percentiles: [0.5] });
    const labelled = new Summary({
      name: 'labelled',
      help: 'Labelled',
      labelNames: ['method'],
      percentiles: [0.01, 0.99],
      maxAgeSeconds: 600,
      ageBuckets: 5,
    });
    const empty = await register.metrics();
    for (const value of [0, 0, 0]) alone.observe(value);
    labelled.observe({ method: 'GET' }, 0.25);
    labelled.labels('POST').observe(-1e6);
    labelled.labels({ method: 'PUT' }).observe(0);
    labelled.remove('PUT');
    const filled = [await register.metrics(), await register.getMetricsAsJSON()];
    labelled.reset();
    return [empty, filled, await register.metrics()];
  },

  async 'a summary whose old series go'({ Summary, register }) {
    const summary = new Summary({
      name: 'pruned',
      help: 'Pruned',
      labelNames: ['method'],
      maxAgeSeconds: 10,
      ageBuckets: 2,
      pruneAgedBuckets: true,
    });
    summary.observe({ method: 'GET' }, 7);
    const before = await register.metrics();
    vi.advanceTimersByTime(60_000);
    return [before, await register.metrics()];
  },

  async 'what is read when it is asked for'({ Counter, Gauge, Registry }) {
    const registry = new Registry();
    let reads = 0;
    new Gauge({
      name: 'now',
      help: 'Now',
      registers: [registry],
      collect() {
        this.set(++reads);
        later.set(reads * 10);
      },
    });
    const later = new Gauge({ name: 'later', help: 'Set by another', registers: [registry] });
    new Counter({
      name: 'slow_total',
      help: 'Slow',
      registers: [registry],
      labelNames: ['from'],
      async collect() {
        await Promise.resolve();
        this.inc({ from: 'afar' }, 2);
      },
    });
    return [await registry.metrics(), await registry.metrics(), await registry.getMetricsAsJSON()];
  },

  async 'a function that fails'({ Gauge, Registry }) {
    const registry = new Registry();
    const collect = () => {
      throw new RangeError('no such thing');
    };
    new Gauge({ name: 'broken', help: 'Broken', registers: [registry], collect });
    return [
      await rejected(registry.metrics()),
      await rejected(registry.getMetricsAsJSON()),
      await rejected(registry.getSingleMetricAsString('nobody')),
    ];
  },

  async 'several registries'({ Counter, Registry, register }) {
    const [one, other] = [new Registry(), new Registry()];
    const shared = new Counter({ name: 'shared', help: 'In both', registers: [one, other] });
    new Counter({ name: 'single', help: 'In one', registers: [one] }).inc(3);
    const homeless = new Counter({ name: 'homeless', help: 'Nowhere', registers: [] });
    homeless.inc();
    shared.inc(2);
    const merged = Registry.merge([one, new Registry()]);
    const seen = [
      await one.metrics(),
      await other.metrics(),
      await register.metrics(),
      await merged.metrics(),
    ];
    one.removeSingleMetric('single');
    one.removeSingleMetric('nobody');
    other.clear();
    register.registerMetric(homeless);
    const names = [one, other, register].map((registry) =>
      registry.getMetricsAsArray().map(({ name }) => name),
    );
    const found = [one.getSingleMetric('shared') === shared, one.getSingleMetric('single')];
    return [seen, names, found, await one.metrics(), await other.metrics(), await homeless.get()];
  },

  async 'default labels'({ Counter, Gauge, Histogram, Summary, register }) {
    register.setDefaultLabels({ region: 'eu', method: 'none' });
    new Gauge({ name: 'plain', help: 'Plain' }).set(1);
    new Counter({ name: 'own', help: 'Own', labelNames: ['method', 'a'] }).inc({ method: 'GET', a: 'b' });
    const histogram = new Histogram({ name: 'h', help: 'H', buckets: [1], labelNames: ['method', 'a'] });
    histogram.observe({ a: 'b', method: 'GET' }, 0.5);
    new Summary({ name: 's', help: 'S', percentiles: [], labelNames: ['a'] }).observe({ a: 'b' }, 1);
    const filled = [await register.metrics(), await register.getMetricsAsJSON()];
    register.clear();
    new Gauge({ name: 'plain', help: 'Without' });
    return [filled, await register.metrics()];
  },

  async 'texts that need escaping'({ Gauge, register }) {
    const gauge = new Gauge({ name: 'odd', help: 'A \\ and\na "line"', labelNames: ['text'] });
    gauge.set({ text: 'a "quoted" \\ and\nbroken' }, 1);
    gauge.set({ text: 'ünï' }, 2);
    gauge.set({ text: '' }, 3);
    return register.metrics();
  },

  async OpenMetrics(client) {
    const { Counter, Gauge, Histogram } = client;
    const registry = openMetrics(client);
    const registers = [registry];
    new Counter({ name: 'orders', help: 'Orders', registers }).inc(2);
    new Counter({ name: 'calls_total', help: 'Calls', labelNames: ['a'], registers }).inc({ a: 'b' });
    new Gauge({ name: 'queue', help: 'Waiting', registers }).set(3);
    new Histogram({ name: 'h', help: 'H', buckets: [1], registers }).observe(0.5);
    return [registry.contentType, await registry.metrics(), await openMetrics(client).metrics()];
  },

  async exemplars(client) {
    const { Counter, Histogram } = client;
    const registry = openMetrics(client);
    const options = { registers: [registry], labelNames: ['kind'] as string[], enableExemplars: true };
    const counter = new Counter({ name: 'orders', help: 'Orders', ...options });
    const histogram = new Histogram({
      name: 'h',
      help: 'H',
      buckets: [1, 2],
      ...options,
    });
    counter.inc({ labels: { kind: 'tea' }, value: 2, exemplarLabels: { traceId: '1', spanId: 'a' } });
    counter.inc({ labels: { kind: 'tea' } });
    counter.inc({ labels: { kind: 'book' } });
    histogram.observe({ labels: { kind: 'tea' }, value: 0.5, exemplarLabels: { traceId: '2' } });
    histogram.observe({ labels: { kind: 'tea' }, value: 9, exemplarLabels: { traceId: '3' } });
    histogram.observe({ labels: { kind: 'tea' }, value: 1.5 });
    const stop = histogram.startTimer({ kind: 'book' }, { traceId: '4' });
    vi.advanceTimersByTime(500);
    stop({}, { spanId: 'b' });
    const tooLong = { traceId: 'x'.repeat(200) };
    return [
      await registry.metrics(),
      // Whether a bucket without an exemplar has null or nothing is nobody's business.
      JSON.parse(JSON.stringify(await registry.getMetricsAsJSON(), (_key, value) => value ?? undefined)),
      thrown(() => counter.inc({ labels: { kind: 'tea' }, exemplarLabels: tooLong })),
      thrown(() => new Counter({ name: 'plain', help: 'Plain', enableExemplars: true })),
    ];
  },

  'content types'(client) {
    const { Registry, register, prometheusContentType, openMetricsContentType } = client;
    const registry = new Registry();
    const types = [registry.contentType, register.contentType, prometheusContentType, openMetricsContentType];
    registry.setContentType(openMetricsContentType as never);
    return [
      [...types, registry.contentType, Registry.PROMETHEUS_CONTENT_TYPE, Registry.OPENMETRICS_CONTENT_TYPE],
      thrown(() => openMetrics({ ...client, openMetricsContentType: 'text/html' as never })),
      thrown(() => registry.setContentType('text/html' as never)),
      thrown(() => Registry.merge([registry, register])),
      thrown(() => Registry.merge([])),
    ];
  },

  'configurations that cannot be used'({ Counter, Gauge, Histogram, Summary, Registry }) {
    const wrong: unknown[] = [
      undefined,
      'name',
      {},
      { name: 'a' },
      { help: 'a' },
      { name: 'a b', help: 'a' },
      { name: '1a', help: 'a' },
      { name: 'a', help: 'a', labelNames: ['b-c'] },
      { name: 'a', help: 'a', collect: 7 },
    ];
    const own = [
      thrown(() => new Histogram({ name: 'h', help: 'h', labelNames: ['le'], registers: [] })),
      thrown(() => new Summary({ name: 's', help: 's', labelNames: ['quantile'], registers: [] })),
    ];
    const registers = [new Registry()];
    new Gauge({ name: 'taken', help: 'Taken', registers });
    const taken = thrown(() => new Counter({ name: 'taken', help: 'Taken', registers }));
    const kinds = [Counter, Gauge, Histogram, Summary];
    return [own, taken, wrong.map((config) => kinds.map((Kind) => thrown(() => new Kind(config as never))))];
  },

  async 'samples that cannot be taken'({ Counter, Gauge, Histogram, Summary, register }) {
    const counter = new Counter({ name: 'c', help: 'c', labelNames: ['a'] });
    const gauge = new Gauge({ name: 'g', help: 'g', labelNames: ['a'] });
    const histogram = new Histogram({ name: 'h', help: 'h', labelNames: ['a'] });
    const summary = new Summary({ name: 's', help: 's', labelNames: ['a'] });
    const values: unknown[] = ['5', Number.POSITIVE_INFINITY, -1, null, undefined, true];
    const outcomes = values.map((value) => [
      thrown(() => counter.inc({ a: 'x' }, value as number)),
      thrown(() => gauge.set({ a: 'x' }, value as number)),
      thrown(() => gauge.inc({ a: 'x' }, value as number)),
      thrown(() => histogram.observe({ a: 'x' }, value as number)),
      thrown(() => summary.observe({ a: 'x' }, value as number)),
    ]);
    const metrics = [counter, gauge, histogram, summary];
    const labels = [
      thrown(() => counter.inc({ b: 'x' } as never)),
      thrown(() => gauge.set({ b: 'x' } as never, 1)),
      thrown(() => histogram.observe({ b: 'x' } as never, 1)),
      thrown(() => summary.observe({ b: 'x' } as never, 1)),
      ...metrics.map((metric) => thrown(() => metric.labels())),
      ...metrics.map((metric) => thrown(() => metric.labels('a', 'b'))),
      ...metrics.map((metric) => thrown(() => metric.labels({ b: 'x' } as never))),
      ...metrics.map((metric) => thrown(() => metric.remove('a', 'b'))),
      ...metrics.map((metric) => thrown(() => metric.remove({ b: 'x' } as never))),
      thrown(() => gauge.set('5' as never)),
      thrown(() => histogram.observe(undefined as never)),
    ];
    return [outcomes, labels, await register.metrics()];
  },

  buckets({ linearBuckets, exponentialBuckets }) {
    return [
      linearBuckets(0, 10, 5),
      linearBuckets(0.1, 0.1, 10),
      exponentialBuckets(1, 2, 5),
      exponentialBuckets(0.003, 1.7, 12),
      thrown(() => linearBuckets(1, 1, 0)),
      thrown(() => exponentialBuckets(0, 2, 2)),
      thrown(() => exponentialBuckets(1, 1, 2)),
      thrown(() => exponentialBuckets(1, 2, 0)),
    ];
  },

  names({ validateMetricName }) {
    return ['a', 'a:b_1', '_', '1a', 'a-b', 'a b', ''].map((name) => validateMetricName(name));
  },

  async 'workers in one'({ AggregatorRegistry, Counter, Gauge, Histogram, Registry }) {
    const workers = [1, 2, 3].map((number) => {
      const registers = [new Registry()];
      new Counter({ name: 'c', help: 'c', registers, labelNames: ['a'] }).inc({ a: 'x' }, number);
      new Histogram({ name: 'h', help: 'h', registers, buckets: [2] }).observe(number);
      for (const aggregator of ['sum', 'first', 'min', 'max', 'average', 'omit'] as const) {
        new Gauge({ name: `g_${aggregator}`, help: 'g', registers, aggregator }).set(number);
      }
      return registers[0];
    });
    const given = await Promise.all(workers.map((worker) => worker.getMetricsAsJSON()));
    const joined = AggregatorRegistry.aggregate(given);
    const unknown = [[{ name: 'x', help: 'x', type: 'gauge', values: [], aggregator: 'median' }]];
    return [
      await joined.metrics(),
      await joined.getMetricsAsJSON(),
      thrown(() => AggregatorRegistry.aggregate(unknown)),
      thrown(() => AggregatorRegistry.setRegistries('all' as never)),
    ];
  },

  async 'metrics of the process'({ collectDefaultMetrics, Registry, register }) {
    const registry = new Registry();
    collectDefaultMetrics({
      register: registry,
      prefix: 'app_',
      labels: { app: 'shop' },
      gcDurationBuckets: [1],
    });
    collectDefaultMetrics();
    const first = await registry.getMetricsAsJSON();
    const again = await registry.getMetricsAsJSON();
    return [
      collectDefaultMetrics.metricsList,
      register.getMetricsAsArray().map(({ name, type, aggregator }) => [name, type, aggregator]),
      [first, again].map((metrics) => metrics.map(describe)),
      thrown(() => collectDefaultMetrics('all' as never)),
      thrown(() => collectDefaultMetrics()),
    ];
  },
};

/** Its constructor takes a content type, of which prom-client's own types do not know. */
function openMetrics({ Registry, openMetricsContentType }: PromClient): promClient.Registry {
  const Typed = Registry as unknown as new (contentType: string) => promClient.Registry;
  return new Typed(openMetricsContentType);
}

/** All but the values and what differs from one moment to the next. */
function describe({ name, type, values }: { name: string; type: unknown; values: { labels: object }[] }) {
  const isSteady = !/_active_|_gc_/.test(name);
  return [name, type, isSteady ? values.map(({ labels }) => labels) : []];
}

function thrown(call: () => unknown): string {
  try {
    call();
    return 'nothing';
  } catch (error) {
    return (error as Error).constructor.name;
  }
}

function rejected(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'nothing',
    (error) => (error as Error).constructor.name,
  );
}
