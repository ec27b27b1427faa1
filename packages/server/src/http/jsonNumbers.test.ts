import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NUMBER_BYTES_MAX, writeSeconds, writeValue } from './jsonNumbers.js';

type Writer = (bytes: Uint8Array, at: number, number: number) => number;

/** What is written, which has to be all that was touched. */
function written(write: Writer, number: number): string {
  const bytes = Buffer.alloc(NUMBER_BYTES_MAX + 8, '~');
  const end = write(bytes, 4, number);
  expect(end - 4).toBeLessThanOrEqual(NUMBER_BYTES_MAX);
  expect(bytes.toString('latin1', 0, 4)).toBe('~~~~');
  return bytes.toString('latin1', 4, end);
}

/** The same, of what the language prints. */
function formatted(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  return String(value).replace(/(e[+-])(\d)$/, '$10$2');
}

const anyDouble = fc
  .tuple(fc.integer(), fc.integer())
  .map((words) => new Float64Array(Int32Array.from(words).buffer)[0]);
const decimal = fc
  .tuple(fc.maxSafeInteger(), fc.integer({ min: -24, max: 24 }))
  .map(([digits, exponent]) => Number(`${digits}e${exponent}`));
const quotient = fc.tuple(fc.integer(), fc.integer({ min: 1, max: 3600 })).map(([a, b]) => a / b);
const nearPower = fc
  .tuple(fc.integer({ min: -8, max: 22 }), fc.integer({ min: -3, max: 3 }), fc.boolean())
  .map(([exponent, steps, negative]) => {
    const words = new BigInt64Array(Float64Array.of(Number(`1e${exponent}`)).buffer);
    words[0] += BigInt(steps);
    return (negative ? -1 : 1) * new Float64Array(words.buffer)[0];
  });

describe('numbers in answers', () => {
  // Expected texts are what Prometheus 2.42 answered for `vector(<value>)`.
  it.each([
    [0, '0'],
    [-0, '-0'],
    [1e-6, '0.000001'],
    [1e-7, '1e-07'],
    [1.5e-10, '1.5e-10'],
    [1e20, '100000000000000000000'],
    [1e21, '1e+21'],
    [-1.25e300, '-1.25e+300'],
    [5e-324, '5e-324'],
    [0.1, '0.1'],
    [1 / 3, '0.3333333333333333'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, '+Inf'],
    [Number.NEGATIVE_INFINITY, '-Inf'],
  ])('writes %d as %s', (value, text) => {
    expect(written(writeValue, value)).toBe(text);
  });

  it('have the digits that the language prints', () => {
    fc.assert(
      fc.property(fc.oneof(anyDouble, decimal, quotient, nearPower, fc.integer()), (value) => {
        expect(written(writeValue, value)).toBe(formatted(value));
      }),
      { numRuns: 50_000 },
    );
  });

  it.each([
    [0, '0'],
    [1435781451781, '1435781451.781'],
    [1500, '1.500'],
    [1005, '1.005'],
    [-1500, '-1.500'],
    [60000, '60'],
  ])('writes %d ms as %s s', (timeMs, text) => {
    expect(written(writeSeconds, timeMs)).toBe(text);
  });

  it('have no decimals or three as seconds', () => {
    const time = fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.integer({ min: -5000, max: 5000 }));
    fc.assert(
      fc.property(time, (timeMs) => {
        const [, sign, seconds, fraction] = /^(-?)(\d*)(\d{3})$/.exec(
          `${timeMs < 0 ? '-' : ''}${String(Math.abs(timeMs)).padStart(4, '0')}`,
        ) as string[];
        const text = `${sign}${seconds}${fraction === '000' ? '' : `.${fraction}`}`;
        expect(written(writeSeconds, timeMs)).toBe(text);
      }),
      { numRuns: 20_000 },
    );
  });
});
