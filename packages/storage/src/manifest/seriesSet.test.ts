import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeriesBits } from './seriesBits.js';
import {
  forEachStretch,
  intersectSeriesSet,
  seriesSetOf,
  seriesSetOfBits,
  seriesSetsMeet,
} from './seriesSet.js';

describe('a set of series', () => {
  it('gives its ids back, and which of others are in it', () => {
    // Some are at the edges of pages of bits, and pages apart.
    const id = fc.oneof(
      fc.nat(299),
      fc.nat(20).map((n) => 65_530 + n),
      fc.nat(20).map((n) => 400_000 + n),
    );
    const ids = fc.uniqueArray(id).map((some) => some.sort((a, b) => a - b));
    fc.assert(
      fc.property(ids, ids, id, fc.nat(70_000), (some, others, start, length) => {
        const bits = new SeriesBits();
        for (const one of some) bits.add(one);
        bits.addStretch(start, start + length);
        const isIn = (one: number) => some.includes(one) || (one >= start && one < start + length);
        const set = seriesSetOfBits(bits);
        const found: number[] = [];
        forEachStretch(set, (from, to) => {
          for (let one = from; one < to; one++) found.push(one);
        });
        const expected = new Set(some);
        for (let one = start; one < start + length; one++) expected.add(one);
        expect(found).toEqual([...expected].sort((a, b) => a - b));
        expect(bits.count).toBe(expected.size);
        const wanted = others.filter(isIn);
        expect(others.filter((one) => bits.has(one))).toEqual(wanted);
        expect([...intersectSeriesSet(Uint32Array.from(others), set)]).toEqual(wanted);
      }),
      { numRuns: 30 },
    );
  });

  it('is laid out as its format page shows', () => {
    const bits = new SeriesBits();
    bits.addStretch(3, 6);
    bits.add(9);
    expect([...seriesSetOfBits(bits)]).toEqual([3, 3, 3, 1]);
  });

  it('takes two bytes for a short stretch', () => {
    const bits = new SeriesBits();
    bits.addStretch(0, 96);
    expect(seriesSetOfBits(bits).length).toBe(2);
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
