import { encodeLabels, Labels } from '@tinyobs/model';
import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../bytes/byteWriter.js';
import { addToEntry, beginEntry, decodeEntry } from './exemplarRecord.js';

describe('an entry of exemplars', () => {
  it('is laid out as its format page shows', () => {
    const exemplar = {
      series: 3,
      timeMs: 1000,
      value: 1.5,
      labels: encodeLabels(Labels.fromObject({ a: 'b' })),
    };
    const writer = new ByteWriter();
    beginEntry(writer);
    addToEntry(writer, exemplar);
    expect(Buffer.from(writer.written()).toString('hex')).toBe(
      `0103${'0000000000408f40'}${'000000000000f83f'}0401610162`,
    );
    addToEntry(writer, { ...exemplar, series: 4_000_000_000, timeMs: -8.64e15, labels: new Uint8Array(0) });
    expect(decodeEntry(writer.written())).toEqual([
      exemplar,
      { series: 4_000_000_000, timeMs: -8.64e15, value: 1.5, labels: new Uint8Array(0) },
    ]);
  });

  it('of another version is refused', () => {
    expect(() => decodeEntry(Uint8Array.of(2))).toThrow(/version 2.*upgrade TinyObs/);
  });
});
