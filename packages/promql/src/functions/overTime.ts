import { KahanMean, KahanSum } from '../eval/kahan.js';
import { quantileOf } from '../eval/quantile.js';
import type { RangeSeries, WindowFunction } from '../eval/rangeFunction.js';
import type { SummaryFunction, WindowSummary } from '../eval/rollupWindows.js';
import { define, experimental, type FunctionDefinition } from './definition.js';
import { smoothing } from './smoothing.js';

/** One value out of all samples of a window. */
export const OVER_TIME_FUNCTIONS: readonly FunctionDefinition[] = [
  overTime('count_over_time', () => (from, to) => to - from, {
    ...summary(({ count }) => count),
    isExtensive: true,
  }),
  overTime(
    'present_over_time',
    () => () => 1,
    summary(() => 1),
  ),
  overTime('sum_over_time', sum, { ...summary((window) => window.sum, 'sum'), isExtensive: true }),
  overTime(
    'avg_over_time',
    mean,
    summary((window) => window.sum / window.count, 'sum'),
  ),
  overTime(
    'min_over_time',
    ({ values }) => extreme(values, (a, b) => a < b, valueAt(values)),
    summary(({ min }) => min, 'spread'),
  ),
  overTime(
    'max_over_time',
    ({ values }) => extreme(values, (a, b) => a > b, valueAt(values)),
    summary(({ max }) => max, 'spread'),
  ),
  overTime('stdvar_over_time', ({ values }) => variance(values)),
  overTime('stddev_over_time', ({ values }) => {
    const of = variance(values);
    return (from, to) => Math.sqrt(of(from, to));
  }),
  experimental(overTime('mad_over_time', medianDeviation)),
  experimental(
    overTime(
      'ts_of_first_over_time',
      ({ times }) =>
        (from) =>
          secondsAt(times)(from),
      summary(({ firstMs }) => firstMs / 1000),
    ),
  ),
  experimental(
    overTime(
      'ts_of_last_over_time',
      ({ times }) =>
        (_from, to) =>
          secondsAt(times)(to - 1),
      summary(({ lastMs }) => lastMs / 1000),
    ),
  ),
  experimental(
    overTime('ts_of_min_over_time', ({ times, values }) =>
      extreme(values, (a, b) => a <= b, secondsAt(times)),
    ),
  ),
  experimental(
    overTime('ts_of_max_over_time', ({ times, values }) =>
      extreme(values, (a, b) => a >= b, secondsAt(times)),
    ),
  ),
  define('first_over_time', ['range vector'], {
    kind: 'range',
    fn: {
      samplesMin: 1,
      prepare:
        ({ values }) =>
        (from) =>
          values[from],
      ofSummary: summary(({ first }) => first),
    },
    keepsName: true,
  }),
  define('last_over_time', ['range vector'], {
    kind: 'range',
    fn: {
      samplesMin: 1,
      prepare:
        ({ values }) =>
        (_from, to) =>
          values[to - 1],
      ofSummary: summary(({ last }) => last),
    },
    keepsName: true,
  }),
  define('quantile_over_time', ['scalar', 'range vector'], {
    kind: 'range',
    fn: { samplesMin: 1, prepare: quantile },
    quantile: true,
  }),
  experimental(
    define('double_exponential_smoothing', ['range vector', 'scalar', 'scalar'], {
      kind: 'range',
      fn: smoothing,
    }),
  ),
];

type WindowOfSeries = (from: number, to: number) => number;

function overTime(
  name: string,
  prepare: (series: RangeSeries) => WindowOfSeries,
  ofSummary?: SummaryFunction,
): FunctionDefinition {
  return define(name, ['range vector'], { kind: 'range', fn: { samplesMin: 1, prepare, ofSummary } });
}

function summary(
  compute: (window: WindowSummary) => number,
  uses?: SummaryFunction['uses'],
): SummaryFunction {
  return { samplesMin: 1, uses, compute };
}

function sum({ values }: RangeSeries): WindowOfSeries {
  return (from, to) => {
    const running = new KahanSum();
    for (let i = from; i < to; i++) running.add(values[i]);
    return running.total;
  };
}

function mean({ values }: RangeSeries): WindowOfSeries {
  return (from, to) => {
    const running = new KahanMean();
    for (let i = from; i < to; i++) running.add(values[i]);
    return running.value;
  };
}

/** Of the sample no other is before in the order; NaN only when there is nothing else. */
function extreme(
  values: Float64Array,
  isBefore: (a: number, b: number) => boolean,
  resultAt: (place: number) => number,
): WindowOfSeries {
  return (from, to) => {
    let best = from;
    for (let i = from; i < to; i++) {
      if (isBefore(values[i], values[best]) || Number.isNaN(values[best])) best = i;
    }
    return resultAt(best);
  };
}

function valueAt(values: Float64Array): (place: number) => number {
  return (place) => values[place];
}

function secondsAt(times: Float64Array): (place: number) => number {
  return (place) => times[place] / 1000;
}

/** Welford's population variance, both sums compensated. */
function variance(values: Float64Array): WindowOfSeries {
  return (from, to) => {
    const middle = new KahanSum();
    const squares = new KahanSum();
    for (let i = from; i < to; i++) {
      const off = values[i] - middle.total;
      middle.add(off / (i - from + 1));
      squares.add(off * (values[i] - middle.total));
    }
    return squares.total / (to - from);
  };
}

function medianDeviation({ values }: RangeSeries): WindowOfSeries {
  const sortable = scratchOf(values);
  return (from, to) => {
    const window = sortable(from, to);
    if (window.some(Number.isNaN)) return Number.NaN;
    const median = quantileOf(0.5, window);
    for (let i = 0; i < window.length; i++) window[i] = Math.abs(window[i] - median);
    return quantileOf(0.5, window);
  };
}

function quantile({ values }: RangeSeries, [q]: readonly Float64Array[]): WindowFunction {
  const sortable = scratchOf(values);
  return (from, to, step) => quantileOf(q[step], sortable(from, to));
}

/** Copies of windows, each valid until the next; one buffer serves them all. */
function scratchOf(values: Float64Array): (from: number, to: number) => Float64Array {
  let scratch = new Float64Array(16);
  return (from, to) => {
    const length = to - from;
    if (length > scratch.length) scratch = new Float64Array(Math.max(length, 2 * scratch.length));
    for (let i = 0; i < length; i++) scratch[i] = values[from + i];
    return scratch.subarray(0, length);
  };
}
