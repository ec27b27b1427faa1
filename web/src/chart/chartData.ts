import type { Grid, Labels, MatrixSeries } from '../api/types.js';

/** One line: a value per grid point, null where there is none. */
export interface ChartSeries {
  /** Identity across refreshes: the query's place and the labels. */
  readonly key: string;
  readonly name: string;
  readonly values: readonly (number | null)[];
  /** The newest value in the range, null when there is none that can be drawn. */
  readonly last: number | null;
}

export interface ChartData {
  readonly grid: Grid;
  /** Unix seconds, one per grid point. */
  readonly times: readonly number[];
  readonly series: readonly ChartSeries[];
  /** How many there were before the cap; more than `series.length` must be said to the reader. */
  readonly seriesTotal: number;
}

export interface ChartPart {
  readonly matrix: readonly MatrixSeries[];
  readonly name: (labels: Labels) => string;
}

/**
 * Puts range answers on one grid. Points the answer lacks become gaps, and so do NaN and infinities, which have no
 * place on an axis. Past `seriesMax` the series with the highest peaks are kept.
 */
export function alignSeries(parts: readonly ChartPart[], grid: Grid, seriesMax: number): ChartData {
  const count = Math.floor((grid.endSec - grid.startSec) / grid.stepSec + 1e-6) + 1;
  const times = Array.from({ length: count }, (_, index) => grid.startSec + index * grid.stepSec);
  const all = parts.flatMap((part, place) =>
    part.matrix.map((row) => alignOne(part, place, row, grid, count)),
  );
  return { grid, times, series: highest(all, seriesMax), seriesTotal: all.length };
}

/**
 * Each line on top of those before it, for stacked drawing. A gap has no height, so that what lies above still has
 * something to lie on; where every series has a gap there is one.
 */
export function stack(series: readonly ChartSeries[]): (number | null)[][] {
  const count = series[0]?.values.length ?? 0;
  const sums = Array.from({ length: count }, (_, index): number | null =>
    series.some(({ values }) => values[index] !== null) ? 0 : null,
  );
  return series.map(({ values }) =>
    values.map((value, index) => {
      const below = sums[index];
      if (below === null) return null;
      sums[index] = below + (value ?? 0);
      return sums[index];
    }),
  );
}

/** Points with a gap on both sides: a line would not show them, so they get a dot. */
export function isolatedPoints(values: ArrayLike<number | null | undefined>): number[] {
  const found: number[] = [];
  for (let index = 0; index < values.length; index += 1) {
    if (values[index] != null && values[index - 1] == null && values[index + 1] == null) found.push(index);
  }
  return found;
}

/** `name{a="1",b="2"}`, as PromQL writes it. */
export function seriesName(labels: Labels): string {
  const { __name__: metric = '', ...rest } = labels;
  const pairs = Object.entries(rest).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  if (pairs.length === 0) return metric === '' ? '{}' : metric;
  return `${metric}{${pairs.join(', ')}}`;
}

function alignOne(part: ChartPart, place: number, row: MatrixSeries, grid: Grid, count: number): ChartSeries {
  const values = new Array<number | null>(count).fill(null);
  let last: number | null = null;
  for (const [seconds, text] of row.values) {
    const index = Math.round((seconds - grid.startSec) / grid.stepSec);
    const value = Number(text);
    if (index < 0 || index >= count || !Number.isFinite(value)) continue;
    values[index] = value;
    last = value;
  }
  return { key: `${place}:${seriesName(row.metric)}`, name: part.name(row.metric), values, last };
}

function highest(all: readonly ChartSeries[], seriesMax: number): readonly ChartSeries[] {
  if (all.length <= seriesMax) return all;
  const peaks = new Map(all.map((series) => [series, peakOf(series)]));
  const kept = [...all].sort((a, b) => peaks.get(b)! - peaks.get(a)!).slice(0, seriesMax);
  const keep = new Set(kept);
  return all.filter((series) => keep.has(series));
}

function peakOf({ values }: ChartSeries): number {
  return values.reduce<number>((max, value) => (value !== null && value > max ? value : max), -Infinity);
}
