import { describe, expect, it } from 'vitest';
import type { ExemplarSeries } from '../api/types.js';
import { collectExemplars, EXEMPLARS_MAX, thinOut } from './exemplars.js';

const grid = { startSec: 1000, endSec: 2000, stepSec: 10 };

function series(name: string, ...exemplars: [timestamp: number, value: string][]): ExemplarSeries {
  return {
    seriesLabels: { __name__: name },
    exemplars: exemplars.map(([timestamp, value]) => ({ labels: { trace_id: 't' }, value, timestamp })),
  };
}

describe('collectExemplars', () => {
  it('puts those of all queries in the order of time, the same once', () => {
    const found = collectExemplars([
      [series('b', [3, '1'], [5, '2'])],
      [series('a', [4, '1e-3']), series('b', [3, '1'])],
    ]);
    expect(found.map((one) => [one.series, one.timeSec, one.value])).toEqual([
      ['b', 3, 1],
      ['a', 4, 0.001],
      ['b', 5, 2],
    ]);
    expect(new Set(found.map(({ key }) => key)).size).toBe(3);
  });

  it('leaves out what has no place on an axis', () => {
    expect(collectExemplars([[series('a', [1, 'NaN'], [2, '+Inf'], [3, '-Inf'])]])).toEqual([]);
  });
});

describe('thinOut', () => {
  const many = (count: number) =>
    collectExemplars([
      [
        series(
          'a',
          ...Array.from({ length: count }, (_, i): [number, string] => [
            1000 + (i * 1000) / count,
            String((i * 7919) % count),
          ]),
        ),
      ],
    ]);

  it('keeps all where there are few enough', () => {
    const few = many(EXEMPLARS_MAX);
    expect(thinOut(few, grid)).toEqual(few);
  });

  it('keeps the highest and lowest of each stretch where there are more', () => {
    const all = many(5000);
    const kept = thinOut(all, grid);
    expect(kept).toHaveLength(EXEMPLARS_MAX);
    expect(Math.max(...kept.map(({ value }) => value))).toBe(4999);
    expect(Math.min(...kept.map(({ value }) => value))).toBe(0);
    expect(kept.map(({ timeSec }) => timeSec)).toEqual(
      kept.map(({ timeSec }) => timeSec).sort((a, b) => a - b),
    );
  });

  it('bounds those outside the range and of a range without length too', () => {
    const outside = thinOut(many(500), { startSec: 5000, endSec: 5000, stepSec: 1 });
    expect(outside.length).toBe(2);
  });
});
