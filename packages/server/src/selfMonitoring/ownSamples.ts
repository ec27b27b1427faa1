import type { TextSample } from '@tinyobs/formats';
import { Labels, METRIC_NAME, type MetricMetadata, type MetricType } from '@tinyobs/model';
import type { MetricObjectWithValues, MetricValue, Registry } from 'prom-client';
import { unitOf } from './metricRows.js';

/** What a registry holds at a time. */
export interface OwnSamples {
  /** Of all metrics, those without a sample yet, too. */
  readonly metadata: readonly MetricMetadata[];
  /** Without times. */
  readonly samples: readonly TextSample[];
}

/** A value as prom-client has it, with what its types leave out. */
type OwnValue = MetricValue<string> & {
  readonly metricName?: string;
  readonly exemplar?: {
    readonly labelSet: Readonly<Record<string, string | number>>;
    readonly value: number;
    /** Seconds. */
    readonly timestamp?: number;
  } | null;
};

export async function collectOwn(registry: Pick<Registry, 'getMetricsAsJSON'>): Promise<OwnSamples> {
  const metrics = (await registry.getMetricsAsJSON()) as MetricObjectWithValues<OwnValue>[];
  return {
    metadata: metrics.map(({ name, type, help }) => ({
      metric: name,
      type: metricType(String(type)),
      help,
      unit: unitOf(name),
    })),
    samples: metrics.flatMap(({ name, values }) => values.map((value) => sampleOf(name, value))),
  };
}

function sampleOf(metric: string, { metricName, labels, value, exemplar }: OwnValue): TextSample {
  const pairs = Object.entries(labels).map(([name, given]): [string, string] => [name, labelText(given)]);
  const sample = { labels: Labels.from([[METRIC_NAME, metricName ?? metric], ...pairs]), value };
  if (!exemplar) return sample;
  const { labelSet, value: observed, timestamp } = exemplar;
  const labelPairs = Object.entries(labelSet).map(([name, given]): [string, string] => [name, String(given)]);
  const timeMs = timestamp === undefined ? undefined : Math.round(timestamp * 1000);
  return { ...sample, exemplar: { labels: Labels.from(labelPairs), value: observed, timeMs } };
}

/** prom-client gives the bounds of buckets as numbers. */
function labelText(value: unknown): string {
  return value === Number.POSITIVE_INFINITY ? '+Inf' : String(value ?? '');
}

function metricType(type: string): MetricType {
  return type === 'counter' || type === 'gauge' || type === 'histogram' || type === 'summary'
    ? type
    : 'unknown';
}
