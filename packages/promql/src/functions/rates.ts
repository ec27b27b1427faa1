import { nextCompensation } from '../eval/kahan.js';
import {
  type RangeFunction,
  type RangeSeries,
  SAMPLES_BETWEEN_LOOKS,
  type WindowFunction,
  type Windows,
} from '../eval/rangeFunction.js';
import type { WindowSummary } from '../eval/rollupWindows.js';
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
    ofSummary: { samplesMin: 2, compute: (window) => extrapolatedSummary(window, kind) },
    startRows() {
      let spans = new SampledSpans(0);
      let drops: readonly number[] = [];
      let nextDrop = 0;
      return (series, windows, { values: results, present }, firstStep) => {
        const { values, rangeMs } = series;
        if (firstStep === 0) {
          spans = spans.of(series, windows);
          drops = kind.counter ? placesOfDrops(values) : NO_DROPS;
          nextDrop = 0;
        }
        const { sampledSeconds, toStarts, toEnds } = spans;
        const rangeSeconds = rangeMs / 1000;
        const steps = present.length;
        let step = firstStep;
        for (let work = 0; step < steps && work < SAMPLES_BETWEEN_LOOKS; step++, work++) {
          const from = windows.from[step];
          const to = windows.to[step];
          if (to - from < 2) continue;
          const first = values[from];
          let change = values[to - 1] - first;
          while (drops[nextDrop] <= from) nextDrop++;
          for (let i = nextDrop; drops[i] < to; i++, work++) change += values[drops[i] - 1];
          const sampled = sampledSeconds[step];
          let toStart = toStarts[step];
          if (kind.counter && change > 0 && first >= 0) {
            toStart = Math.min(toStart, sampled * (first / change));
          }
          const factor = (sampled + toStart + toEnds[step]) / sampled;
          results[step] = change * (kind.perSecond ? factor / rangeSeconds : factor);
          present[step] = 1;
        }
        return step;
      };
    },
  };
}

/**
 * The same of what is known of a window. If that is wider or narrower than asked for, the change is that of the time
 * asked for at the rate found.
 */
function extrapolatedSummary(window: WindowSummary, kind: { counter: boolean; perSecond: boolean }): number {
  const { first, last, firstMs, lastMs, startMs, endMs, count, rangeMs } = window;
  const change = last - first + (kind.counter ? window.drops : 0);
  const sampled = (lastMs - firstMs) / 1000;
  const meanGap = sampled / (count - 1);
  const farAway = meanGap * 1.1;
  let toStart = (firstMs - startMs) / 1000;
  let toEnd = (endMs - lastMs) / 1000;
  if (toStart >= farAway) toStart = meanGap / 2;
  if (kind.counter && change > 0 && first >= 0) toStart = Math.min(toStart, sampled * (first / change));
  if (toEnd >= farAway) toEnd = meanGap / 2;
  const factor = (sampled + toStart + toEnd) / sampled;
  const windowSeconds = (endMs - startMs) / 1000;
  if (kind.perSecond) return change * (factor / windowSeconds);
  return change * factor * (rangeMs / 1000 / windowSeconds);
}

/** What extrapolation takes from the times alone, by step, in seconds. */
class SampledSpans {
  /** Between the first and the last sample. */
  readonly sampledSeconds: Float64Array;
  /** From the start of the window to the first sample, as far as it is extrapolated over; and at the end. */
  readonly toStarts: Float64Array;
  readonly toEnds: Float64Array;
  #version = -1;

  constructor(steps: number) {
    this.sampledSeconds = new Float64Array(steps);
    this.toStarts = new Float64Array(steps);
    this.toEnds = new Float64Array(steps);
  }

  /** Those of the windows: these, when they are the same as before. */
  of(series: RangeSeries, windows: Windows): SampledSpans {
    if (this.#version === windows.version) return this;
    const steps = series.ends.length;
    const spans = this.toEnds.length === steps ? this : new SampledSpans(steps);
    spans.#version = windows.version;
    for (let step = 0; step < steps; step++) spans.#measure(series, windows, step);
    return spans;
  }

  #measure({ times, ends, rangeMs }: RangeSeries, windows: Windows, step: number): void {
    const from = windows.from[step];
    const last = windows.to[step] - 1;
    if (last <= from) return;
    const sampled = (times[last] - times[from]) / 1000;
    const meanGap = sampled / (last - from);
    const farAway = meanGap * 1.1;
    const toStart = (times[from] - (ends[step] - rangeMs)) / 1000;
    const toEnd = (ends[step] - times[last]) / 1000;
    this.sampledSeconds[step] = sampled;
    this.toStarts[step] = toStart >= farAway ? meanGap / 2 : toStart;
    this.toEnds[step] = toEnd >= farAway ? meanGap / 2 : toEnd;
  }
}

const NO_DROPS: readonly number[] = [Number.POSITIVE_INFINITY];

/** Where a counter is lower than in the sample before; infinity stands at the end. */
function placesOfDrops(values: Float64Array): readonly number[] {
  let places: number[] | undefined;
  for (let i = 1; i < values.length; i++) {
    if (!(values[i] < values[i - 1])) continue;
    places ??= [];
    places.push(i);
  }
  if (places === undefined) return NO_DROPS;
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
