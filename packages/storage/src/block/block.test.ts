import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BlockBuilder, type BlockEntry, readBlockDirectory } from './block.js';
import { type Bits, bitsOf, columns, wordsOf } from './columnArbitraries.suite.js';
import { readValueColumn, writeValueColumn } from './valueColumn.js';

const id = fc.nat(2 ** 32 - 1);

function blockOf(
  entries: readonly {
    readonly place: Omit<BlockEntry, 'samples' | 'encoding'>;
    readonly column: readonly Bits[];
  }[],
): Uint8Array {
  const builder = new BlockBuilder();
  for (const { place, column } of entries) {
    const encoding = writeValueColumn(wordsOf(column), column.length, builder.values);
    builder.add({ ...place, samples: column.length, encoding });
  }
  return builder.finish(0);
}

const blocks = fc.array(
  fc.record({ place: fc.record({ series: id, piece: id, chunk: id, slot: id }), column: columns }),
  { minLength: 1, maxLength: 12 },
);

describe('a block', () => {
  it('gives back each column by itself', () => {
    const property = fc.property(blocks, (entries) => {
      const payload = blockOf(entries);
      const directory = readBlockDirectory(payload);
      expect(directory.count).toBe(entries.length);
      for (const [i, { place, column }] of entries.entries()) {
        const { series, pieces, chunks, slots, samples, encodings, offsets, ends } = directory;
        expect({ series: series[i], piece: pieces[i], chunk: chunks[i], slot: slots[i] }).toEqual(place);
        const values = new Float64Array(samples[i]);
        const stored = { encoding: encodings[i], bytes: payload, offset: offsets[i], end: ends[i] };
        readValueColumn(stored, samples[i], values, 0);
        expect(new Uint32Array(values.buffer)).toEqual(wordsOf(column));
      }
    });
    fc.assert(property, { numRuns: 200 });
  });

  it('is read, or refused with a RangeError, whatever its bytes behind the version are', () => {
    const mutations = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 });
    const property = fc.property(blocks, mutations, (entries, places) => {
      const payload = blockOf(entries);
      for (const [place, byte] of places) payload[1 + (place % Math.min(payload.length - 1, 120))] = byte;
      try {
        const directory = readBlockDirectory(payload);
        for (let i = 0; i < directory.count; i++) {
          expect(directory.ends[i]).toBeLessThanOrEqual(payload.length);
          expect(directory.samples[i]).toBeLessThanOrEqual(1024);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    });
    fc.assert(property, { numRuns: 1000 });
  });

  it('refuses more entries than its bytes can hold, and a version that it does not know', () => {
    expect(() => readBlockDirectory(Uint8Array.of(1, 0xff, 0xff, 0xff, 0xff, 0x0f))).toThrow(RangeError);
    expect(() => readBlockDirectory(Uint8Array.of(9, 0))).toThrow('version 9');
    const payload = blockOf([
      { place: { series: 1, piece: 0, chunk: 0, slot: 0 }, column: [bitsOf(1), bitsOf(2)] },
    ]);
    expect(() => readBlockDirectory(payload.subarray(0, -1))).toThrow(RangeError);
  });
});
