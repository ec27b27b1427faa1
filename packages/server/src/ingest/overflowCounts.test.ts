import { describe, expect, it } from 'vitest';
import { OverflowCounts } from './overflowCounts.js';

function told(counts: OverflowCounts): Record<string, number> {
  const batch = counts.toBatch(5000);
  expect([...batch.times.subarray(0, batch.sampleCount)]).toEqual(Array(batch.sampleCount).fill(5000));
  return Object.fromEntries(
    Array.from({ length: batch.sampleCount }, (_, i) => [
      batch.labelsOf(batch.sampleSeries[i]).toString(),
      batch.values[i],
    ]),
  );
}

describe('overflow counts', () => {
  it('become a series for each metric', () => {
    const counts = new OverflowCounts();
    expect(counts.isEmpty).toBe(true);
    for (const metric of ['a', 'b', 'a', 'with space', 'a']) counts.note(metric);
    expect(counts.isEmpty).toBe(false);
    expect(told(counts)).toEqual({
      'a{tinyobs_overflow="true"}': 3,
      'b{tinyobs_overflow="true"}': 1,
      '{"with space", tinyobs_overflow="true"}': 1,
    });
  });

  it('are kept of the first 1,000 metrics', () => {
    const counts = new OverflowCounts();
    for (const _ of [1, 2]) for (let i = 0; i < 1100; i++) counts.note(`m${i}`);
    expect(new Set(Object.values(told(counts)))).toEqual(new Set([2]));
    expect(counts.toBatch(0).sampleCount).toBe(1000);
  });
});
