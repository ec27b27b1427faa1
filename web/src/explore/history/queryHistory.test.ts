import { describe, expect, it } from 'vitest';
import { findQueries, forgetAll, queryHistory, remember, withLatest } from './queryHistory.js';

describe('the history of queries', () => {
  it('has the latest first, each once', () => {
    expect(withLatest(['a', 'b'], ['b', 'c'])).toEqual(['b', 'c', 'a']);
  });

  it('is bounded, in number and in the length of each', () => {
    forgetAll();
    remember(Array.from({ length: 500 }, (_, at) => `up == ${at}`));
    expect(queryHistory.value).toHaveLength(200);
    expect(queryHistory.value[0]).toBe('up == 0');
    remember(['x'.repeat(10_000), '  ']);
    expect(queryHistory.value[0]).toBe('up == 0');
    forgetAll();
    expect(queryHistory.value).toEqual([]);
  });

  it('is searched by words in any order and case', () => {
    const known = ['sum(rate(http_total[5m]))', 'up', 'rate(cpu[1m])'];
    expect(findQueries(known, 'RATE http')).toEqual([known[0]]);
    expect(findQueries(known, ' ')).toEqual(known);
  });
});
