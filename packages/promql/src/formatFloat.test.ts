import { describe, expect, it } from 'vitest';
import { formatFloat } from './formatFloat.js';

describe('formatFloat', () => {
  it.each([
    [0, '0'],
    [-0, '-0'],
    [1.5, '1.5'],
    [1e21, '1000000000000000000000'],
    [1.25e22, '12500000000000000000000'],
    [1e-7, '0.0000001'],
    [-1.25e-7, '-0.000000125'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, '+Inf'],
    [Number.NEGATIVE_INFINITY, '-Inf'],
  ])('writes %d as %s', (value, text) => {
    expect(formatFloat(value)).toBe(text);
    if (Number.isFinite(value)) expect(Number(formatFloat(value))).toBe(value);
  });

  it('writes the smallest and the largest numbers in full', () => {
    for (const value of [Number.MIN_VALUE, Number.MAX_VALUE]) {
      expect(Number(formatFloat(value))).toBe(value);
      expect(formatFloat(value)).not.toContain('e');
    }
  });
});
