import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LongIds } from './longIds.js';

const still = () => undefined;

describe('long lists of ids', () => {
  it('hold what was added and kept, however close ids are', async () => {
    // Gaps of a kind for a while, so that there are pages of many ids, of few, and none.
    const stretch = fc.record({
      gap: fc.constantFrom(1, 1, 2, 15, 16, 17, 4000, 70_000),
      count: fc.integer({ min: 1, max: 9000 }),
    });
    const step = fc.oneof(
      fc.record({ kind: fc.constant('add' as const), stretch }),
      fc.record({ kind: fc.constant('filter' as const), modulus: fc.constantFrom(2, 3, 20), stretch }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const ids = new LongIds();
        let expected: number[] = [];
        let next = 0;
        const add = ({ gap, count }: { gap: number; count: number }) => {
          if (gap === 1) ids.addStretch(next, next + count);
          for (let i = 0; i < count; i++, next += gap) {
            if (gap > 1) ids.addStretch(next, next + 1);
            expected.push(next);
          }
        };
        for (const action of steps) {
          if (action.kind === 'add') add(action.stretch);
          else {
            const end = next;
            const isKept = (id: number) => id >= end || id % action.modulus === 0;
            let meanwhile = 2;
            await ids.filter(isKept, () => {
              if (meanwhile-- > 0) add({ ...action.stretch, count: 5 });
              return undefined;
            });
            expected = expected.filter(isKept);
          }
          expect(idsOf(ids)).toEqual(expected);
          const others = new Set(expected.map((id) => (id % 3 > 0 ? id : id + 1)));
          const found = Uint32Array.from(others);
          const inBoth = expected.filter((id) => others.has(id));
          expect([...found.subarray(0, ids.intersect(found))]).toEqual(inBoth);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('take a bit each where they are close, and 2 B where they are not', async () => {
    const close = new LongIds();
    const far = new LongIds();
    for (let id = 0; id < 640_000; id++) {
      close.addStretch(id, id + 1);
      if (id % 20 === 0) far.addStretch(id, id + 1);
    }
    expect(close.sizeBytes).toBeLessThan(90_000);
    expect(far.sizeBytes).toBeLessThan(2.6 * far.length);
    await close.filter((id) => id % 1000 === 0, still);
    expect(close.sizeBytes).toBeLessThan(5 * close.length);
  });
});

function idsOf(ids: LongIds): number[] {
  // With room around, which is to stay as it is.
  const target = new Uint32Array(ids.length + 2).fill(7);
  ids.copyTo(target, 1);
  expect([target[0], target[target.length - 1]]).toEqual([7, 7]);
  return [...target.subarray(1, -1)];
}
