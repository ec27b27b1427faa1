import { STALE_NAN_HIGH, STALE_NAN_LOW } from '@tinyobs/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../bytes/byteWriter.js';
import { type Bits, bitsOf, columns, ODD_BITS, randomFrom, wordsOf } from './columnArbitraries.suite.js';
import { readValueColumn, VALUE_ENCODING, writeValueColumn } from './valueColumn.js';

interface Written {
  readonly encoding: number;
  readonly bytes: Uint8Array;
}

function write(words: Uint32Array): Written {
  const writer = new ByteWriter();
  const encoding = writeValueColumn(words, words.length / 2, writer);
  return { encoding, bytes: writer.written().slice() };
}

/** Reads from amid other bytes to amid other values. */
function read({ encoding, bytes }: Written, count: number): Uint32Array {
  const around = new Uint8Array(bytes.length + 20).fill(0xff);
  around.set(bytes, 10);
  const values = new Float64Array(count + 2).fill(7);
  readValueColumn({ encoding, bytes: around, offset: 10, end: 10 + bytes.length }, count, values, 1);
  expect([values[0], values[count + 1]]).toEqual([7, 7]);
  return new Uint32Array(values.buffer, 8, 2 * count);
}

function expectRoundTrip(words: Uint32Array): Written {
  const written = write(words);
  expect(read(written, words.length / 2)).toEqual(words);
  expect(written.bytes.length).toBeLessThanOrEqual(4 * words.length + 2);
  return written;
}

function sequence(count: number, valueAt: (i: number) => number): Uint32Array {
  return wordsOf(Array.from({ length: count }, (_, i) => bitsOf(valueAt(i))));
}

/** Puts doubles into a column, by place. */
function withOdd(words: Uint32Array, odd: readonly [place: number, bits: Bits][]): Uint32Array {
  for (const [place, bits] of odd) words.set(bits, 2 * place);
  return words;
}

const random = randomFrom(1);
const noise = Array.from({ length: 1024 }, random);
const sums = [0];
for (const step of noise) sums.push(sums[sums.length - 1] + Math.round(step * 1e6) / 1e9);
const stale: Bits = [STALE_NAN_LOW, STALE_NAN_HIGH];

/** What a column looks like, the encoding it gets, and bytes a sample it may take. */
const looks: readonly [string, keyof typeof VALUE_ENCODING, number, Uint32Array][] = [
  ['a whole number that never changes', 'constant', 0.01, sequence(240, () => 3)],
  ['a counter of one pace', 'decimal', 0.05, sequence(240, (i) => 5 * i)],
  [
    'a counter of a pace that varies',
    'decimal',
    0.65,
    sequence(240, (i) => 100 * i + Math.floor(10 * noise[i])),
  ],
  ['a counter of pages', 'decimal', 0.6, sequence(240, (i) => 4096 * Math.floor(10 * noise[i]))],
  ['a counter that rests', 'decimal', 0.15, sequence(240, (i) => 1e6 * Math.floor(i / 60))],
  [
    'a counter that is reset',
    'decimal',
    0.55,
    sequence(240, (i) => (1e9 + 7 * i + Math.floor(3 * noise[i])) % 1_000_000_700),
  ],
  ['a clock', 'decimal', 0.1, sequence(240, (i) => 1_700_000_000 + 15 * i)],
  ['a gauge of two decimals', 'decimal', 1.1, sequence(240, (i) => Math.round(100 * noise[i]) / 100)],
  ['a gauge that comes back', 'decimal', 0.3, sequence(240, (i) => 1e12 * (i % 2))],
  ['a sum of decimals that drifts', 'correctedDecimal', 4, sequence(240, (i) => sums[i])],
  [
    'whole numbers with stale markers',
    'decimal',
    0.3,
    withOdd(
      sequence(240, (i) => 2 * i),
      [
        [17, stale],
        [99, stale],
        [239, stale],
      ],
    ),
  ],
  ['NaN, then decimals', 'decimal', 0.4, sequence(240, (i) => (i < 120 ? Number.NaN : (i >> 4) / 1000))],
  [
    'whole numbers with odd ones',
    'decimal',
    1.5,
    withOdd(
      sequence(240, (i) => i),
      ODD_BITS.map((bits, i) => [9 * i, bits]),
    ),
  ],
  ['floats that seldom change', 'xor', 0.5, sequence(240, (i) => Math.PI * 10 ** (90 + (i >> 5)))],
  ['denormals', 'xor', 2.5, sequence(240, (i) => Number.MIN_VALUE * (1 + Math.floor(9000 * noise[i])))],
  [
    'bits without a pattern',
    'raw',
    8,
    wordsOf(noise.slice(0, 240).map(() => [random() * 2 ** 32, random() * 2 ** 32])),
  ],
];

describe('a value column', () => {
  it.each(looks)('of %s is written as %s in %d bytes a sample', (_, encoding, bytesMax, words) => {
    const written = expectRoundTrip(words);
    const names = Object.entries(VALUE_ENCODING).find(([, code]) => code === written.encoding);
    expect(names?.[0]).toBe(encoding);
    expect(written.bytes.length / (words.length / 2)).toBeLessThanOrEqual(bytesMax);
  });

  it('is laid out as its format page shows', () => {
    const words = wordsOf([0.25, 0.5, 0, 0.75, 1, 1.25, 120.25, 120.5, 120.75].map(bitsOf));
    const { encoding, bytes } = write(withOdd(words, [[2, stale]]));
    expect(encoding).toBe(1);
    expect(Buffer.from(bytes).toString('hex')).toBe('02010201020000000000f07f09033219822448010577');
  });

  it('gives back any doubles bit for bit', () => {
    fc.assert(
      fc.property(columns, (column) => void expectRoundTrip(wordsOf(column))),
      { numRuns: 3000 },
    );
  });

  it('is read, or refused with a RangeError, whatever its bytes are', () => {
    const mutation = fc.tuple(fc.nat(), fc.nat(255));
    const property = fc.property(
      columns,
      fc.array(mutation, { minLength: 1, maxLength: 8 }),
      fc.nat(40),
      fc.nat(6),
      (column, mutations, cut, encoding) => {
        const written = write(wordsOf(column));
        for (const [place, byte] of mutations) written.bytes[place % written.bytes.length] = byte;
        const bytes = written.bytes.subarray(
          0,
          Math.max(0, written.bytes.length - (cut > 20 ? cut - 20 : 0)),
        );
        const one = { encoding: encoding < 6 ? written.encoding : encoding, bytes };
        try {
          read(one, column.length);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      },
    );
    fc.assert(property, { numRuns: 3000 });
  });

  it('refuses lengths that are not its own', () => {
    const words = sequence(240, (i) => i);
    const { encoding, bytes } = write(words);
    const column = { encoding, bytes, offset: 0, end: bytes.length };
    const values = new Float64Array(240);
    expect(() => readValueColumn({ ...column, end: 2 }, 240, values, 0)).toThrow(RangeError);
    expect(() => readValueColumn({ ...column, encoding: 77 }, 240, values, 0)).toThrow(RangeError);
    expect(() => readValueColumn(column, 1025, new Float64Array(1025), 0)).toThrow(RangeError);
    expect(() => readValueColumn(column, 240, values, 1)).toThrow(RangeError);
    const raw = { encoding: VALUE_ENCODING.raw, bytes: new Uint8Array(16), offset: 0, end: 16 };
    expect(() => readValueColumn(raw, 3, values, 0)).toThrow(RangeError);
  });
});
