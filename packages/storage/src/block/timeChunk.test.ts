import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENTRY_SAMPLES_MAX } from '../limits.js';
import { readTimeColumn, TimeChunkBuilder } from './timeChunk.js';

const WINDOW_MS = -7_200_000;

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
});
