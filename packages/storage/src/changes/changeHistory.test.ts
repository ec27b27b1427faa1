import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHANGES_KEPT } from '../limits.js';
import { ChangeHistory } from './changeHistory.js';

/** Changes with the versions they come at; times ascend but for some. */
const changes = fc.array(
  fc.record({ later: fc.boolean(), aheadMs: fc.nat(1000), lateMs: fc.oneof(fc.constant(0), fc.nat(20_000)) }),
  { maxLength: 400 },
);

function lowestOf(all: readonly { version: number; timeMs: number }[], since: number): number {
  return Math.min(
    Number.POSITIVE_INFINITY,
    ...all.filter((one) => one.version > since).map((one) => one.timeMs),
  );
}

describe('the lowest time changed since a version', () => {
  it('is exact while few are kept, and never too high', () => {
    fc.assert(
      fc.property(changes, (given) => {
        const history = new ChangeHistory(2);
        const all: { version: number; timeMs: number }[] = [];
        let version = 1;
        let clockMs = 0;
        for (const { later, aheadMs, lateMs } of given) {
          if (later) version++;
          clockMs += aheadMs;
          all.push({ version, timeMs: clockMs - lateMs });
          history.add(1, version, clockMs - lateMs);
        }
        for (let since = 0; since <= version; since++) {
          const found = history.lowestSince(1, since);
          const lowest = lowestOf(all, since);
          if (given.length <= CHANGES_KEPT) expect(found).toBe(lowest);
          expect(found).toBeLessThanOrEqual(lowest);
          expect(found === Number.POSITIVE_INFINITY).toBe(lowest === Number.POSITIVE_INFINITY);
        }
        expect(history.lowestSince(0, 0)).toBe(Number.POSITIVE_INFINITY);
      }),
    );
  });

  it('is told closely for what is recent, after any number of changes', () => {
    const history = new ChangeHistory(1);
    for (let version = 1; version <= 100_000; version++) history.add(0, version, version);
    for (const age of [1, 10, 100, 1000, 10_000]) {
      const found = history.lowestSince(0, 100_000 - age);
      expect(found).toBeLessThanOrEqual(100_000 - age + 1);
      expect(100_000 - found).toBeLessThan(3 * age);
    }
  });
});
