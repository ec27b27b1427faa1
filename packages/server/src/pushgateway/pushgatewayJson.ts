import { formatValue, type GroupingKey, type PushedSeries } from '@tinyobs/formats';
import { type Labels, METRIC_NAME, type MetricType } from '@tinyobs/model';
import { familiesOf, type HeldFamily, type PushedGroup } from './pushedGroup.js';

/** The words of a Pushgateway for types. */
const TYPE_WORDS: Readonly<Record<MetricType, string>> = {
  counter: 'COUNTER',
  gauge: 'GAUGE',
  histogram: 'HISTOGRAM',
  gaugehistogram: 'HISTOGRAM',
  summary: 'SUMMARY',
  info: 'GAUGE',
  stateset: 'GAUGE',
  unknown: 'UNTYPED',
};

/** Labels that say which part of its metric a series is, and what a Pushgateway calls the parts. */
const PARTS: { readonly [type in MetricType]?: { readonly label: string; readonly name: string } } = {
  histogram: { label: 'le', name: 'buckets' },
  gaugehistogram: { label: 'le', name: 'buckets' },
  summary: { label: 'quantile', name: 'quantiles' },
};

/**
 * A group as the API of a Pushgateway has it.
 * Source: https://github.com/prometheus/pushgateway/blob/master/README.md#query-api
 */
export function pushgatewayGroup(group: PushedGroup): object {
  const families = familiesOf(group).map((family) => [
    family.metric,
    {
      time_stamp: new Date(family.pushedMs).toISOString(),
      type: TYPE_WORDS[family.type],
      help: family.help === '' ? undefined : family.help,
      metrics: metricsOf(family, group.key),
    },
  ]);
  return {
    labels: Object.fromEntries(group.key),
    last_push_successful: group.pushedMs > group.failedMs,
    ...Object.fromEntries(families),
  };
}

/** A group as we list it: what it is, and no values. */
export function listedGroup(group: PushedGroup, ttlMs: number | undefined): object {
  const { key, families, pushedMs, failedMs } = group;
  const lastMs = Math.max(pushedMs, failedMs);
  return {
    labels: Object.fromEntries(key),
    pushed: timeText(pushedMs),
    failed: timeText(failedMs),
    expires: ttlMs === undefined ? undefined : timeText(lastMs + ttlMs),
    metrics: families.size,
    series: [...families.values()].reduce((sum, { series }) => sum + series.length, 0),
  };
}

function timeText(timeMs: number): string | undefined {
  return timeMs === 0 ? undefined : new Date(timeMs).toISOString();
}

function metricsOf(family: HeldFamily, key: GroupingKey): object[] {
  const shown = (labels: Labels) => shownLabels(labels, key);
  const parts = PARTS[family.type];
  if (!parts) {
    return family.series.map(({ labels, value }) => ({
      labels: shown(labels),
      value: formatValue(value),
    }));
  }
  const byLabels = new Map<string, PushedSeries[]>();
  for (const one of family.series) {
    const { key } = one.labels.drop(new Set([METRIC_NAME, parts.label]));
    byLabels.set(key, [...(byLabels.get(key) ?? []), one]);
  }
  return [...byLabels.values()].map((series) => ({
    labels: shown(series[0].labels.drop(new Set([parts.label]))),
    ...valuesInParts(series, parts),
  }));
}

function valuesInParts(
  series: readonly PushedSeries[],
  { label, name }: { readonly label: string; readonly name: string },
): object {
  const bounds: Record<string, string> = {};
  const totals = { count: '0', sum: '0' };
  for (const { labels, value } of series) {
    const bound = labels.get(label);
    if (bound !== '') bounds[bound] = formatValue(value);
    else if (labels.metricName.endsWith('_count')) totals.count = formatValue(value);
    else totals.sum = formatValue(value);
  }
  return { [name]: bounds, ...totals };
}

/** A Pushgateway gives all series an instance, so that who scrapes it adds none, and shows empty labels of groups. */
function shownLabels(labels: Labels, key: GroupingKey): Record<string, string> {
  return { instance: '', ...Object.fromEntries(key), ...labels.drop(new Set([METRIC_NAME])).toObject() };
}
