import type { Grid, Labels, MatrixSeries } from '../api/types.js';

/** One line: a value per grid point, null where there is none. */
export interface ChartSeries {
  /** Identity across refreshes: the query's place, the labels, and how long ago. */
  readonly key: string;
  /** The same for a series and for what it was before: they share a colour and a place in the legend. */
  readonly identity: string;
  readonly labels: Labels;
  readonly name: string;
  readonly values: readonly (number | null)[];
  /** The newest value in the range, null when there is none that can be drawn. */
  readonly last: number | null;
  /** How long before its place on the axis it was so: 0 but for a comparison. */
  readonly agoSec: number;
}

export interface ChartData {
  readonly grid: Grid;
  /** Unix seconds, one per grid point. */
  readonly times: readonly number[];
  /** What is drawn: at most so many as fit. */
  readonly series: readonly ChartSeries[];
  /** All there are; where they are more than are drawn, that must be said to the reader. */
  readonly all: readonly ChartSeries[];
}

export interface ChartPart {
  readonly matrix: readonly MatrixSeries[];
  readonly name: (labels: Labels) => string;
  /** The same query a while before, moved to the present. */
  readonly earlier?: { readonly matrix: readonly MatrixSeries[]; readonly agoSec: number };
}

/**
 * Puts range answers on one grid. Points the answer lacks become gaps, and so do NaN and infinities, which have no
 * place on an axis. Past `seriesMax` the series with the highest peaks are kept, and what they were before.
 */
export function alignSeries(parts: readonly ChartPart[], grid: Grid, seriesMax: number): ChartData {
  const count = Math.floor((grid.endSec - grid.startSec) / grid.stepSec + 1e-6) + 1;
  const times = Array.from({ length: count }, (_, index) => grid.startSec + index * grid.stepSec);
  const all = parts.flatMap(({ matrix, name, earlier }, place) => [
    ...matrix.map((row) => alignOne(row, { place, name, agoSec: 0 }, grid, count)),
    ...(earlier?.matrix ?? []).map((row) =>
      alignOne(row, { place, name, agoSec: earlier!.agoSec }, grid, count),
    ),
  ]);
  return { grid, times, series: highest(all, seriesMax), all };
}

/** How many series are behind a chart, each once, whatever it was before. */
export function countSeries(all: readonly ChartSeries[]): number {
  return new Set(all.map(({ identity }) => identity)).size;
}

/** Unix seconds of the first point of time that any series has a value at; null where none has one. */
export function beginOf({ times, series }: ChartData): number | null {
  return times.find((_, index) => series.some(({ values }) => values[index] !== null)) ?? null;
}

/**
 * Each line on top of those after it, for stacked drawing: the first is the highest, as it is in the legend. A gap has
 * no height, so that what lies above still has something to lie on; where every series has a gap there is one.
 */
export function stack(series: readonly ChartSeries[]): (number | null)[][] {
  const count = series[0]?.values.length ?? 0;
  const sums = Array.from({ length: count }, (_, index): number | null =>
    series.some(({ values }) => values[index] !== null) ? 0 : null,
  );
  return series
    .toReversed()
    .map(({ values }) =>
      values.map((value, index) => {
        const below = sums[index];
        if (below === null) return null;
        sums[index] = below + (value ?? 0);
        return sums[index];
      }),
    )
    .reverse();
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

interface Origin {
  readonly place: number;
  readonly name: (labels: Labels) => string;
  readonly agoSec: number;
}

function alignOne(
  row: MatrixSeries,
  { place, name, agoSec }: Origin,
  { startSec, stepSec }: Grid,
  count: number,
): ChartSeries {
  const values = new Array<number | null>(count).fill(null);
  let last: number | null = null;
  for (const [seconds, text] of row.values) {
    const index = Math.round((seconds + agoSec - startSec) / stepSec);
    const value = Number(text);
    if (index < 0 || index >= count || !Number.isFinite(value)) continue;
    values[index] = value;
    last = value;
  }
  const identity = `${place}:${seriesName(row.metric)}`;
  const key = agoSec === 0 ? identity : `${identity} ${agoSec}`;
  return { key, identity, labels: row.metric, name: name(row.metric), values, last, agoSec };
}

function highest(all: readonly ChartSeries[], seriesMax: number): readonly ChartSeries[] {
  const peaks = new Map<string, number>();
  for (const series of all) {
    peaks.set(series.identity, Math.max(peaks.get(series.identity) ?? -Infinity, peakOf(series)));
  }
  if (peaks.size <= seriesMax) return all;
  const kept = [...peaks].sort(([, a], [, b]) => b - a).slice(0, seriesMax);
  const keep = new Set(kept.map(([identity]) => identity));
  return all.filter(({ identity }) => keep.has(identity));
}

function peakOf({ values }: ChartSeries): number {
  return values.reduce<number>((max, value) => (value !== null && value > max ? value : max), -Infinity);
}
