import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TopCounts } from './topCounts.js';

it('the largest counts are those that sorting finds, of equal ones the lowest numbers', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(9), { maxLength: 60 }),
      fc.integer({ min: 1, max: 12 }),
      fc.nat(),
      (counts, max, turn) => {
        const all = counts.map((count, item) => ({ count, item }));
        const top = new TopCounts(max);
        // In another order than that of the numbers.
        for (let i = 0; i < all.length; i++) {
          const { count, item } = all[(i + turn) % all.length];
          top.offer(count, item);
        }
        const expected = [...all].sort((a, b) => b.count - a.count || a.item - b.item).slice(0, max);
        expect(top.sorted()).toEqual(expected);
      },
    ),
  );
});
