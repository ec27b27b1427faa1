import type { ChartSeries } from './chartData.js';

/** What a series comes down to. */
export interface SeriesStats {
  readonly last: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly avg: number | null;
}

export type Figure = keyof SeriesStats;

/** In the order of columns. */
export const FIGURES: readonly { readonly id: Figure; readonly title: string }[] = [
  { id: 'last', title: 'Last' },
  { id: 'min', title: 'Min' },
  { id: 'max', title: 'Max' },
  { id: 'avg', title: 'Avg' },
];

const known = new WeakMap<ChartSeries, SeriesStats>();

/** Over the points there are; each series is gone through once, however often it is asked. */
export function statsOf(series: ChartSeries): SeriesStats {
  const found = known.get(series) ?? computeStats(series);
  known.set(series, found);
  return found;
}

/** The first value there is, null where there is none. */
export function firstOf({ values }: ChartSeries): number | null {
  return values.find((value) => value !== null) ?? null;
}

function computeStats({ values, last }: ChartSeries): SeriesStats {
  let [min, max, sum, count] = [Infinity, -Infinity, 0, 0];
  for (const value of values) {
    if (value === null) continue;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
    count += 1;
  }
  return count === 0 ? { last, min: null, max: null, avg: null } : { last, min, max, avg: sum / count };
}
