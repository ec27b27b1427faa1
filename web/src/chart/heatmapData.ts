import type { Grid, Labels, MatrixSeries } from '../api/types.js';
import { alignSeries, type ChartData, type ChartSeries } from './chartData.js';
import { formatValue, type Unit } from './units.js';

/** Columns of counts: how much fell into each bucket at each point of time. */
export interface HeatmapData {
  readonly buckets: readonly Bucket[];
  /** The same as series, a bucket each, the highest first: what tables and files are made of. */
  readonly chart: ChartData;
  /** The highest count of all, 0 where there is none. */
  readonly most: number;
}

export interface Bucket {
  /** −∞ for the lowest of all. */
  readonly from: number;
  /** +∞ for the highest of all. */
  readonly to: number;
  /** A count per point of time, null where nothing is known. */
  readonly counts: readonly (number | null)[];
}

/**
 * Buckets of classic histograms, which count all up to their bound `le`, taken apart; several histograms are added up.
 * Null where series have no `le`, or there are no two bounds to lie between.
 */
export function heatmapOf(matrix: readonly MatrixSeries[], grid: Grid, unit: Unit): HeatmapData | null {
  const aligned = alignSeries([{ matrix, name: () => '' }], grid, 0);
  const totals = addUpByBound(aligned);
  if (totals.length === 0) return null;
  const buckets = totals.map(({ bound, values }, place): Bucket => {
    const below = totals[place - 1];
    return {
      from: below?.bound ?? Number.NEGATIVE_INFINITY,
      to: bound,
      counts: values.map((value, index) => (value === null ? null : within(value, below?.values[index]))),
    };
  });
  const all = buckets.map((bucket) => seriesOf(bucket, unit)).reverse();
  const most = Math.max(
    0,
    ...buckets.map(({ counts }) => counts.reduce<number>((max, one) => Math.max(max, one ?? 0), 0)),
  );
  return { buckets, chart: { grid, times: aligned.times, series: all, all }, most };
}

/** Whether an answer can be drawn as a heatmap. */
export function hasBuckets(matrix: readonly { readonly metric: Labels }[]): boolean {
  return matrix.some(({ metric }) => 'le' in metric);
}

/** `0.1 s – 0.25 s`, in the unit of the bounds. */
export function bucketName({ from, to }: Bucket, unit: Unit): string {
  if (to === Number.POSITIVE_INFINITY) return `over ${formatValue(from, unit)}`;
  if (from === Number.NEGATIVE_INFINITY) return `up to ${formatValue(to, unit)}`;
  return `${formatValue(from, unit)} – ${formatValue(to, unit)}`;
}

interface Total {
  readonly bound: number;
  readonly values: (number | null)[];
}

function addUpByBound({ all, times }: ChartData): Total[] {
  const totals = new Map<number, Total>();
  for (const { labels, values } of all) {
    const bound = Number((labels['le'] ?? 'NaN').replace('Inf', 'Infinity'));
    if (Number.isNaN(bound)) continue;
    const total = totals.get(bound) ?? { bound, values: times.map(() => null) };
    totals.set(bound, total);
    values.forEach((value, index) => {
      if (value !== null) total.values[index] = (total.values[index] ?? 0) + value;
    });
  }
  return [...totals.values()].sort((a, b) => a.bound - b.bound);
}

/** Rates of the buckets of one histogram may differ by a rounding, and by a scrape that fell between them. */
function within(value: number, below: number | null | undefined): number {
  return Math.max(0, value - (below ?? 0));
}

function seriesOf(bucket: Bucket, unit: Unit): ChartSeries {
  const name = bucketName(bucket, unit);
  const last = bucket.counts.findLast((count) => count !== null) ?? null;
  const identity = String(bucket.to);
  return { key: identity, identity, labels: {}, name, values: bucket.counts, last, agoSec: 0 };
}
