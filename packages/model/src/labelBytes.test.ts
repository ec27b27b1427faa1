import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeLabels, encodeLabels, LabelCursor, writeVarint } from './labelBytes.js';
import { Labels } from './labels.js';
import { LabelsBuilder } from './labelsBuilder.js';
import { WriteBatch } from './writeBatch.js';

/** Around the lengths where a length prefix or a way of copying changes. */
const longText = fc
  .tuple(
    fc.constantFrom('a', 'ü', '\u{1f600}'),
    fc.constantFrom(1, 41, 42, 43, 63, 64, 65, 127, 128, 300, 20_000),
  )
  .map(([unit, length]) => unit.repeat(length));
const text = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'binary' }) },
  { weight: 1, arbitrary: longText },
  { weight: 1, arbitrary: fc.constantFrom('\ufeff', '\ufeffa', '\u0000', '\u007f', '\u0080') },
);
const name = text.filter((given) => given !== '');
const pairs = fc.uniqueArray(fc.tuple(name, text), { selector: ([given]) => given, maxLength: 12 });
const encoder = new TextEncoder();

describe('canonical label bytes', () => {
  it('are varint lengths and UTF-8, ordered by name', () => {
    const bytes = encodeLabels(Labels.fromObject({ job: 'ü', __name__: 'up' }));
    expect([...bytes]).toEqual([
      8,
      ...encoder.encode('__name__'),
      2,
      0x75,
      0x70,
      3,
      0x6a,
      0x6f,
      0x62,
      2,
      0xc3,
      0xbc,
    ]);
  });

  it('decode to the labels they were made from', () => {
    fc.assert(
      fc.property(pairs, fc.nat(10), (given, offset) => {
        const labels = Labels.from(given);
        const bytes = new Uint8Array([...new Uint8Array(offset), ...encodeLabels(labels)]);
        expect(decodeLabels(bytes, offset, bytes.length).flat).toEqual(labels.flat);
      }),
    );
  });

  it('are the same from a builder, by strings or bytes in any order, as from Labels', () => {
    const builder = new LabelsBuilder();
    fc.assert(
      fc.property(pairs, fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }), (given, asBytes) => {
        builder.reset();
        for (const [i, [labelName, value]] of given.entries()) {
          if (asBytes[i]) builder.addBytes(encoder.encode(labelName), encoder.encode(value));
          else builder.addStrings(labelName, value);
        }
        expect(builder.findProblem()).toBeUndefined();
        const batch = new WriteBatch();
        const fromBuilder = builder.writeTo(batch);
        const fromLabels = batch.addSeries(Labels.from(given));
        expect(seriesBytes(batch, fromBuilder).equals(seriesBytes(batch, fromLabels))).toBe(true);
      }),
    );
  });

  it('are walked without strings', () => {
    const bytes = encodeLabels(Labels.fromObject({ a: '1', b: 'x'.repeat(200) }));
    const cursor = new LabelCursor(bytes, 0, bytes.length);
    const seen: string[] = [];
    const decoder = new TextDecoder();
    while (cursor.next()) {
      seen.push(decoder.decode(bytes.subarray(cursor.nameStart, cursor.nameEnd)));
      seen.push(decoder.decode(bytes.subarray(cursor.valueStart, cursor.valueEnd)));
    }
    expect(seen).toEqual(['a', '1', 'b', 'x'.repeat(200)]);
    cursor.reset(bytes, 0, 0);
    expect(cursor.next()).toBe(false);
  });

  it.each([
    [0, [0]],
    [127, [0x7f]],
    [128, [0x80, 1]],
    [300, [0xac, 2]],
    [2 ** 31 - 1, [0xff, 0xff, 0xff, 0xff, 7]],
  ])('write the length %i', (value, bytes) => {
    const target = new Uint8Array(8);
    expect(writeVarint(value, target, 1)).toBe(1 + bytes.length);
    expect([...target.subarray(1, 1 + bytes.length)]).toEqual(bytes);
  });
});

describe('LabelsBuilder', () => {
  it('takes names and values from the middle of larger arrays', () => {
    const builder = new LabelsBuilder();
    const source = encoder.encode('{job="api"}');
    builder.addName(source, 1, 4);
    builder.addValue(source, 6, 9);
    const batch = new WriteBatch();
    expect(batch.labelsOf(builder.writeTo(batch)).toObject()).toEqual({ job: 'api' });
  });

  it.each([
    [
      'twice',
      [
        ['a', '1'],
        ['b', '2'],
        ['a', '3'],
      ],
    ],
    [
      'twice without a value',
      [
        ['a', ''],
        ['a', ''],
      ],
    ],
    [
      'empty',
      [
        ['a', '1'],
        ['', '2'],
      ],
    ],
  ])('refuses a name that is %s and leaves the batch as it was', (_, given) => {
    const builder = new LabelsBuilder();
    const batch = new WriteBatch();
    batch.addSeries(Labels.fromObject({ x: 'y' }));
    for (const [labelName, value] of given) builder.addStrings(labelName, value);
    expect(builder.findProblem()).toBeDefined();
    expect(() => builder.writeTo(batch)).toThrow(expect.objectContaining({ code: 'invalid_label' }));
    expect(batch.seriesCount).toBe(1);
    builder.reset();
    builder.addStrings('a', '1');
    expect(batch.labelsOf(builder.writeTo(batch)).toObject()).toEqual({ a: '1' });
  });

  it('orders many labels that come in reverse', () => {
    const given = Array.from({ length: 500 }, (_, i): [string, string] => [`l${1000 - i}`, String(i)]);
    const builder = new LabelsBuilder();
    for (const [labelName, value] of given) builder.addStrings(labelName, value);
    const batch = new WriteBatch();
    expect(batch.labelsOf(builder.writeTo(batch)).flat).toEqual(Labels.from(given).flat);
  });
});

function seriesBytes(batch: WriteBatch, series: number): Buffer {
  return Buffer.from(batch.arena.slice(batch.seriesStarts[series], batch.seriesStarts[series + 1]));
}
