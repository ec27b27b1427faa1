import { STALE_NAN_HIGH, STALE_NAN_LOW } from '@tinyobs/model';
import fc from 'fast-check';

/** Doubles as words, low and high. */
export type Bits = readonly [low: number, high: number];

export const ODD_BITS: readonly Bits[] = [
  ...[0, -0, 1, -1, 0.1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map(bitsOf),
  ...[Number.MIN_VALUE, -Number.MIN_VALUE, 2.2250738585072014e-308, Number.MAX_VALUE].map(bitsOf),
  ...[2 ** 51, 2 ** 51 - 1, -(2 ** 51), 2 ** 52, 2 ** 53 - 1, 2 ** 53, 2 ** 53 + 2, 1e22, 1e23].map(bitsOf),
  [STALE_NAN_LOW, STALE_NAN_HIGH],
  [0xdeadbeef, 0x7ff01234],
  [1, 0xfff80000],
];

const anyBits: fc.Arbitrary<Bits> = fc.tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.nat(0xffffffff));
const oddBits = fc.constantFrom(...ODD_BITS);
const whole = fc.oneof(fc.integer({ min: -1000, max: 1000 }), fc.maxSafeInteger());

/** Columns of the kinds that encodings are made for, and of none. */
export const columns: fc.Arbitrary<Bits[]> = fc
  .oneof(
    columnOf(anyBits),
    columnOf(oddBits),
    columnOf(whole.map(bitsOf)),
    columnOf(fc.double().map(bitsOf)),
    columnOf(fc.tuple(whole, fc.nat(20)).map(([number, places]) => bitsOf(number / 10 ** places))),
    columnOf(fc.nat(50)).map((steps) => runningSums(steps, 1)),
    columnOf(fc.nat(1e6)).map((steps) => runningSums(steps, 1000)),
    columnOf(fc.nat(1e12)).map((steps) => runningSums(steps, 1e9)),
  )
  .chain((column) =>
    fc.array(fc.tuple(fc.nat(column.length - 1), oddBits), { maxLength: 4 }).map((odd) => {
      const spoiled = [...column];
      for (const [place, bits] of odd) spoiled[place] = bits;
      return spoiled;
    }),
  );

function columnOf<T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.oneof(
    { weight: 8, arbitrary: fc.array(one, { minLength: 1, maxLength: 40 }) },
    { weight: 1, arbitrary: fc.array(one, { minLength: 200, maxLength: 1024, size: 'max' }) },
  );
}

/** Sums of steps in floating point: decimals that drift. */
function runningSums(steps: readonly number[], divisor: number): Bits[] {
  let sum = 0;
  return steps.map((step) => {
    sum += step / divisor;
    return bitsOf(sum);
  });
}

export function bitsOf(value: number): Bits {
  const [low, high] = new Uint32Array(Float64Array.of(value).buffer);
  return [low, high];
}

export function wordsOf(column: readonly Bits[]): Uint32Array {
  return Uint32Array.from(column.flat());
}

/** A deterministic generator of numbers from 0 to 1, for columns of a given look. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
