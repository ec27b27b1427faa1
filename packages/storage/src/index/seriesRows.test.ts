import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeriesRows } from './seriesRows.js';

describe('rows of series', () => {
  it('are of one id at a time, from its beginning to its release', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('add' as const), gap: fc.oneof(fc.constant(0), fc.nat(200)) }),
      fc.record({ kind: fc.constantFrom('retire' as const, 'release' as const), pick: fc.nat() }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), fc.nat(500), (steps, at) => {
        const rows = new SeriesRows();
        const live: number[] = [];
        const retired: number[] = [];
        for (const action of steps) {
          if (action.kind === 'add') {
            const id = rows.end + action.gap;
            expect(rows.add(id)).toBe(rows.rowOf(id));
            live.push(id);
          } else if (action.kind === 'retire' && live.length > 0) {
            const [id] = live.splice(action.pick % live.length, 1);
            rows.retire(id);
            retired.push(id);
          } else if (action.kind === 'release' && retired.length > 0) {
            const [id] = retired.splice(action.pick % retired.length, 1);
            rows.release(id);
          }
        }
        const held = [...live, ...retired].map((id) => rows.rowOf(id));
        expect(new Set(held).size).toBe(held.length);
        expect(Math.max(0, ...held)).toBeLessThan(rows.rowEnd);
        expect(Math.min(64, ...held)).toBeGreaterThanOrEqual(64);
        expect(rows.count).toBe(live.length);
        expect([...rows.ids(rows.end)]).toEqual(live);
        expect([...rows.ids(at)]).toEqual(live.filter((id) => id < at));
        expect(rows.next(at)).toBe(live.find((id) => id >= at) ?? rows.end);
        expect(rows.countIn(at, at + 100)).toBe(live.filter((id) => id >= at && id < at + 100).length);
        for (let id = 0; id < rows.end; id++) expect(rows.has(id)).toBe(live.includes(id));
      }),
    );
  });

  it('are used again, while ids climb', () => {
    const rows = new SeriesRows();
    for (let id = 0; id < 200_000; id++) {
      rows.add(id);
      if (id < 1000) continue;
      rows.retire(id - 1000);
      rows.release(id - 1000);
    }
    expect(rows.end).toBe(200_000);
    expect(rows.rowEnd).toBeLessThan(1300);
  });
});
