import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DECOMPRESSED_KEPT_BYTES_MAX } from '../limits.js';
import { decodeSnappy } from './decodeSnappy.js';
import { encodeSnappy } from './encodeSnappy.js';
import { varint } from './messages.suite.js';

const SIZE_BYTES_MAX = 1 << 20;
const ascii = (text: string): number[] => [...text].map((character) => character.charCodeAt(0));

describe('the block format of snappy', () => {
  it.each([
    ['nothing', [0], ''],
    ['a literal', [5, 4 << 2, ...ascii('hello')], 'hello'],
    ['a literal with a length byte', [61, 60 << 2, 60, ...ascii('x'.repeat(61))], 'x'.repeat(61)],
    [
      'a literal with two length bytes',
      [...varint(300), 61 << 2, 43, 1, ...ascii('y'.repeat(300))],
      'y'.repeat(300),
    ],
    [
      'a literal with four length bytes',
      [...varint(300), 63 << 2, 43, 1, 0, 0, ...ascii('z'.repeat(300))],
      'z'.repeat(300),
    ],
    ['a copy with one offset byte', [8, 3 << 2, ...ascii('abcd'), 1, 4], 'abcdabcd'],
    ['a copy with two', [7, 3 << 2, ...ascii('abcd'), (2 << 2) | 2, 4, 0], 'abcdabc'],
    ['a copy with four', [6, 3 << 2, ...ascii('abcd'), (1 << 2) | 3, 3, 0, 0, 0], 'abcdbc'],
    ['the last byte again and again', [12, 0, ...ascii('a'), (10 << 2) | 2, 1, 0], 'a'.repeat(12)],
    [
      'a pair again and again',
      [13, 1 << 2, ...ascii('ab'), (6 << 2) | 1, 2, (0 << 2) | 2, 2, 0],
      `${'ab'.repeat(6)}a`,
    ],
    ['a copy into itself, by words', [14, 4 << 2, ...ascii('abcde'), (8 << 2) | 2, 5, 0], 'abcdeabcdeabcd'],
    [
      'an offset above 255 in one byte',
      [...varint(264), 61 << 2, 3, 1, ...ascii(`abcd${'-'.repeat(256)}`), (1 << 5) | 1, 4],
      `abcd${'-'.repeat(256)}abcd`,
    ],
  ])('is read: %s', (_, body, expected) => {
    expect(String.fromCharCode(...decompress(body))).toBe(expected);
  });

  it.each([
    ['nothing at all', [], 0],
    ['a length that is cut off', [0x80, 0x80], 0],
    ['a length above 32 bits', [0xff, 0xff, 0xff, 0xff, 0x1f], 0],
    ['a length without end', [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1], 0],
    ['a length that the bytes cannot hold', [100, 0, 97, 0, 98], 0],
    ['the framed format', [0xff, 0x06, 0x00, 0x00, 0x73, 0x4e, 0x61, 0x50, 0x70, 0x59, 0, 0, 0], 0],
    ['a literal past the end', [5, 4 << 2, ...ascii('hell')], 1],
    ['a length of a literal past the end', [5, 61 << 2, 1], 1],
    ['a literal of 2^32 bytes', [5, 63 << 2, 0xff, 0xff, 0xff, 0xff, 97], 1],
    ['a literal longer than declared', [2, 2 << 2, ...ascii('abc')], 1],
    ['an offset of 0', [8, 3 << 2, ...ascii('abcd'), 1, 0], 6],
    ['an offset before the start', [8, 3 << 2, ...ascii('abcd'), 1, 5], 6],
    ['an offset of 2^32 - 1', [8, 3 << 2, ...ascii('abcd'), (3 << 2) | 3, 0xff, 0xff, 0xff, 0xff], 6],
    ['a copy first of all', [4, 1, 1], 1],
    ['a copy without its offset', [8, 3 << 2, ...ascii('abcd'), 1], 6],
    ['a copy with half its offset', [8, 3 << 2, ...ascii('abcd'), (3 << 2) | 2, 4], 6],
    ['a copy longer than declared', [7, 3 << 2, ...ascii('abcd'), 1, 4], 6],
    ['less than declared', [6, 3 << 2, ...ascii('abcd')], 6],
    ['bytes after the end', [4, 3 << 2, ...ascii('abcd'), 0, 97], 6],
  ])('is refused where it is broken: %s', (_, body, offset) => {
    expect(() => decompress(body)).toThrow(
      expect.objectContaining({ code: 'malformed_body', details: { layer: 'snappy', offset } }),
    );
  });

  it('is refused by its declared length before anything is allocated', () => {
    const bomb = [...varint(0xffff_ffff), 0, 97];
    expect(() => decompress(bomb)).toThrow(
      expect.objectContaining({
        code: 'body_too_large',
        details: { sizeBytes: 0xffff_ffff, sizeBytesMax: SIZE_BYTES_MAX },
      }),
    );
    expect(() => decodeSnappy(Uint8Array.from(bomb), 2 ** 32)).toThrow(
      expect.objectContaining({ code: 'malformed_body' }),
    );
  });

  it('takes a body of exactly the largest size, and none above it', () => {
    const body = encodeSnappy(new Uint8Array(1000));
    expect(decodeSnappy(body, 1000).length).toBe(1000);
    expect(() => decodeSnappy(body, 999)).toThrow(expect.objectContaining({ code: 'body_too_large' }));
  });

  it('is read from within a larger buffer', () => {
    const whole = Uint8Array.from([9, 9, 9, 8, 3 << 2, ...ascii('abcd'), 1, 4, 9, 9]);
    expect(String.fromCharCode(...decompress(whole.subarray(3, 11)))).toBe('abcdabcd');
  });

  it('keeps its buffer for the next body, but not a huge one', () => {
    const small = encodeSnappy(Uint8Array.from(ascii('small')));
    const huge = encodeSnappy(new Uint8Array(DECOMPRESSED_KEPT_BYTES_MAX + 1));
    const { bytes } = decodeSnappy(small, SIZE_BYTES_MAX);
    expect(decodeSnappy(huge, 2 ** 30).bytes.length).toBeGreaterThan(DECOMPRESSED_KEPT_BYTES_MAX);
    expect(decodeSnappy(small, SIZE_BYTES_MAX).bytes).toBe(bytes);
  });
});

