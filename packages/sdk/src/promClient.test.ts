import { setImmediate as nextTurn } from 'node:timers/promises';
import theirs from 'prom-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PROGRAMS, type PromClient } from './promClient/programs.suite.js';
import * as facade from './promClient.js';

const ours = facade as unknown as PromClient;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'hrtime', 'performance'], now: 1_700_000_000_123 });
});

afterEach(() => {
  for (const { register } of [theirs, ours]) register.clear();
  vi.useRealTimers();
});

describe.each(Object.entries(PROGRAMS))('a program for prom-client: %s', (_title, program) => {
  it('sees the same with only the import changed', async () => {
    const expected = await program(theirs);
    vi.setSystemTime(1_700_000_000_123);
    expect(await program(ours)).toEqual(expected);
  });
});

describe('summaries', () => {
  const ranks = [0.01, 0.5, 0.9, 0.99];

  it.each([1, 10, 1_000])(
    'of %i values differ from those of prom-client by what is documented',
    async (count) => {
      const [expected, found] = await Promise.all(
        [theirs, ours].map(async ({ Summary }) => {
          const summary = new Summary({ name: 's', help: 'S', percentiles: ranks });
          for (let i = 0; i < count; i++) summary.observe(100 + ((i * 7_919) % count));
          return (await summary.get()).values;
        }),
      );
      for (const [i, { value }] of found.entries()) {
        // Between two values at a rank, which one is told differs too.
        const step = i < ranks.length ? 1 : 0;
        expect(Math.abs(value - expected[i].value)).toBeLessThanOrEqual(expected[i].value * 0.01 + step);
      }
      expect(found.slice(ranks.length)).toEqual(expected.slice(ranks.length));
    },
  );
});

describe('what prom-client takes and nothing could store', () => {
  let warnings: unknown[];
  const onWarning = (warning: Error & { code?: string }) => warnings.push(warning.code);

  beforeEach(() => {
    warnings = [];
    process.on('warning', onWarning);
  });

  afterEach(() => void process.off('warning', onWarning));

  it('is refused at once where it is a name', () => {
    const { Counter, validateMetricName } = facade;
    expect(() => new Counter({ name: 'a'.repeat(300), help: 'a' })).toThrow(Error);
    expect(() => new Counter({ name: 'a', help: 'a', labelNames: ['__a'] })).toThrow(Error);
    expect(validateMetricName('a'.repeat(300))).toBe(false);
    expect(facade.register.getMetricsAsArray()).toEqual([]);
  });

  it('is dropped and told where it is a sample', async () => {
    const counter = new facade.Counter({ name: 'told_total', help: 'Told', labelNames: ['a'] });
    counter.inc({ a: 'x' }, Number.NaN);
    counter.inc({ a: 'y'.repeat(2_000) });
    counter.inc({ a: 'z' });
    expect((await counter.get()).values).toEqual([{ labels: { a: 'z' }, value: 1 }]);
    await nextTurn();
    expect(warnings).toEqual(['invalid_value', 'label_value_too_long']);
  });

  it('is counted together past 100,000 label sets, and begins anew with a reset', async () => {
    const counter = new facade.Counter({ name: 'many_total', help: 'Many', labelNames: ['id'] });
    for (let id = 0; id < 100_002; id++) counter.inc({ id });
    counter.labels('100002').inc(5);
    const { values } = await counter.get();
    expect(values.length).toBe(100_001);
    expect(values.at(-1)).toEqual({ labels: { tinyobs_overflow: 'true' }, value: 7 });
    await nextTurn();
    expect(warnings).toEqual(['too_many_series']);
    counter.reset();
    counter.inc({ id: 1 });
    expect((await counter.get()).values).toEqual([{ labels: { id: 1 }, value: 1 }]);
  });
});

describe('a series at hand', () => {
  it('is found again after it has ended', async () => {
    const gauge = new facade.Gauge({ name: 'hand', help: 'Hand', labelNames: ['a'] });
    const bound = gauge.labels('x');
    bound.set(3);
    gauge.remove('x');
    expect((await gauge.get()).values).toEqual([]);
    bound.inc();
    expect((await gauge.get()).values).toEqual([{ labels: { a: 'x' }, value: 1 }]);
    gauge.reset();
    bound.dec(2);
    expect((await gauge.get()).values).toEqual([{ labels: { a: 'x' }, value: -2 }]);
  });

  it('may have labels of any kind, as they are written', async () => {
    const gauge = new facade.Gauge({ name: 'kinds', help: 'Kinds', labelNames: ['a', 'b'] });
    const labels = { a: 7n, b: new Date(0) } as never;
    gauge.set(labels, 1);
    gauge.inc(labels);
    const text = await facade.register.getSingleMetricAsString('kinds');
    expect(text).toContain(`kinds{a="7",b="${String(new Date(0))}"} 2`);
  });
});

describe('the exports', () => {
  it('are those of prom-client, by name and as the default', () => {
    // What makes aggregators is not in prom-client's own types.
    const names = Object.keys(theirs).filter((name) => name !== 'aggregators');
    expect(Object.keys(facade)).toEqual(expect.arrayContaining(names));
    expect(Object.keys(facade.default)).toEqual(Object.keys(facade));
  });

  it('have labels that the compiler knows', () => {
    const registers = [new facade.Registry()];
    const counter = new facade.Counter({ name: 'c', help: 'c', labelNames: ['method'], registers });
    counter.inc({ method: 'GET' });
    counter.inc({}, 2);
    // @ts-expect-error a label that is not declared
    expect(() => counter.inc({ code: 200 })).toThrow(Error);
    // @ts-expect-error a value that is a text
    expect(() => counter.inc('1')).toThrow(TypeError);
    // @ts-expect-error no help
    expect(() => new facade.Gauge({ name: 'g' })).toThrow(Error);
    const openMetrics = new facade.Registry(facade.openMetricsContentType);
    new facade.Histogram({ name: 'h', help: 'h', registers: [openMetrics], enableExemplars: true }).observe({
      value: 1,
      exemplarLabels: { traceId: 'x' },
    });
    new facade.Gauge({
      name: 'g',
      help: 'g',
      registers,
      collect() {
        this.set(1);
      },
    });
    facade.collectDefaultMetrics({ register: openMetrics });
  });
});
