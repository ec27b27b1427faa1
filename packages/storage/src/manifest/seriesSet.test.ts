import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  forEachStretch,
  intersectSeriesSet,
  seriesSetOf,
  seriesSetsMeet,
  takeSeriesSet,
} from './seriesSet.js';

describe('a set of series', () => {
  it('gives its ids back, and which of others are in it', () => {
    const ids = fc.uniqueArray(fc.nat({ max: 299 })).map((some) => some.sort((a, b) => a - b));
    fc.assert(
      fc.property(ids, ids, fc.nat(299), fc.nat(299), (some, others, start, end) => {
        const bits = new Uint32Array(10);
        const members = new Set(some);
        for (let id = start; id < end; id++) members.add(id);
        for (const id of members) bits[id >>> 5] |= 1 << (id & 31);
        const set = takeSeriesSet(bits);
        expect([...bits].every((word) => word === 0)).toBe(true);
        const found: number[] = [];
        forEachStretch(set, (from, to) => {
          for (let id = from; id < to; id++) found.push(id);
        });
        expect(found).toEqual([...members].sort((a, b) => a - b));
        const wanted = others.filter((id) => members.has(id));
        expect([...intersectSeriesSet(Uint32Array.from(others), set)]).toEqual(wanted);
      }),
    );
  });

  it('is laid out as its format page shows', () => {
    expect([...takeSeriesSet(Uint32Array.of(0b10_0011_1000))]).toEqual([3, 3, 3, 1]);
  });

  it('takes two bytes for a long stretch', () => {
    expect(takeSeriesSet(new Uint32Array(3).fill(0xffffffff)).length).toBe(2);
  });

  it('are made of ascending ids too, and tell whether they meet', () => {
    const ids = fc
      .uniqueArray(fc.nat({ max: 60 }), { maxLength: 20 })
      .map((all) => all.sort((a, b) => a - b));
    fc.assert(
      fc.property(ids, ids, (a, b) => {
        const [setA, setB] = [a, b].map((all) => seriesSetOf(Uint32Array.from(all)));
        const found: number[] = [];
        forEachStretch(setA, (start, end) => {
          for (let id = start; id < end; id++) found.push(id);
        });
        expect(found).toEqual(a);
        expect(seriesSetsMeet(setA, setB)).toBe(a.some((id) => b.includes(id)));
      }),
    );
  });
});
