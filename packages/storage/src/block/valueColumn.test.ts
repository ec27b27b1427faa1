import { wordsOf } from '@tinyobs/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../bytes/byteWriter.js';
import { ENTRY_SAMPLES_MAX } from '../limits.js';
import { readValueColumn, VALUE_ENCODING, writeValueColumn } from './valueColumn.js';

/** Writes and reads the words back; returns the encoding and the size. */
function roundTrip(words: Uint32Array) {
  const count = words.length / 2;
  const writer = new ByteWriter();
  writer.u8(0xaa);
  const encoding = writeValueColumn(words, count, writer);
  const values = new Float64Array(count + 2).fill(-1);
  readValueColumn({ encoding, bytes: writer.written(), offset: 1 }, count, values, 1);
  expect([...wordsOf(values).subarray(2, 2 + words.length)]).toEqual([...words]);
  expect([values[0], values[count + 1]]).toEqual([-1, -1]);
  return { encoding, sizeBytes: writer.length - 1 };
}

const ofNumbers = (numbers: readonly number[]) => roundTrip(wordsOf(Float64Array.from(numbers)));

describe('a value column', () => {
  it('is one value where all have the same bits', () => {
    expect(ofNumbers(new Array(1000).fill(1.5))).toEqual({ encoding: VALUE_ENCODING.constant, sizeBytes: 8 });
    expect(ofNumbers([-0, -0])).toMatchObject({ encoding: VALUE_ENCODING.constant });
    expect(roundTrip(Uint32Array.of(2, 0x7ff00000, 2, 0x7ff00000, 2, 0x7ff00000))).toMatchObject({
      encoding: VALUE_ENCODING.constant,
    });
    expect(ofNumbers([3])).toMatchObject({ encoding: VALUE_ENCODING.constant });
  });

  it('packs whole numbers by their differences', () => {
    expect(ofNumbers([0, 5, 10, 15, 20])).toEqual({ encoding: VALUE_ENCODING.integerDelta, sizeBytes: 3 });
    const counter = Array.from({ length: 480 }, (_, i) => 1e9 + i * 100 + (i % 8));
    expect(ofNumbers(counter)).toMatchObject({ encoding: VALUE_ENCODING.integerDelta });
    expect(ofNumbers(counter).sizeBytes).toBeLessThan(300);
    for (const largest of [1, 255, 2 ** 24 - 1, 2 ** 24, 2 ** 32 - 1, 2 ** 50]) {
      expect(ofNumbers([0, largest, 2 * largest, 2 * largest])).toBeTruthy();
      expect(ofNumbers([-largest, largest, 0])).toBeTruthy();
    }
  });

  it('keeps what is not a whole number as it is', () => {
    expect(ofNumbers([0, -0, 0])).toMatchObject({ encoding: VALUE_ENCODING.raw, sizeBytes: 24 });
    expect(ofNumbers([1, Number.NaN, 2])).toMatchObject({ encoding: VALUE_ENCODING.raw });
    expect(ofNumbers([1, Number.POSITIVE_INFINITY])).toMatchObject({ encoding: VALUE_ENCODING.raw });
    expect(ofNumbers([2 ** 53, 1])).toMatchObject({ encoding: VALUE_ENCODING.raw });
  });

  it('gives any bits back', () => {
    const word = fc.nat({ max: 2 ** 32 - 1 });
    const anyBits = fc.array(word, { minLength: 1, maxLength: 40 }).map((words) => [...words, ...words]);
    fc.assert(fc.property(anyBits, (words) => void roundTrip(Uint32Array.from(words))));
    const whole = fc.integer({ min: -(2 ** 40), max: 2 ** 40 });
    const numbers = fc.array(fc.oneof(whole, fc.nat(9), fc.double()), {
      minLength: 1,
      maxLength: ENTRY_SAMPLES_MAX,
    });
    fc.assert(fc.property(numbers, (some) => void ofNumbers(some)));
  });
});
