import { describe, expect, it } from 'vitest';
import type { VectorSample } from '../api/types.js';
import { seriesTexts } from './variableOptions.js';

describe('the series of a query, to take values of variables from', () => {
  it('are written as Grafana writes them', () => {
    const result: VectorSample[] = [
      { metric: { __name__: 'up', job: 'shop', instance: 'a:1' }, value: [1_700_000_000.5, '1'] },
      { metric: {}, value: [1_700_000_000.5, 'NaN'] },
    ];
    expect(seriesTexts({ resultType: 'vector', result })).toEqual([
      'up{job="shop",instance="a:1"} 1 1700000000500',
      '{} NaN 1700000000500',
    ]);
  });

  it('are the value of a number', () => {
    expect(seriesTexts({ resultType: 'scalar', result: [1, '42'] })).toEqual(['42']);
  });
});
