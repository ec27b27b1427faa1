import { encodeLabels, Labels, wordsOf } from '@tinyobs/model';
import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../bytes/byteWriter.js';
import { readWalRecord, writeSamplesRecord } from './walRecord.js';

describe('a write-ahead record', () => {
  it('gives series, times and bits back', () => {
    const labels = ['a', 'b'].map((name) => encodeLabels(Labels.fromObject({ __name__: name })));
    const starts = Uint32Array.of(0, labels[0].length, labels[0].length + labels[1].length);
    const words = wordsOf(Float64Array.of(1.5, -0, 0, 7));
    words.set([2, 0x7ff00000], 4);
    const record = {
      commitMs: 1_700_000_000_000.25,
      newSeries: { firstId: 70_000, count: 2, starts, bytes: new Uint8Array(Buffer.concat(labels)) },
      ids: Uint32Array.of(70_001, 3, 70_000, 4_000_000_000),
      times: Float64Array.of(-8.64e15, -8.64e15 + 1, -8.64e15 - 2 ** 31, -8.64e15),
      words,
      count: 4,
    };
    const writer = new ByteWriter();
    writeSamplesRecord(record, writer);
    expect(readWalRecord(writer.written())).toEqual({ kind: 'samples', ...record });
  });

  it('is laid out as its format page shows', () => {
    const bytes = encodeLabels(Labels.fromObject({ __name__: 'up' }));
    const writer = new ByteWriter();
    writeSamplesRecord(
      {
        commitMs: 2000,
        newSeries: { firstId: 0, count: 1, starts: Uint32Array.of(0, bytes.length), bytes },
        ids: Uint32Array.of(0),
        times: Float64Array.of(1000),
        words: wordsOf(Float64Array.of(1.5)),
        count: 1,
      },
      writer,
    );
    expect(Buffer.from(writer.written()).toString('hex')).toBe(
      '01010000000000409f4001000c085f5f6e616d655f5f02757001000000000000408f4000000000000000f83f',
    );
  });

  it('takes about ten bytes a sample of regular writers', () => {
    const count = 1000;
    const times = new Float64Array(count).fill(1.7e12);
    const ids = Uint32Array.from({ length: count }, (_, i) => i);
    const newSeries = { firstId: 0, count: 0, starts: new Uint32Array(1), bytes: new Uint8Array(0) };
    const writer = new ByteWriter();
    writeSamplesRecord(
      { commitMs: 0, newSeries, ids, times, words: new Uint32Array(2 * count), count },
      writer,
    );
    expect(writer.length / count).toBeLessThan(10.1);
  });

  it('refuses a kind it does not know', () => {
    expect(() => readWalRecord(Uint8Array.of(1, 99))).toThrow(/kind 99.*upgrade TinyObs/);
    expect(() => readWalRecord(Uint8Array.of(9, 1))).toThrow(/version 9.*upgrade TinyObs/);
  });
});
