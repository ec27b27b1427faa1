import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bitsOf, columns, wordsOf } from './columnArbitraries.suite.js';
import { decodeXor, encodeXor } from './xorColumn.js';

function roundTrip(words: Uint32Array): Uint32Array {
  const decoded = new Uint32Array(words.length);
  decodeXor(encodeXor(words, words.length / 2).slice(), words.length / 2, decoded);
  return decoded;
}

describe('an XOR column', () => {
  it('gives back any doubles bit for bit', () => {
    const property = fc.property(columns, (column) => {
      const words = wordsOf(column);
      expect(roundTrip(words)).toEqual(words);
    });
    fc.assert(property, { numRuns: 2000 });
  });

  it('gives back differences at every place and of every length', () => {
    for (let first = 0; first < 64; first++) {
      for (let last = first; last < 64; last++) {
        const bits = ((2n ** 64n - 1n) >> BigInt(63 - last)) & ~(2n ** BigInt(first) - 1n);
        const words = Uint32Array.of(5, 9, 5, 9, 0, 0, 5, 9);
        new BigUint64Array(words.buffer)[2] = new BigUint64Array(words.buffer)[0] ^ bits;
        expect(roundTrip(words)).toEqual(words);
      }
    }
  });

  it('takes a bit for a value that repeats', () => {
    const words = wordsOf(Array.from({ length: 800 }, () => bitsOf(Math.PI)));
    expect(encodeXor(words, 800).length).toBe(8 + 100);
  });

  it('refuses to end early, and windows past the end of a double', () => {
    const column = encodeXor(wordsOf([1, 2, 3].map((one) => bitsOf(Math.sqrt(one)))), 3).slice();
    const words = new Uint32Array(6);
    for (let length = 0; length < column.length; length++) {
      expect(() => decodeXor(column.subarray(0, length), 3, words)).toThrow(RangeError);
    }
    expect(() => decodeXor(new Uint8Array(30).fill(0xff), 3, words)).toThrow(RangeError);
  });
});
