import { TinyObsError } from '@tinyobs/model';
import type { RangeFunction } from '../eval/rangeFunction.js';

/**
 * Double exponential smoothing of a window.
 *
 * Source: https://en.wikipedia.org/wiki/Exponential_smoothing#Double_exponential_smoothing_(Holt_linear)
 */
export const smoothing: RangeFunction = {
  samplesMin: 2,
  prepare({ values }, [smoothingFactor, trendFactor]) {
    return (from, to, step) => {
      const level = checked('smoothing', 'sf', smoothingFactor[step]);
      const slope = checked('trend', 'tf', trendFactor[step]);
      let before = 0;
      let smoothed = values[from];
      let trend = values[from + 1] - values[from];
      for (let i = from + 1; i < to; i++) {
        if (i > from + 1) trend = slope * (smoothed - before) + (1 - slope) * trend;
        before = smoothed;
        smoothed = level * values[i] + (1 - level) * (smoothed + trend);
      }
      return smoothed;
    };
  },
};

/** NaN passes, and gives NaN. */
function checked(name: string, symbol: string, factor: number): number {
  if (!(factor <= 0 || factor >= 1)) return factor;
  throw new TinyObsError(
    'query_execution',
    `invalid ${name} factor. Expected: 0 < ${symbol} < 1, got: ${factor.toFixed(6)}`,
  );
}
