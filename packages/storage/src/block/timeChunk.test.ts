import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENTRY_SAMPLES_MAX } from '../limits.js';
import { readTimeColumn, TimeChunkBuilder } from './timeChunk.js';

const WINDOW_MS = -7_200_000;

/** With jitter and gaps. */
const scrapes = fc
  .array(fc.oneof(fc.nat(20), fc.nat(70_000)), { minLength: 1, maxLength: 1024, size: 'max' })
  .map((steps) => {
    let offset = 0;
    return Uint32Array.from(steps, (step) => (offset += step + 1));
  });

describe('a chunk of timestamp columns', () => {
  it('gives every column back by its slot', () => {
    const columns = [[0], [5, 5 + 2 ** 31], [0, 15_000, 30_000, 45_000], [3, 15_001, 30_007, 44_999]];
    const builder = new TimeChunkBuilder();
    expect(columns.map((column) => builder.add(Uint32Array.from(column), column.length))).toEqual([
      0, 1, 2, 3,
    ]);
    const payload = builder.finish(4);
    columns.forEach((column, slot) => {
      expect([...readTimeColumn(payload, slot, WINDOW_MS)]).toEqual(
        column.map((offset) => offset + WINDOW_MS),
      );
    });
    expect(() => readTimeColumn(payload, 4, 0)).toThrow(RangeError);
    expect(builder.count).toBe(0);
  });

  it('takes a few bytes for a regular column', () => {
    const builder = new TimeChunkBuilder();
    builder.add(
      Uint32Array.from({ length: 480 }, (_, i) => i * 15_000),
      480,
    );
    expect(builder.sizeBytes).toBeLessThan(12);
  });

  it('gives any ascending times back', () => {
    const offsets = fc
      .uniqueArray(fc.nat({ max: 2 ** 31 - 1 }), { minLength: 1, maxLength: ENTRY_SAMPLES_MAX })
      .map((some) => Uint32Array.from(some).sort());
    fc.assert(
      fc.property(offsets, (column) => {
        const builder = new TimeChunkBuilder();
        builder.add(Uint32Array.of(1), 1);
        builder.add(column, column.length);
        expect([...readTimeColumn(builder.finish(0), 1, 0)]).toEqual([...column]);
      }),
    );
  });

  it('gives back each column, before 1970 too', () => {
    const property = fc.property(
      fc.array(scrapes, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: -1e12, max: 8e15 }),
      (all, windowMs) => {
        const builder = new TimeChunkBuilder();
        const slots = all.map((column) => builder.add(column, column.length));
        const payload = builder.finish(0);
        for (const [i, slot] of slots.entries()) {
          expect([...readTimeColumn(payload, slot, windowMs)]).toEqual(
            Array.from(all[i], (one) => windowMs + one),
          );
        }
      },
    );
    fc.assert(property, { numRuns: 100 });
  });

  it('takes little for scrapes with jitter, and for one that was missed', () => {
    const builder = new TimeChunkBuilder();
    const column = Uint32Array.from({ length: 480 }, (_, i) => 15_000 * i + ((i * 7919) % 8)).filter(
      (_, i) => i !== 99,
    );
    builder.add(column, column.length);
    expect(builder.sizeBytes / column.length).toBeLessThan(0.55);
  });

  it('is read, or refused with a RangeError, whatever its bytes behind the version are', () => {
    const mutations = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 });
    const property = fc.property(scrapes, mutations, fc.nat(3), (column, places, slot) => {
      const builder = new TimeChunkBuilder();
      builder.add(column, column.length);
      builder.add(column.subarray(0, 1), 1);
      const payload = builder.finish(0);
      for (const [place, byte] of places) payload[1 + (place % Math.min(payload.length - 1, 40))] = byte;
      try {
        expect(readTimeColumn(payload, slot, 0).length).toBeLessThanOrEqual(1024);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    });
    fc.assert(property, { numRuns: 1000 });
  });
});
