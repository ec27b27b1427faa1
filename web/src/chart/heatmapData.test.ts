import { describe, expect, it } from 'vitest';
import type { Labels, MatrixSeries } from '../api/types.js';
import { HEAT_COLOUR_COUNT, heatBounds, heatOf } from './heatColour.js';
import { bucketName, hasBuckets, heatmapOf } from './heatmapData.js';

const grid = { startSec: 0, endSec: 10, stepSec: 10 };

function row(metric: Labels, ...values: number[]): MatrixSeries {
  return { metric, values: values.map((value, index) => [index * 10, String(value)] as const) };
}

describe('buckets', () => {
  it('are taken apart, whatever order they come in, and histograms added up', () => {
    const data = heatmapOf(
      [
        row({ le: '+Inf', job: 'a' }, 10, 20),
        row({ le: '0.5', job: 'a' }, 4, 5),
        row({ le: '1', job: 'a' }, 9, 20),
        row({ le: '0.5', job: 'b' }, 1),
      ],
      grid,
      'seconds',
    )!;
    expect(data.buckets.map(({ from, to, counts }) => [from, to, counts])).toEqual([
      [Number.NEGATIVE_INFINITY, 0.5, [5, 5]],
      [0.5, 1, [4, 15]],
      [1, Number.POSITIVE_INFINITY, [1, 0]],
    ]);
    expect(data.most).toBe(15);
    expect(data.chart.all.map(({ name }) => name)).toEqual([
      'over 1.00 s',
      '500 ms – 1.00 s',
      'up to 500 ms',
    ]);
  });

  it('are never less than empty, and unknown where nothing is known', () => {
    const data = heatmapOf([row({ le: '1' }, 5, 5), row({ le: '2' }, 4.9999)], grid, 'none')!;
    expect(data.buckets[1].counts).toEqual([0, null]);
  });

  it('are there only where there are bounds', () => {
    expect(hasBuckets([row({ job: 'a' }, 1)])).toBe(false);
    expect(hasBuckets([row({ le: '1' }, 1)])).toBe(true);
    expect(heatmapOf([row({ le: 'wide' }, 1)], grid, 'none')).toBeNull();
    expect(bucketName({ from: Number.NEGATIVE_INFINITY, to: 0, counts: [] }, 'none')).toBe('up to 0');
  });
});

describe('the colour of a count', () => {
  it('grows with it, and is none for none', () => {
    expect([0, -1, Number.NaN].map((count) => heatOf(count, 100))).toEqual([null, null, null]);
    expect(heatOf(100, 100)).toBe(HEAT_COLOUR_COUNT - 1);
    expect(heatOf(1e-9, 100)).toBe(0);
    expect(heatOf(1, 0)).toBeNull();
  });

  it('ends where its legend says', () => {
    const bounds = heatBounds(490);
    expect(bounds[0]).toBe(0);
    expect(bounds.at(-1)).toBe(490);
    for (let heat = 0; heat < HEAT_COLOUR_COUNT; heat += 1) {
      expect(heatOf(bounds[heat] + 0.001, 490)).toBe(heat);
      expect(heatOf(bounds[heat + 1] - 0.001, 490)).toBe(heat);
    }
  });
});
