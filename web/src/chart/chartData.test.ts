import { describe, expect, it } from 'vitest';
import type { MatrixSeries, Point } from '../api/types.js';
import { alignSeries, beginOf, countSeries, isolatedPoints, seriesName, stack } from './chartData.js';

const grid = { startSec: 100, endSec: 150, stepSec: 10 };

function matrix(metric: Record<string, string>, ...values: Point[]): MatrixSeries {
  return { metric, values };
}

function align(rows: readonly MatrixSeries[], seriesMax = 10) {
  return alignSeries([{ matrix: rows, name: seriesName }], grid, seriesMax);
}

describe('beginOf', () => {
  it('is the first time any series has a value at', () => {
    const late = matrix({ a: '1' }, [140, '1'], [150, '1']);
    expect(beginOf(align([late]))).toBe(140);
    expect(beginOf(align([late, matrix({ a: '2' }, [120, '0'])]))).toBe(120);
    expect(beginOf(align([]))).toBeNull();
  });
});

describe('alignSeries', () => {
  it('puts every grid point in the columns, and gaps where the answer has none', () => {
    const data = align([matrix({ a: '1' }, [100, '1'], [110, '2'], [140, '3'])]);
    expect(data.times).toEqual([100, 110, 120, 130, 140, 150]);
    expect(data.series[0].values).toEqual([1, 2, null, null, 3, null]);
    expect(data.series[0].last).toBe(3);
  });

  it('makes gaps of NaN and infinities', () => {
    const data = align([matrix({}, [100, 'NaN'], [110, '+Inf'], [120, '-Inf'], [130, '-0.5'])]);
    expect(data.series[0].values).toEqual([null, null, null, -0.5, null, null]);
    expect(align([matrix({}, [100, 'NaN'])]).series[0].last).toBeNull();
  });

  it('survives times that are not exact in binary, and drops those outside', () => {
    const fine = { startSec: 0.1, endSec: 0.7, stepSec: 0.1 };
    const rows = [matrix({}, [0.1, '1'], [0.30000000000000004, '3'], [0.7, '7'], [9, '9'])];
    const data = alignSeries([{ matrix: rows, name: seriesName }], fine, 10);
    expect(data.series[0].values).toEqual([1, null, 3, null, null, null, 7]);
  });

  it('keeps the highest series past the cap, in their order, and says how many there were', () => {
    const rows = [5, 1, 9, 3].map((value) => matrix({ id: String(value) }, [100, String(value)]));
    const data = align(rows, 2);
    expect(data.series.map(({ last }) => last)).toEqual([5, 9]);
    expect(data.all).toHaveLength(4);
  });

  it('moves what was before to the present, beside what is, under one identity', () => {
    const part = {
      matrix: [matrix({ a: '1' }, [150, '9'])],
      name: seriesName,
      earlier: {
        matrix: [matrix({ a: '1' }, [-86_280, '5']), matrix({ a: '2' }, [-86_300, '7'])],
        agoSec: 86_400,
      },
    };
    const { all, series } = alignSeries([part], grid, 1);
    expect(all.map(({ agoSec, values }) => [agoSec, values])).toEqual([
      [0, [null, null, null, null, null, 9]],
      [86_400, [null, null, 5, null, null, null]],
      [86_400, [7, null, null, null, null, null]],
    ]);
    expect(all[1].identity).toBe(all[0].identity);
    expect(all[1].key).not.toBe(all[0].key);
    expect(countSeries(all)).toBe(2);
    expect(series).toEqual([all[0], all[1]]);
  });

  it('tells the same labels of two queries apart', () => {
    const part = { matrix: [matrix({ a: '1' }, [100, '1'])], name: seriesName };
    const keys = alignSeries([part, part], grid, 10).series.map(({ key }) => key);
    expect(new Set(keys).size).toBe(2);
  });
});

describe('stack', () => {
  it('adds up, with a gap only where all have one', () => {
    const rows = [matrix({ a: '1' }, [100, '1'], [110, '2']), matrix({ a: '2' }, [110, '5'], [120, '7'])];
    expect(stack(align(rows).series)).toEqual([
      [1, 7, 7, null, null, null],
      [0, 5, 7, null, null, null],
    ]);
    expect(stack([])).toEqual([]);
  });
});

describe('isolatedPoints', () => {
  it('finds points no line would show', () => {
    expect(isolatedPoints([1, null, 2, 3, null, 4])).toEqual([0, 5]);
    expect(isolatedPoints([null, 0, null])).toEqual([1]);
    expect(isolatedPoints([])).toEqual([]);
  });
});

describe('seriesName', () => {
  it('writes labels as PromQL does', () => {
    expect(seriesName({ __name__: 'up', job: 'a', path: 'say "hi"' })).toBe(
      'up{job="a", path="say \\"hi\\""}',
    );
    expect(seriesName({ __name__: 'up' })).toBe('up');
    expect(seriesName({})).toBe('{}');
  });
});
