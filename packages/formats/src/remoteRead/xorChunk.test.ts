import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeXor } from './readMessages.suite.js';
import { CHUNK_SAMPLES_MAX, XorChunkWriter } from './xorChunk.js';

const writer = new XorChunkWriter();

/** Values whose neighbours differ in few bits, in many, or not at all. */
const bits = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.double().map(bitsOf),
  fc.integer({ min: -5, max: 5 }).map(bitsOf),
  fc.constantFrom(
    0x7ff0000000000002n,
    0x7ff8000000000001n,
    0x8000000000000000n,
    1n,
    2n ** 63n + 1n,
    2n ** 32n,
  ),
);

/** Steps between times, around the bounds of each class of deltas of deltas. */
const step = fc.oneof(
  fc.constant(15_000),
  fc.integer({ min: 1, max: 3 }),
  fc
    .tuple(fc.constantFrom(13, 14, 16, 17, 19, 20), fc.integer({ min: -2, max: 2 }))
    .map(([power, off]) => 2 ** power + off),
  fc.integer({ min: 1, max: 2 ** 50 }),
);

const samples = fc
  .tuple(
    fc.oneof(
      // Rounded down, since a time is never a negative zero.
      fc.maxSafeInteger().map((time) => Math.floor(time / 2)),
      fc.constantFrom(0, -1, 1, 1.7e12),
    ),
    fc.array(fc.tuple(step, bits), { minLength: 1, maxLength: CHUNK_SAMPLES_MAX }),
  )
  .map(([first, steps]) => {
    let time = first;
    return steps.map(([by, value], i) => {
      if (i > 0) time += by;
      return [time, value] as const;
    });
  })
  .filter((made) => Number.isSafeInteger(made.at(-1)![0]));

it('gives back what it wrote, to the bit', () => {
  fc.assert(
    fc.property(samples, (made) => {
      expect(decodeXor(write(made))).toEqual(made);
    }),
    { numRuns: process.env.TEST_SCALE === 'full' ? 5000 : 500 },
  );
});

it('takes two bits a sample where nothing is new', () => {
  const steady = Array.from({ length: 120 }, (_, i) => [15_000 * i, bitsOf(42)] as const);
  // The number of samples, the first one, and of the second the step.
  expect(write(steady).length).toBe(2 + 1 + 8 + 2 + Math.ceil((1 + 2 * 118) / 8));
});

function write(made: readonly (readonly [number, bigint])[]): Uint8Array {
  const words = new Uint32Array(BigUint64Array.from(made, ([, value]) => value).buffer);
  const times = Float64Array.from(made, ([time]) => time);
  return writer.write({ times, timeStart: 0, words, valueStart: 0, count: made.length }).slice();
}

function bitsOf(value: number): bigint {
  return new BigUint64Array(Float64Array.of(value).buffer)[0];
}
