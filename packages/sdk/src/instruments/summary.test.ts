import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shown, startShownClient } from '../shown.suite.js';
import { QuantileSketch, RELATIVE_ERROR } from './quantileSketch.js';

describe('QuantileSketch', () => {
  const wide = fc.double({ min: 1e-6, max: 400, noNaN: true });
  const any = fc.oneof(
    wide,
    wide.map((value) => -value),
    fc.constant(0),
  );

  it('is within its error of the value at the rank, whatever the order and the signs', () => {
    fc.assert(
      fc.property(
        fc.array(any, { minLength: 1, maxLength: 300 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, quantile) => {
          const sketch = new QuantileSketch();
          for (const value of values) sketch.add(value);
          const sorted = [...values].sort((a, b) => a - b);
          const exact = sorted[Math.floor(quantile * (values.length - 1))];
          // A bin's own bounds are rounded as doubles are.
          const allowed = Math.abs(exact) * (RELATIVE_ERROR + 1e-9);
          expect(Math.abs(sketch.quantile(quantile) - exact)).toBeLessThanOrEqual(allowed);
        },
      ),
    );
  });

  it('takes only the smallest of values too far apart for larger than they are', () => {
    const sketch = new QuantileSketch();
    for (const value of [1e-300, 1e-200, 1, 2, 1e300]) sketch.add(value);
    expect(sketch.quantile(1)).toBeGreaterThan(0.98e300);
    expect(sketch.quantile(1)).toBeLessThan(1.02e300);
    expect(sketch.quantile(0)).toBeLessThan(1e300);
    for (let i = 0; i < 100; i++) sketch.add(1e-300);
    expect(sketch.count).toBe(105);
  });

  it('adds up with others to what one would have counted', () => {
    fc.assert(
      fc.property(fc.array(any, { maxLength: 100 }), fc.array(any, { maxLength: 100 }), (left, right) => {
        const [one, other, all] = [new QuantileSketch(), new QuantileSketch(), new QuantileSketch()];
        for (const value of left) one.add(value);
        for (const value of right) other.add(value);
        for (const value of [...left, ...right]) all.add(value);
        one.addAll(other);
        for (const quantile of [0, 0.25, 0.5, 0.9, 1]) {
          expect(one.quantile(quantile)).toEqual(all.quantile(quantile));
        }
      }),
    );
  });
});

describe('Summary', () => {
  it('tells quantiles of the last while, and the sum and count of all', async () => {
    const { client, clock } = startShownClient();
    const summary = client.summary('s', { quantiles: [0.5, 1], maxAgeMs: 60_000, ageBuckets: 3 });
    for (let value = 1; value <= 100; value++) summary.observe({ step: 'a' }, value);
    const at = async (quantile: string) => (await shown(client))[`s{step="a",quantile="${quantile}"}`];
    expect(Math.abs((await at('0.5')) - 50)).toBeLessThanOrEqual(0.5);
    expect(Math.abs((await at('1')) - 100)).toBeLessThanOrEqual(1);
    clock.advance(40_000);
    summary.observe({ step: 'a' }, 7);
    expect(Math.abs((await at('1')) - 100)).toBeLessThanOrEqual(1);
    clock.advance(20_000);
    expect(Math.abs((await at('1')) - 7)).toBeLessThanOrEqual(0.07);
    clock.advance(60_000);
    expect(await at('0.5')).toBeNaN();
    expect(await shown(client)).toMatchObject({ 's_sum{step="a"}': 5_057, 's_count{step="a"}': 101 });
  });

  it('begins again with a reset, and keeps what is past the limit together', async () => {
    const { client } = startShownClient({ seriesPerMetric: 1 });
    const summary = client.summary('s', { quantiles: [1], labelNames: ['user'] });
    for (const user of [1, 2, 3]) summary.observe({ user }, user);
    expect((await shown(client))['s_count{tinyobs_overflow="true"}']).toBe(2);
    summary.reset();
    expect(await shown(client)).toEqual({
      's{user="1",quantile="1"}': Number.NaN,
      's_sum{user="1"}': 0,
      's_count{user="1"}': 0,
      's{tinyobs_overflow="true",quantile="1"}': Number.NaN,
      's_sum{tinyobs_overflow="true"}': 0,
      's_count{tinyobs_overflow="true"}': 0,
    });
  });

  it.each([[[2]], [[0.5, 0.5]], ['x'], [['0.5']]])('refuses the quantiles %j', async (quantiles) => {
    const { client, problems } = startShownClient();
    client.summary('s', { quantiles: quantiles as number[] }).observe(1);
    expect(problems.map(({ code }) => code)).toEqual(['invalid_quantiles']);
    expect(await shown(client)).toEqual({});
  });

  it('replaces a window it cannot have', () => {
    const { client, problems } = startShownClient();
    client.summary('s', { maxAgeMs: 0, ageBuckets: 1_000 });
    expect(problems.map(({ code }) => code)).toEqual(['invalid_option', 'invalid_option']);
  });
});
