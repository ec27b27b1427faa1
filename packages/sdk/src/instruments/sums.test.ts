import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shown, startShownClient } from '../shown.suite.js';

const LIMIT = 5;

type Step =
  | { readonly do: 'inc' | 'bound'; readonly user: number; readonly by: number }
  | { readonly do: 'remove'; readonly user: number }
  | { readonly do: 'reset' };

const user = fc.integer({ min: 0, max: 9 });
const by = fc.integer({ min: 0, max: 100 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constantFrom('inc' as const, 'bound' as const), user, by }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), user }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reset' as const) }) },
);

describe('what is counted', () => {
  it('is the sum of the series and of what was past the limit, whatever was removed and reset', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 120 }), async (steps) => {
        const { client } = startShownClient({ seriesPerMetric: LIMIT });
        const counter = client.counter('c_total', { labelNames: ['user'] });
        const histogram = client.histogram('h', { labelNames: ['user'], buckets: [10, 50] });
        const bound = Array.from({ length: 10 }, (_, i) => counter.labels({ user: i }));
        // Binding makes a series, and so has taken the room there is.
        const model = new Map<number | 'rest', number>([0, 1, 2, 3, 4].map((i) => [i, 0]));
        model.set('rest', 0);
        for (const one of steps) {
          if (one.do === 'reset') {
            counter.reset();
            histogram.reset();
            for (const key of model.keys()) model.set(key, 0);
          } else if (one.do === 'remove') {
            counter.remove({ user: one.user });
            model.delete(one.user);
          } else {
            if (one.do === 'inc') counter.inc({ user: one.user }, one.by);
            else bound[one.user].inc(one.by);
            histogram.observe({ user: one.user }, one.by);
            const isIn = model.has(one.user) || model.size - 1 < LIMIT;
            const key = isIn ? one.user : 'rest';
            model.set(key, (model.get(key) ?? 0) + one.by);
          }
        }
        const values = await shown(client);
        const expected = Array.from(model, ([key, value]) => [
          key === 'rest' ? 'c_total{tinyobs_overflow="true"}' : `c_total{user="${key}"}`,
          value,
        ]);
        expect(
          Object.fromEntries(Object.entries(values).filter(([name]) => name.startsWith('c_total'))),
        ).toEqual(Object.fromEntries(expected));
        const after = steps.slice(steps.findLastIndex((one) => one.do === 'reset') + 1);
        const observed = after.flatMap((one) => ('by' in one ? [one.by] : []));
        const total = (suffix: string, label = '') =>
          Object.entries(values)
            .filter(([name]) => name.startsWith(`h_${suffix}{`) && name.includes(label))
            .reduce((sum, [, value]) => sum + value, 0);
        expect(total('count')).toBe(observed.length);
        expect(total('sum')).toBe(observed.reduce((sum, value) => sum + value, 0));
        expect(total('bucket', 'le="10"')).toBe(observed.filter((value) => value <= 10).length);
        expect(total('bucket', 'le="50"')).toBe(observed.filter((value) => value <= 50).length);
      }),
    );
  });
});
