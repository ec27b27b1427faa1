import { wordsOf } from '@tinyobs/model';
import { describe, expect, it } from 'vitest';
import { BlockBuilder, readBlockDirectory } from './block.js';
import { TimeChunkBuilder } from './timeChunk.js';
import { readValueColumn, writeValueColumn } from './valueColumn.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('a block', () => {
  it('is laid out as its format page shows', () => {
    const builder = new BlockBuilder();
    const encoding = writeValueColumn(wordsOf(Float64Array.of(0, 5, 10, 15)), 4, builder.values);
    builder.add({ series: 7, piece: 0, samples: 4, chunk: 0, slot: 0, encoding });
    expect(hex(builder.finish(0))).toBe('01010e000000040103000a00');
    const chunk = new TimeChunkBuilder();
    chunk.add(Uint32Array.of(0, 15_000, 30_000, 45_000), 4);
    expect(hex(chunk.finish(0))).toBe('0101050400987500');
  });

  it('finds the values of every entry', () => {
    const builder = new BlockBuilder();
    const columns = [[1, 2, 3], [0.5], [7, 7, 7, 7], [1, 1.5]];
    const series = [900, 17, 17, 4_000_000_000];
    columns.forEach((column, i) => {
      const encoding = writeValueColumn(wordsOf(Float64Array.from(column)), column.length, builder.values);
      const piece = i === 2 ? 1 : 0;
      builder.add({
        series: series[i],
        piece,
        samples: column.length,
        chunk: i * 300,
        slot: 9 - i,
        encoding,
      });
    });
    expect(builder.lastSeries).toBe(4_000_000_000);
    const payload = builder.finish(4);
    const directory = readBlockDirectory(payload.subarray(0, payload.length - 4));
    expect([...directory.series]).toEqual(series);
    expect([...directory.pieces]).toEqual([0, 0, 1, 0]);
    expect([...directory.chunks]).toEqual([0, 300, 600, 900]);
    expect([...directory.slots]).toEqual([9, 8, 7, 6]);
    columns.forEach((column, i) => {
      const values = new Float64Array(directory.samples[i]);
      const place = { encoding: directory.encodings[i], bytes: payload, offset: directory.offsets[i] };
      readValueColumn(place, values.length, values, 0);
      expect([...values]).toEqual(column);
    });
    expect(builder.isEmpty).toBe(true);
  });

  it('of a version it does not know is refused', () => {
    expect(() => readBlockDirectory(Uint8Array.of(2, 0))).toThrow(RangeError);
  });
});
