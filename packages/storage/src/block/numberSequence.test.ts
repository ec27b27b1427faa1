import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader } from '../bytes/byteReader.js';
import { ByteWriter } from '../bytes/byteWriter.js';
import { planSequence, readSequence, SEQUENCE_LIMIT, writeSequence } from './numberSequence.js';

function write(numbers: readonly number[]): { plan: ReturnType<typeof planSequence>; bytes: Uint8Array } {
  const writer = new ByteWriter();
  const column = Float64Array.from(numbers);
  const plan = planSequence(column, numbers.length);
  writeSequence(column, numbers.length, plan, writer);
  return { plan, bytes: writer.written().slice() };
}

function read(bytes: Uint8Array, count: number): number[] {
  const numbers = new Float64Array(count);
  readSequence(new ByteReader(bytes), count, numbers, 0);
  return [...numbers];
}

const most = SEQUENCE_LIMIT - 1;
const numbers = fc.oneof(
  fc.integer({ min: -most, max: most }),
  fc.integer({ min: -100, max: 100 }),
  fc.constantFrom(0, most, -most),
);

describe('a sequence of numbers', () => {
  it('comes back as it was, in about the bytes it was planned for', () => {
    const property = fc.property(fc.array(numbers, { minLength: 1, maxLength: 300 }), (sequence) => {
      const { plan, bytes } = write(sequence);
      expect(read(bytes, sequence.length)).toEqual(sequence);
      expect(Math.abs(bytes.length - plan.sizeBytes)).toBeLessThanOrEqual(25 + 0.1 * bytes.length);
    });
    fc.assert(property, { numRuns: 2000 });
  });

  it.each([
    { name: 'levels', sequence: [7, 3, 7, 3, 3, 7], order: 0 },
    { name: 'a pace', sequence: [0, 30, 60, 90, 130, 170, 200, 230, 270, 300], order: 1 },
    { name: 'a growing pace', sequence: Array.from({ length: 100 }, (_, i) => i * i * 1000), order: 2 },
  ])('predicts $name by order $order', ({ sequence, order }) => {
    const { plan, bytes } = write(sequence);
    expect(plan.order).toBe(order);
    expect(read(bytes, sequence.length)).toEqual(sequence);
  });

  it('divides by what all differences have in common', () => {
    expect(write([5, 3005, 1005, 9005]).plan.unit).toBe(2000 / 2);
    expect(write([0, 3 * 2 ** 40, 2 ** 41]).plan.unit).toBe(2 ** 40);
  });

  it('keeps a few large numbers beside narrow ones', () => {
    const sequence = Array.from({ length: 240 }, (_, i) => (i % 60 === 59 ? 2 ** 45 + i : i % 4));
    const { plan, bytes } = write(sequence);
    expect(plan.width).toBeLessThanOrEqual(3);
    expect(plan.exceptions).toBeGreaterThanOrEqual(4);
    expect(bytes.length).toBeLessThan(150);
    expect(read(bytes, 240)).toEqual(sequence);
  });

  it.each([17, 24, 25, 31, 32])('packs numbers of %d bits', (bits) => {
    const sequence = Array.from({ length: 100 }, (_, i) => (i * 0x9e3779b1) % 2 ** bits);
    const { bytes } = write(sequence);
    expect(read(bytes, 100)).toEqual(sequence);
  });

  it('refuses exceptions that lie outside', () => {
    const shape = 1 | 8;
    expect(read(Uint8Array.of(shape, 0, 0, 1, 1, 1, 2), 3)).toEqual([0, 0, -2 + 3]);
    expect(() => read(Uint8Array.of(shape, 0, 0, 1, 1, 2, 2), 3)).toThrow(RangeError);
    expect(() => read(Uint8Array.of(16, 0, 0, 1), 3)).toThrow(RangeError);
    expect(() => read(Uint8Array.of(3, 0, 0, 1), 3)).toThrow(RangeError);
    expect(() => read(Uint8Array.of(0, 33, 0, 1), 3)).toThrow(RangeError);
    expect(() => read(Uint8Array.of(0, 32, 0, 1, 0), 3)).toThrow(RangeError);
  });
});