/** Elements of any kind; offsets and sizes are made to fit what stands before them. */
const elements = fc.array(
  fc.oneof(
    fc.record({ literal: fc.uint8Array({ minLength: 1, maxLength: 400 }) }),
    fc.record({
      back: fc.nat(3000),
      size: fc.integer({ min: 1, max: 64 }),
      offsetBytes: fc.constantFrom(1, 2, 4),
    }),
  ),
  { maxLength: 60 },
);

it('reads whatever elements a compressor may choose', () => {
  fc.assert(
    fc.property(elements, (chosen) => {
      const expected: number[] = [];
      const body: number[] = [];
      for (const element of chosen) {
        if ('literal' in element) {
          writeLiteral(element.literal, body);
          expected.push(...element.literal);
          continue;
        }
        if (expected.length === 0) continue;
        const short = element.offsetBytes === 1;
        const offset = 1 + (element.back % Math.min(expected.length, short ? 2047 : 65_535));
        const size = short ? 4 + (element.size % 8) : element.size;
        writeCopy(offset, size, element.offsetBytes, body);
        for (let i = 0; i < size; i++) expected.push(expected[expected.length - offset]);
      }
      const decoded = decompress([...varint(expected.length), ...body]);
      expect(decoded).toEqual(Uint8Array.from(expected));
    }),
    { numRuns: 500 },
  );
});

it('reads what the compressor writes, which is never much longer than its source', () => {
  const repetitive = fc
    .array(fc.constantFrom('http_requests_total', 'instance', '10.0.0.1:9100', 'a', 'bc'), { maxLength: 200 })
    .map((words) => Uint8Array.from(ascii(words.join(''))));
  const noise = fc.uint8Array({ maxLength: 5000 });
  fc.assert(
    fc.property(fc.oneof(repetitive, noise), (source) => {
      const compressed = encodeSnappy(source);
      expect(compressed.length).toBeLessThanOrEqual(32 + source.length + Math.ceil(source.length / 6));
      expect(decompress(compressed)).toEqual(source);
    }),
    { numRuns: 500 },
  );
  const far = new Uint8Array(300_000).map((_, i) => (i * i) >>> 7);
  expect(decompress(encodeSnappy(far))).toEqual(far);
  expect(encodeSnappy(new Uint8Array(100_000)).length).toBeLessThan(6000);
});

function decompress(body: Uint8Array | readonly number[]): Uint8Array {
  const { bytes, length } = decodeSnappy(
    body instanceof Uint8Array ? body : Uint8Array.from(body),
    SIZE_BYTES_MAX,
  );
  return bytes.slice(0, length);
}

function writeLiteral(literal: Uint8Array, body: number[]): void {
  const size = literal.length - 1;
  if (size < 60) body.push(size << 2);
  else if (size < 256) body.push(60 << 2, size);
  else body.push(61 << 2, size & 0xff, size >>> 8);
  body.push(...literal);
}

function writeCopy(offset: number, size: number, offsetBytes: number, body: number[]): void {
  if (offsetBytes === 1) body.push(((offset >>> 8) << 5) | ((size - 4) << 2) | 1, offset & 0xff);
  else if (offsetBytes === 2) body.push(((size - 1) << 2) | 2, offset & 0xff, offset >>> 8);
  else body.push(((size - 1) << 2) | 3, offset & 0xff, offset >>> 8, 0, 0);
}
