import { describe, expect, it } from 'vitest';
import { latenessOf } from './lateness.js';

describe('lateness', () => {
  it('is what scrapes come after the earliest place in the interval of their target', () => {
    const lateness = latenessOf(
      [
        [10, 1010, 2013, 3010],
        [507, 1500, 2500],
      ],
      1000,
    );
    expect(lateness).toEqual({ p50Ms: 0, p99Ms: 7, maxMs: 7, missed: 0, scrapes: 7 });
  });

  it('counts the times at which nothing came', () => {
    expect(latenessOf([[0, 1000, 4000]], 1000)).toMatchObject({ maxMs: 0, missed: 2, scrapes: 3 });
  });
});
