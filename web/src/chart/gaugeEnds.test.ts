import { describe, expect, it } from 'vitest';
import { gaugeEnds } from './gaugeEnds.js';

describe('the ends of a gauge', () => {
  it('are what was said', () => {
    expect(gaugeEnds({ min: 10, max: 20 }, { unit: 'none', highest: 99, thresholds: [] })).toEqual({
      min: 10,
      max: 20,
    });
  });

  it.each([
    ['ratio', 0.3, 1],
    ['percent', 31, 100],
    ['percent', 140, 200],
    ['none', 3.7, 5],
    ['none', 5, 5],
    ['none', 1e-3, 1e-3],
    ['bytes', 3_000, 4_096],
    ['none', 0, 1],
  ] as const)('are found: %s up to %d goes to %d', (unit, highest, max) => {
    expect(gaugeEnds({}, { unit, highest, thresholds: [] })).toEqual({ min: 0, max });
  });

  it('show all thresholds, and lie apart', () => {
    expect(gaugeEnds({}, { unit: 'none', highest: 3, thresholds: [{ from: 90, role: 'bad' }] }).max).toBe(
      100,
    );
    expect(gaugeEnds({ min: 7, max: 7 }, { unit: 'none', highest: 1, thresholds: [] })).toEqual({
      min: 7,
      max: 8,
    });
  });
});
