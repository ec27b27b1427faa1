import { nextCompensation } from '../eval/kahan.js';
import type { RangeFunction, RangeSeries, WindowFunction } from '../eval/rangeFunction.js';
import { define, type FunctionDefinition } from './definition.js';
import { anchoredCount, extendedRate } from './extendedRates.js';

/** How quickly values change over a window. */
export const RATE_FUNCTIONS: readonly FunctionDefinition[] = [
  define('rate', ['range vector'], {
    kind: 'range',
    fn: extrapolated({ counter: true, perSecond: true }),
    extended: extendedRate({ counter: true, perSecond: true }),
    counter: true,
  }),
  define('increase', ['range vector'], {
    kind: 'range',
    fn: extrapolated({ counter: true, perSecond: false }),
    extended: extendedRate({ counter: true, perSecond: false }),
    counter: true,
  }),
  define('delta', ['range vector'], {
    kind: 'range',
    fn: extrapolated({ counter: false, perSecond: false }),
    extended: extendedRate({ counter: false, perSecond: false }),
  }),
  define('irate', ['range vector'], { kind: 'range', fn: { samplesMin: 2, prepare: irate } }),
  define('idelta', ['range vector'], { kind: 'range', fn: { samplesMin: 2, prepare: idelta } }),
  define('changes', ['range vector'], {
    kind: 'range',
    fn: { samplesMin: 1, prepare: changes },
    extended: anchoredCount(changes),
  }),
  define('resets', ['range vector'], {
    kind: 'range',
    fn: { samplesMin: 1, prepare: resets },
    extended: anchoredCount(resets),
  }),
  define('deriv', ['range vector'], { kind: 'range', fn: { samplesMin: 2, prepare: deriv } }),
  define(
    'predict_linear',
    ['range vector', 'scalar'],
    { kind: 'range', fn: { samplesMin: 2, prepare: predictLinear } },
    { dependsOnTime: true },
  ),
];

/**
 * The change over the window as if samples covered it all, unless they begin or end too far from its bounds;
 * a counter is not taken to have been below zero.
 *
 * Source: https://prometheus.io/docs/prometheus/latest/querying/functions/#increase
 */
function extrapolated(kind: { counter: boolean; perSecond: boolean }): RangeFunction {
  return {
    samplesMin: 2,
    prepare({ times, values, rangeMs, ends }) {
      const drops = kind.counter ? placesOfDrops(values) : [Number.POSITIVE_INFINITY];
      const rangeSeconds = rangeMs / 1000;
      let nextDrop = 0;
      return (from, to, step) => {
        const last = to - 1;
        let change = values[last] - values[from];
        while (drops[nextDrop] <= from) nextDrop++;
        for (let i = nextDrop; drops[i] < to; i++) change += values[drops[i] - 1];
        const sampledSeconds = (times[last] - times[from]) / 1000;
        const meanGap = sampledSeconds / (last - from);
        const farAway = meanGap * 1.1;
        let toStart = (times[from] - (ends[step] - rangeMs)) / 1000;
        let toEnd = (ends[step] - times[last]) / 1000;
        if (toStart >= farAway) toStart = meanGap / 2;
        if (kind.counter && change > 0 && values[from] >= 0) {
          toStart = Math.min(toStart, sampledSeconds * (values[from] / change));
        }
        if (toEnd >= farAway) toEnd = meanGap / 2;
        const factor = (sampledSeconds + toStart + toEnd) / sampledSeconds;
        return change * (kind.perSecond ? factor / rangeSeconds : factor);
      };
    },
  };
}

/** Where a counter is lower than in the sample before; infinity stands at the end. */
function placesOfDrops(values: Float64Array): number[] {
  const places: number[] = [];
  for (let i = 1; i < values.length; i++) if (values[i] < values[i - 1]) places.push(i);
  places.push(Number.POSITIVE_INFINITY);
  return places;
}

function irate({ times, values }: RangeSeries): WindowFunction {
  return (_from, to) => {
    const last = values[to - 1];
    const before = values[to - 2];
    const change = last < before ? last : last - before;
    return change / ((times[to - 1] - times[to - 2]) / 1000);
  };
}

function idelta({ values }: RangeSeries): WindowFunction {
  return (_from, to) => values[to - 1] - values[to - 2];
}

function changes({ values }: RangeSeries): WindowFunction {
  return (from, to) => {
    let count = 0;
    for (let i = from + 1; i < to; i++) {
      const bothNan = Number.isNaN(values[i]) && Number.isNaN(values[i - 1]);
      if (values[i] !== values[i - 1] && !bothNan) count++;
    }
    return count;
  };
}

function resets({ values }: RangeSeries): WindowFunction {
  return (from, to) => {
    let count = 0;
    for (let i = from + 1; i < to; i++) if (values[i] < values[i - 1]) count++;
    return count;
  };
}

function deriv({ times, values }: RangeSeries): WindowFunction {
  return (from, to) => linearRegression(times, values, { from, to, originMs: times[from] }).slope;
}

function predictLinear(
  { times, values, evalTimes }: RangeSeries,
  [seconds]: readonly Float64Array[],
): WindowFunction {
  return (from, to, step) => {
    const { slope, intercept } = linearRegression(times, values, { from, to, originMs: evalTimes[step] });
    return slope * seconds[step] + intercept;
  };
}

/** Least squares over a window: the slope per second, and the value at the origin. */
function linearRegression(
  times: Float64Array,
  values: Float64Array,
  window: { from: number; to: number; originMs: number },
): { slope: number; intercept: number } {
  const { from, to, originMs } = window;
  const first = values[from];
  let isConstant = true;
  let [sumX, sumY, sumXY, sumXX] = [0, 0, 0, 0];
  let [lostX, lostY, lostXY, lostXX] = [0, 0, 0, 0];
  for (let i = from; i < to; i++) {
    const y = values[i];
    const x = (times[i] - originMs) / 1000;
    if (i > from && y !== first) isConstant = false;
    lostX = nextCompensation(x, sumX, sumX + x, lostX);
    sumX += x;
    lostY = nextCompensation(y, sumY, sumY + y, lostY);
    sumY += y;
    lostXY = nextCompensation(x * y, sumXY, sumXY + x * y, lostXY);
    sumXY += x * y;
    lostXX = nextCompensation(x * x, sumXX, sumXX + x * x, lostXX);
    sumXX += x * x;
  }
  if (isConstant) {
    return Math.abs(first) === Number.POSITIVE_INFINITY
      ? { slope: Number.NaN, intercept: Number.NaN }
      : { slope: 0, intercept: first };
  }
  const n = to - from;
  const [x, y] = [sumX + lostX, sumY + lostY];
  const slope = (sumXY + lostXY - (x * y) / n) / (sumXX + lostXX - (x * x) / n);
  return { slope, intercept: y / n - (slope * x) / n };
}
