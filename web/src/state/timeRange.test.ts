import { describe, expect, it } from 'vitest';
import { chooseStep, formatAge, formatDuration, gridFor, parseDuration, RANGE_PRESETS } from './timeRange.js';

describe('the step of a chart', () => {
  it.each([
    [300, 400, 5],
    [900, 400, 10],
    [3_600, 400, 30],
    [86_400, 1_200, 300],
    [604_800, 300, 7_200],
  ])('over %i s on %i px is %i s', (spanSec, widthPx, stepSec) => {
    expect(chooseStep(spanSec, widthPx)).toBe(stepSec);
  });

  it.each([
    [3_600, 340, 300],
    [3_600, 1_100, 60],
    [900, 0, 60],
  ])('over %i s on %i px is %i s where a point has 12 px', (spanSec, widthPx, stepSec) => {
    expect(chooseStep(spanSec, widthPx, { pointPx: 12 })).toBe(stepSec);
  });

  it('never asks for more than 2,000 points, however wide the screen and long the range', () => {
    for (const widthPx of [0, 320, 1_440, 50_000]) {
      for (const spanSec of [1, 60, 604_800, 315_360_000]) {
        expect(spanSec / chooseStep(spanSec, widthPx)).toBeLessThanOrEqual(2_000);
      }
    }
  });

  it('is at least 5 s while the range moves, and 1 s when zoomed in', () => {
    const range = { kind: 'last', seconds: 60 } as const;
    expect(gridFor(range, 2_000, 1_000_000).stepSec).toBe(5);
    expect(gridFor({ kind: 'fixed', startSec: 100, endSec: 160 }, 2_000, 0).stepSec).toBe(1);
  });
});

describe('the grid', () => {
  it('lies on multiples of the step, so a refresh moves it by whole points', () => {
    for (const { seconds } of RANGE_PRESETS) {
      const grid = gridFor({ kind: 'last', seconds }, 600, 1_763_700_123_456);
      expect(grid.startSec % grid.stepSec).toBe(0);
      expect(grid.endSec % grid.stepSec).toBe(0);
      expect(grid.endSec).toBeLessThanOrEqual(1_763_700_123.456);
    }
  });

  it('covers a fixed range whatever the time is', () => {
    const range = { kind: 'fixed', startSec: 1_000, endSec: 4_600 } as const;
    expect(gridFor(range, 600, 5)).toEqual(gridFor(range, 600, 9e12));
    expect(gridFor(range, 600, 5)).toEqual({ startSec: 990, endSec: 4_590, stepSec: 30 });
  });
});

describe('durations', () => {
  it.each([
    [1, '1s'],
    [90, '1m30s'],
    [5_400, '1h30m'],
    [604_800, '7d'],
  ])('%i s is %s and back', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
    expect(parseDuration(text)).toBe(seconds);
  });

  it('refuses what is none', () => {
    for (const text of ['', '5', 'm', '1.5h', '5m!', '0s', '-5m', '9'.repeat(30).concat('d')]) {
      expect(parseDuration(text)).toBeNull();
    }
  });

  it('gives an age in its two largest units', () => {
    expect(formatAge(4)).toBe('4s');
    expect(formatAge(725.4)).toBe('12m5s');
    expect(formatAge(3 * 86_400 + 4 * 3_600 + 59)).toBe('3d4h');
  });
});
