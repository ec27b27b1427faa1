import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDurationMs } from './durations.js';

describe('parseDurationMs', () => {
  it.each([
    ['0', 0],
    ['0s', 0],
    ['1ms', 1],
    ['90s', 90_000],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['15d', 1_296_000_000],
    ['1w', 604_800_000],
    ['1y2w3d4h5m6s7ms', 31_536_000_000 + 1_209_600_000 + 259_200_000 + 14_400_000 + 306_007],
  ])('%s', (text, durationMs) => {
    expect(parseDurationMs(text)).toBe(durationMs);
  });

  it.each(['', '5', 's', '1.5h', '-5m', '1m1h', '5m5m', '5 m', '5M', '1h30', '300y'])(
    'refuses %j',
    (text) => {
      expect(() => parseDurationMs(text)).toThrow(expect.objectContaining({ code: 'invalid_parameter' }));
    },
  );

  it('refuses more digits than a number holds', () => {
    const text = `${'9'.repeat(400)}y`;
    expect(() => parseDurationMs(text)).toThrow(expect.objectContaining({ code: 'invalid_parameter' }));
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0s'],
    [5_400_000, '1h30m'],
    [-90_000, '-1m30s'],
    [1001, '1s1ms'],
    [1_296_000_000, '15d'],
  ])('%i', (durationMs, text) => {
    expect(formatDuration(durationMs)).toBe(text);
  });

  it('is read back', () => {
    fc.assert(
      fc.property(fc.nat({ max: 9_000_000_000_000 }), (durationMs) => {
        expect(parseDurationMs(formatDuration(durationMs))).toBe(durationMs);
      }),
    );
  });
});
