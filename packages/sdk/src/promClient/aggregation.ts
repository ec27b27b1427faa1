import type { Aggregator, MetricObjectWithValues, MetricValueWithName } from './types.js';

export type ReadMetric = MetricObjectWithValues<MetricValueWithName<string>>;

/** By the words of `aggregator`: one value of those that several workers have of a series. */
const AGGREGATORS: Readonly<Record<Aggregator, ((values: readonly number[]) => number) | null>> = {
  sum: add,
  first: ([first]) => first,
  min: (values) => values.reduce((least, value) => Math.min(least, value)),
  max: (values) => values.reduce((most, value) => Math.max(most, value)),
  average: (values) => add(values) / values.length,
  omit: null,
};

/**
 * One metric of those that several workers have, by the aggregator of the first; undefined where it is left out.
 * @throws Error for an aggregator there is not
 */
export function aggregate(metrics: readonly ReadMetric[]): ReadMetric | undefined {
  const [first] = metrics;
  const join = AGGREGATORS[first.aggregator];
  if (join === undefined)
    throw new Error(`${first.name}: there is no aggregator ${String(first.aggregator)}`);
  if (join === null) return undefined;
  const bySeries = new Map<string, MetricValueWithName<string>[]>();
  for (const value of metrics.flatMap(({ values }) => values)) {
    const labels = Object.entries(value.labels).sort(([a], [b]) => (a < b ? -1 : 1));
    const key = JSON.stringify([value.metricName, labels]);
    const known = bySeries.get(key);
    if (known === undefined) bySeries.set(key, [value]);
    else known.push(value);
  }
  const values = Array.from(bySeries.values(), (same) => {
    const [{ labels, metricName }] = same;
    const joined: MetricValueWithName<string> = { value: join(same.map(({ value }) => value)), labels };
    if (metricName !== undefined) joined.metricName = metricName;
    return joined;
  });
  const { help, name, type, aggregator } = first;
  return { help, name, type, values, aggregator };
}

function add(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
