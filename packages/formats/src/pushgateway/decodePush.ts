import { type Labels, METRIC_NAME, type MetricType, TinyObsError, WriteBatch } from '@tinyobs/model';
import { findFamily } from '../metricFamilies.js';
import { decodeOpenMetrics } from '../text/decodeOpenMetrics.js';
import { decodeText } from '../text/decodeText.js';
import type { GroupingKey } from './groupingKey.js';

/** Metrics of a group that a Pushgateway adds by itself. */
export const PUSH_TIME = 'push_time_seconds';
export const PUSH_FAILURE_TIME = 'push_failure_time_seconds';

export interface PushedSeries {
  /** With those of the group. */
  readonly labels: Labels;
  readonly value: number;
}

/** All series of a metric that a push has. */
export interface PushedFamily {
  readonly metric: string;
  readonly type: MetricType;
  readonly help: string;
  readonly unit: string;
  readonly series: readonly PushedSeries[];
}

export interface Push {
  readonly families: readonly PushedFamily[];
  /** Why it must not be taken although it can be read. */
  readonly problem?: TinyObsError;
}

/**
 * Reads a pushed text, all of it or nothing. Series get the labels of the group, which go before their own.
 *
 * @throws TinyObsError those of the decoders, and that of the first line that is refused
 */
export function decodePush(
  body: Uint8Array,
  key: GroupingKey,
  { isOpenMetrics }: { readonly isOpenMetrics: boolean },
): Push {
  const batch = new WriteBatch();
  const decode = isOpenMetrics ? decodeOpenMetrics : decodeText;
  const { refused } = decode(body, batch, { nowMs: Number.NaN });
  if (refused.length > 0) {
    const [{ code, message, row, column }] = refused;
    throw new TinyObsError(code, `line ${row}: ${message}; nothing was changed`, {
      details: { row, column },
    });
  }
  const families = familiesOf(batch, key);
  return { families, problem: findProblem(batch, families) };
}

function familiesOf(batch: WriteBatch, key: GroupingKey): PushedFamily[] {
  const metadata = new Map(batch.metadata.map((one) => [one.metric, one]));
  const families = new Map<string, PushedFamily & { readonly series: PushedSeries[] }>();
  for (let sample = 0; sample < batch.sampleCount; sample++) {
    let labels = batch.labelsOf(batch.sampleSeries[sample]);
    const known = findFamily(labels.metricName, (name) => metadata.get(name));
    const metric = known?.metric ?? labels.metricName;
    if (metric === PUSH_TIME || metric === PUSH_FAILURE_TIME) continue;
    for (const [name, value] of key) labels = labels.with(name, value);
    let family = families.get(metric);
    if (!family) {
      const { type = 'unknown', help = '', unit = '' } = known ?? {};
      family = { metric, type, help, unit, series: [] };
      families.set(metric, family);
    }
    family.series.push({ labels, value: batch.values[sample] });
  }
  return [...families.values()];
}

/** As a Pushgateway has it: what is pushed is of no time but that of the push, and each series is there once. */
function findProblem(batch: WriteBatch, families: readonly PushedFamily[]): TinyObsError | undefined {
  for (let sample = 0; sample < batch.sampleCount; sample++) {
    if (Number.isNaN(batch.times[sample])) continue;
    const metric = batch.labelsOf(batch.sampleSeries[sample]).get(METRIC_NAME);
    const message = `${metric} has a timestamp: what is pushed counts as of the time at which it is read; leave timestamps out, or send to /api/v1/import/prometheus`;
    return new TinyObsError('invalid_timestamp', message, { details: { row: batch.rows[sample] } });
  }
  const keys = new Set<string>();
  for (const { series } of families) {
    for (const { labels } of series) {
      if (keys.has(labels.key)) {
        return new TinyObsError(
          'invalid_row',
          `${labels} is there twice, after it got the labels of its group`,
        );
      }
      keys.add(labels.key);
    }
  }
  return undefined;
}
