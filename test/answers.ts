import type { QueryAnswer } from './testServer.js';

/** One series of an answer: its labels as canonical text, its points as sent. */
export interface AnsweredSeries {
  readonly labels: string;
  readonly points: readonly (readonly [seconds: number, value: string])[];
}

export interface Comparison {
  /** Most relative difference of two values; without it their texts have to be equal. */
  readonly tolerance?: number;
  /** The series have to come in the same order. */
  readonly ordered?: boolean;
}

/**
 * The first difference between two answers of the Prometheus API, in words; undefined when they say the same.
 * Series are matched by their labels, points by their time; NaN equals NaN.
 */
export function differenceOf(
  ours: QueryAnswer,
  theirs: QueryAnswer,
  comparison: Comparison = {},
): string | undefined {
  const [a, b] = [seriesOf(ours), seriesOf(theirs)];
  if (ours.data?.resultType !== theirs.data?.resultType) {
    return `ours is a ${ours.data?.resultType} (${ours.error}), theirs a ${theirs.data?.resultType} (${theirs.error})`;
  }
  if (!comparison.ordered) for (const series of [a, b]) series.sort((x, y) => (x.labels < y.labels ? -1 : 1));
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    if (a[i]?.labels !== b[i]?.labels) {
      return `of ${a.length} and ${b.length} series, no. ${i + 1} is ${describe(a[i])} here, ${describe(b[i])} there`;
    }
    const different = differentPoint(a[i], b[i], comparison.tolerance);
    if (different !== undefined) return `${a[i].labels}: ${different}`;
  }
  return undefined;
}

/** The series of a vector or matrix; a scalar or string as one series without labels. */
export function seriesOf({ data }: QueryAnswer): AnsweredSeries[] {
  if (data === undefined) return [];
  if (data.resultType === 'scalar' || data.resultType === 'string') {
    return [{ labels: '{}', points: [data.result as [number, string]] }];
  }
  const result = data.result as {
    metric: Record<string, string>;
    value?: [number, string];
    values?: [number, string][];
  }[];
  return result.map(({ metric, value, values }) => ({
    labels: labelsKey(metric),
    points: values ?? (value ? [value] : []),
  }));
}

/** Labels as one text, whatever order they come in. */
export function labelsKey(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A value as the API writes it. */
export function readApiValue(text: string): number {
  return Number(text.replace('Inf', 'Infinity'));
}

function differentPoint(a: AnsweredSeries, b: AnsweredSeries, tolerance?: number): string | undefined {
  if (a.points.length !== b.points.length) return `${a.points.length} points here, ${b.points.length} there`;
  const at = a.points.findIndex(
    ([time, value], i) => time !== b.points[i][0] || !isSame(value, b.points[i][1], tolerance),
  );
  return at < 0 ? undefined : `${a.points[at]} here, ${b.points[at]} there`;
}

function isSame(a: string, b: string, tolerance: number | undefined): boolean {
  if (a === b) return true;
  if (tolerance === undefined) return false;
  const [x, y] = [readApiValue(a), readApiValue(b)];
  return Math.abs(x - y) <= tolerance * Math.max(Math.abs(x), Math.abs(y));
}

function describe(series: AnsweredSeries | undefined): string {
  return series?.labels ?? 'missing';
}
