import { describe, expect, it } from 'vitest';
import { median, medianOf, quantileOf, slopeOf, worstOf } from './statistics.js';

describe('statistics', () => {
  it('takes the middle, and none of nothing', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([])).toBeNaN();
  });

  it('takes quantiles that were seen', () => {
    const values = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect(quantileOf(values, 0.5)).toBe(50);
    expect(quantileOf(values, 0.99)).toBe(99);
    expect(quantileOf(values, 1)).toBe(100);
    expect(quantileOf([7], 0.01)).toBe(7);
    expect(quantileOf([], 0.5)).toBeNaN();
  });

  it('fits a line', () => {
    expect(slopeOf([1, 2, 3, 4].map((x) => ({ x, y: 5 - 2 * x })))).toBeCloseTo(-2);
    expect(slopeOf([{ x: 1, y: 1 }])).toBeNaN();
  });

  it('leaves out runs that failed', () => {
    const runs = [{ ms: 5 }, undefined, { ms: 1 }];
    expect(medianOf(runs, ({ ms }) => ms)).toBe(3);
    expect(worstOf(runs, ({ ms }) => ms)).toBe(5);
    expect(worstOf([undefined], () => 1)).toBeNaN();
  });
});
