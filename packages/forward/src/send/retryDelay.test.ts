import { expect, it } from 'vitest';
import { RETRY_AFTER_MS_MAX } from '../limits.js';
import { backoffMs, retryAfterMs } from './retryDelay.js';

const BACKOFF = { backoffMinMs: 30, backoffMaxMs: 5000 };

it('waits twice as long each time, up to a bound, and up to a half less by chance', () => {
  expect([1, 2, 3, 9, 1000].map((failures) => backoffMs(failures, BACKOFF, 0))).toEqual([
    30, 60, 120, 5000, 5000,
  ]);
  expect([0, 0.5, 1].map((random) => backoffMs(2, BACKOFF, random))).toEqual([60, 45, 30]);
});

it.each([
  [undefined, 0],
  ['2', 2000],
  [' 3 ', 3000],
  ['Thu, 01 Jan 1970 00:00:20 GMT', 10_000],
  ['Thu, 01 Jan 1970 00:00:01 GMT', 0],
  ['99999999', RETRY_AFTER_MS_MAX],
  ['soon', 0],
])('is told to wait by %j', (header, waitMs) => {
  expect(retryAfterMs(header, 10_000)).toBe(waitMs);
});
