import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HashSlots } from './hashSlots.js';

describe('hash slots', () => {
  it('find what was added and not removed, however hashes collide', () => {
    // Few hashes, so that entries share them, and many entries, so that the slots grow.
    const step = fc.record({ isRemoval: fc.boolean(), hash: fc.nat(40).map((n) => (n * 0x9e3779b1) >>> 0) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 600 }), (steps) => {
        const slots = new HashSlots();
        const hashes = new Map<number, number>();
        let next = 0;
        for (const { isRemoval, hash } of steps) {
          if (isRemoval) {
            const entry = [...hashes].find(([, known]) => known === hash)?.[0];
            if (entry === undefined) continue;
            slots.remove(hash, entry);
            hashes.delete(entry);
          } else {
            slots.add(hash, next);
            hashes.set(next++, hash);
          }
        }
        for (let entry = 0; entry < next; entry++) {
          const hash = hashes.get(entry);
          if (hash !== undefined) expect(slots.find(hash, (found) => found === entry)).toBe(entry);
        }
        for (const { hash } of steps) {
          const met: number[] = [];
          slots.find(hash, (found) => {
            met.push(found);
            return false;
          });
          const expected = [...hashes].filter(([, known]) => known === hash).map(([entry]) => entry);
          expect(met.sort((a, b) => a - b)).toEqual(expected);
        }
      }),
    );
  });

  it('find what was added at once, in any number', () => {
    for (const count of [1, 511, 512, 513, 1000, 65_536, 65_537, 200_000]) {
      const slots = new HashSlots();
      slots.reserve(count);
      for (let entry = 0; entry < count; entry++) slots.add(Math.imul(entry, 0x9e3779b1) >>> 0, entry);
      let found = 0;
      for (let entry = 0; entry < count; entry++) {
        const hash = Math.imul(entry, 0x9e3779b1) >>> 0;
        if (slots.find(hash, (met) => met === entry) === entry) found++;
      }
      expect(found).toBe(count);
    }
  });

  it('take no more memory for entries that come and go', () => {
    const slots = new HashSlots();
    for (let i = 0; i < 1000; i++) slots.add(i * 7919, i);
    const { sizeBytes } = slots;
    for (let i = 1000; i < 50_000; i++) {
      slots.remove((i - 1000) * 7919, i - 1000);
      slots.add(i * 7919, i);
    }
    expect(slots.sizeBytes).toBeLessThanOrEqual(sizeBytes);
  });
});
