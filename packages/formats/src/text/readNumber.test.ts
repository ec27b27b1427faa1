import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFloat, readInteger } from './readNumber.js';

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function readFloatOf(text: string): number | undefined {
  const bytes = bytesOf(`x${text}x`);
  return readFloat(bytes, 1, bytes.length - 1);
}

describe('readFloat', () => {
  it('agrees with the platform on every decimal that fits a double', () => {
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 25 });
    const sign = fc.constantFrom('', '+', '-');
    const exponent = fc.option(fc.tuple(fc.constantFrom('e', 'E'), sign, fc.integer({ min: 0, max: 330 })), {
      nil: [],
    });
    fc.assert(
      fc.property(
        sign,
        digits,
        fc.constantFrom('', '.'),
        digits,
        exponent,
        (mark, whole, point, fraction, power) => {
          const text = `${mark}${whole}${point}${point && fraction}${power.join('')}`;
          const expected = whole === '' && (point === '' || fraction === '') ? undefined : Number(text);
          expect(readFloatOf(text)).toBe(Number.isFinite(expected) ? expected : undefined);
        },
      ),
      { numRuns: 5000 },
    );
  });

  it('reads every double back from its shortest text', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(readFloatOf(Object.is(value, -0) ? '-0' : String(value))).toBe(value);
      }),
      { numRuns: 5000 },
    );
  });

  it('takes time linear in a long number', () => {
    expect(readFloatOf('1'.repeat(1_000_000))).toBeUndefined();
    expect(readFloatOf(`0.${'1'.repeat(1_000_000)}`)).toBe(1 / 9);
    expect(readFloatOf(`${'1'.repeat(1_000_000)}x`)).toBeUndefined();
  });
});

describe('readInteger', () => {
  it.each([
    ['0', 0],
    ['-0', 0],
    ['+12', 12],
    ['-3982045', -3982045],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ['9007199254740992', undefined],
    ['', undefined],
    ['-', undefined],
    ['1.0', undefined],
    ['1e3', undefined],
  ])('%j', (text, value) => {
    const bytes = bytesOf(text);
    expect(readInteger(bytes, 0, bytes.length)).toBe(value);
  });
});
