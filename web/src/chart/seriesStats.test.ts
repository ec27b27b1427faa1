import { describe, expect, it } from 'vitest';
import { alignSeries } from './chartData.js';
import { firstOf, statsOf } from './seriesStats.js';

const grid = { startSec: 0, endSec: 40, stepSec: 10 };

function series(...values: (readonly [number, string])[]) {
  return alignSeries([{ matrix: [{ metric: {}, values }], name: () => '' }], grid, 1).all[0];
}

describe('what a series comes down to', () => {
  it('leaves gaps out', () => {
    const one = series([10, '4'], [20, '-2'], [30, 'NaN'], [40, '1']);
    expect(statsOf(one)).toEqual({ last: 1, min: -2, max: 4, avg: 1 });
    expect(firstOf(one)).toBe(4);
  });

  it('is nothing for nothing', () => {
    const one = series([10, '+Inf']);
    expect(statsOf(one)).toEqual({ last: null, min: null, max: null, avg: null });
    expect(firstOf(one)).toBeNull();
  });
});
