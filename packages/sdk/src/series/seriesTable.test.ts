import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeriesTable, UNKNOWN } from './seriesTable.js';

const NAMES = ['a', 'b', 'c'];
/** Few texts, so that sets meet again; some are written in several ways. */
const value = fc.constantFrom<unknown>(
  'x',
  'y',
  '1',
  1,
  1.5,
  '1.5',
  true,
  'true',
  '',
  null,
  undefined,
  -0,
  '0',
);
const labels = fc
  .array(fc.tuple(fc.constantFrom(...NAMES), value), { maxLength: 4 })
  .map((entries) => Object.fromEntries(entries) as Record<string, unknown>);

function keyOf(set: Record<string, unknown>): string {
  const texts = Object.entries(set)
    .map(([name, given]) => [name, given === null || given === undefined ? '' : String(given)])
    .filter(([, text]) => text !== '');
  return JSON.stringify(texts.sort());
}

describe('SeriesTable', () => {
  it.each([
    ['names known from the start', NAMES],
    ['names as they come', []],
  ])('holds what was added and not released, with %s', (_what, names) => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), labels), { maxLength: 200 }), (steps) => {
        const table = new SeriesTable(names);
        const model = new Map<string, number>();
        for (const [isRelease, set] of steps) {
          const key = keyOf(set);
          const slot = model.get(key) ?? UNKNOWN;
          expect(table.findByText(set)).toBe(slot);
          // What `find` cannot say it does not know; what it says is right.
          expect([slot, UNKNOWN]).toContain(table.find(set));
          if (slot === UNKNOWN) {
            const added = table.add(set);
            expect([...model.values()]).not.toContain(added);
            model.set(key, added);
            if (names.length > 0) expect(table.find(set)).toBe(added);
          } else if (isRelease) {
            table.release(slot);
            model.delete(key);
          }
        }
        const slots = Int32Array.from(model.values());
        expect(slots.length === 0 || Math.max(...slots) < table.slotCount).toBe(true);
        const { names: columns, texts, ids } = table.columns();
        const told = Array.from(slots, (slot) => {
          const entries = columns.map((name, column) => [name, texts[ids[slot * columns.length + column]]]);
          return keyOf(Object.fromEntries(entries));
        });
        expect(told).toEqual([...model.keys()]);
      }),
    );
  });

  it('finds a set whatever the order of its names and the way its values are written', () => {
    const table = new SeriesTable(['method', 'status']);
    const slot = table.add({ method: 'GET', status: 200 });
    expect(table.find({ status: 200, method: 'GET' })).toBe(slot);
    expect(table.find({ status: '200', method: 'GET' })).toBe(slot);
    expect(table.find({ method: 'GET', status: 200, other: 'x' })).toBe(UNKNOWN);
    expect(table.find({ method: 'GET' })).toBe(UNKNOWN);
  });

  it('uses room again, and forgets texts that no set has', () => {
    const table = new SeriesTable(['user']);
    for (let user = 0; user < 10_000; user++) table.release(table.add({ user }));
    expect(table.slotCount).toBe(1);
    table.add({ user: 'last' });
    expect(table.columns().texts).toEqual(['', 'last']);
  });

  it('does not mix with what prototypes have', () => {
    const table = new SeriesTable([]);
    const slot = table.add({ constructor: 'x', toString: 'y' });
    expect(table.findByText({ toString: 'y', constructor: 'x' })).toBe(slot);
    expect(table.findByText({})).toBe(UNKNOWN);
  });
});
