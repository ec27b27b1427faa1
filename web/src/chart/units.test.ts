import { describe, expect, it } from 'vitest';
import { formatCount, formatLogTicks, formatTicks, formatValue, tickIncrements, type Unit } from './units.js';

describe('a count', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1_234.4, '1,234'],
    [2_000_000, '2,000,000'],
  ])('of %d reads %s', (count, text) => {
    expect(formatCount(count)).toBe(text);
  });
});

describe('formatValue', () => {
  it.each<[number, Unit, string]>([
    [0, 'none', '0'],
    [7, 'none', '7'],
    [1_834, 'none', '1.83k'],
    [-0.25, 'none', '−0.250'],
    [0.00012, 'none', '1.2e−4'],
    [1_536, 'bytes', '1.50 KiB'],
    [150 * 1024 ** 2, 'bytes', '150 MiB'],
    [1024 ** 3, 'bytes', '1.00 GiB'],
    [0, 'seconds', '0 s'],
    [0.0123, 'seconds', '12.3 ms'],
    [0.00045, 'seconds', '450 µs'],
    [90, 'seconds', '90.0 s'],
    [5_400, 'seconds', '90.0 min'],
    [0.0456, 'ratio', '4.56 %'],
    [2.5, 'ratio', '250 %'],
    [0.9997, 'ratio', '100 %'],
    [0.099_97, 'ratio', '10.0 %'],
    [33.71, 'perSecond', '33.7 /s'],
    [2_048, 'bytesPerSecond', '2.00 KiB/s'],
    [Number.NaN, 'bytes', 'NaN'],
    [Number.POSITIVE_INFINITY, 'none', '+Inf'],
    [Number.NEGATIVE_INFINITY, 'none', '−Inf'],
    [42.5, 'percent', '42.5 %'],
    [250, 'milliseconds', '250 ms'],
    [90_000, 'milliseconds', '90.0 s'],
    [0.5, 'milliseconds', '500 µs'],
    [0, 'milliseconds', '0 ms'],
  ])('%d %s is %s', (value, unit, text) => {
    expect(formatValue(value, unit)).toBe(text);
  });
});

describe('axis ticks', () => {
  it('share one scale and one number of decimals', () => {
    expect(formatTicks([0, 0.005, 0.01, 0.015], 'seconds')).toEqual(['0', '5 ms', '10 ms', '15 ms']);
    expect(formatTicks([0, 0.5, 1, 1.5], 'seconds')).toEqual(['0', '0.5 s', '1.0 s', '1.5 s']);
    expect(formatTicks([0, 0.0025, 0.005], 'ratio')).toEqual(['0', '0.25 %', '0.50 %']);
    expect(formatTicks([-2_000, 0, 2_000], 'none')).toEqual(['−2k', '0', '2k']);
  });

  it('have a scale each where the axis is logarithmic, and none where there is no room', () => {
    expect(formatLogTicks([0.001, null, 0.1, 10], 'seconds')).toEqual(['1 ms', '', '100 ms', '10 s']);
    expect(formatLogTicks([512, 1024, 2 ** 21], 'bytes')).toEqual(['512 B', '1 KiB', '2 MiB']);
  });

  it('never repeat a label on the increments of their unit', () => {
    for (const unit of ['none', 'bytes', 'seconds', 'ratio', 'perSecond'] as const) {
      for (const step of tickIncrements(unit).filter((size) => size > 1e-8 && size < 1e13)) {
        const labels = formatTicks(
          [0, 1, 2, 3, 4, 5].map((count) => count * step),
          unit,
        );
        expect(new Set(labels).size, `${unit} by ${step}: ${labels}`).toBe(6);
      }
    }
  });

  it('fall on powers of two for bytes and on the clock for long times', () => {
    expect(tickIncrements('bytes')).toContain(64 * 1024 ** 2);
    expect(tickIncrements('bytes')).not.toContain(50);
    expect(tickIncrements('seconds')).toContain(3_600);
    expect(tickIncrements('seconds')).not.toContain(100);
    const ascending = [...tickIncrements('seconds')].sort((a, b) => a - b);
    expect(tickIncrements('seconds')).toEqual(ascending);
  });
});
