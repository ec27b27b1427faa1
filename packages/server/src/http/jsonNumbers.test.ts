import { describe, expect, it } from 'vitest';
import { formatSeconds, formatValue } from './jsonNumbers.js';

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
    expect(formatValue(value)).toBe(text);
  });

  it.each([
    [0, '0'],
    [1435781451781, '1435781451.781'],
    [1500, '1.500'],
    [1005, '1.005'],
    [-1500, '-1.500'],
    [60000, '60'],
  ])('writes %d ms as %s s', (timeMs, text) => {
    expect(formatSeconds(timeMs)).toBe(text);
  });
});
