import {
  compareUtf8,
  isLegacyLabelName,
  isLegacyMetricName,
  type Labels,
  METRIC_NAME,
  type MetricMetadata,
  type MetricType,
} from '@tinyobs/model';
import { findFamily, type MetadataLookup } from '../metricFamilies.js';
import { formatValue } from './formatValue.js';

export interface TextSample {
  /** With a metric name. */
  readonly labels: Labels;
  readonly value: number;
  /** Milliseconds since the epoch; without it the line has no timestamp. */
  readonly timeMs?: number;
  /** Labels written with an empty value: a scraper that honours labels then does not set its own. */
  readonly emptyLabels?: readonly string[];
}

/** The format has no words for the types of OpenMetrics that came later. */
const TYPE_WORDS: Readonly<Record<MetricType, string>> = {
  counter: 'counter',
  gauge: 'gauge',
  histogram: 'histogram',
  gaugehistogram: 'untyped',
  summary: 'summary',
  info: 'gauge',
  stateset: 'gauge',
  unknown: 'untyped',
};

interface Family {
  readonly name: string;
  readonly metadata: MetricMetadata | undefined;
  readonly samples: TextSample[];
}

/**
 * Samples in the Prometheus text format 0.0.4. Families come in byte order of their names, each under its
 * HELP and TYPE as far as its metadata says them; histograms and summaries are families by their base name.
 * Within a family the given order stays, except that the parts of each histogram or summary are put together,
 * buckets and quantiles ascending. Names that need it are quoted, as Prometheus 3 reads them.
 */
export function encodeText(input: { series: Iterable<TextSample>; metadata: MetadataLookup }): string {
  const families = gatherFamilies(input.series, input.metadata);
  families.sort((a, b) => compareUtf8(a.name, b.name));
  let text = '';
  for (const family of families) {
    text += header(family);
    for (const sample of ordered(family)) text += sampleLine(sample);
  }
  return text;
}

function gatherFamilies(series: Iterable<TextSample>, metadata: MetadataLookup): Family[] {
  const byMetric = new Map<string, Family>();
  const byName = new Map<string, Family>();
  for (const sample of series) {
    const metric = sample.labels.metricName;
    let family = byMetric.get(metric);
    if (!family) {
      const found = findFamily(metric, metadata);
      const name = found?.metric ?? metric;
      family = byName.get(name) ?? { name, metadata: found, samples: [] };
      byName.set(name, family);
      byMetric.set(metric, family);
    }
    family.samples.push(sample);
  }
  return [...byName.values()];
}

function header({ name, metadata }: Family): string {
  if (!metadata) return '';
  const written = isLegacyMetricName(name) ? name : quote(name);
  const help = metadata.help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  const type = TYPE_WORDS[metadata.type];
  return `${help === '' ? '' : `# HELP ${written} ${help}\n`}# TYPE ${written} ${type}\n`;
}

function ordered({ metadata, samples }: Family): readonly TextSample[] {
  if (metadata?.type !== 'histogram' && metadata?.type !== 'summary') return samples;
  const bound = metadata.type === 'histogram' ? 'le' : 'quantile';
  const partLabels = new Set([METRIC_NAME, bound]);
  const groups = new Map<string, TextSample[]>();
  for (const sample of samples) {
    const key = sample.labels.drop(partLabels).key;
    const group = groups.get(key);
    if (group) group.push(sample);
    else groups.set(key, [sample]);
  }
  const compareParts = (a: TextSample, b: TextSample) =>
    partStage(a, bound) - partStage(b, bound) || compareNumbers(boundOf(a, bound), boundOf(b, bound));
  return [...groups.values()].flatMap((group) => group.sort(compareParts));
}

/** Buckets or quantiles, then the sum, then the count. */
function partStage({ labels }: TextSample, bound: string): number {
  if (labels.has(bound)) return 0;
  return labels.metricName.endsWith('_count') ? 2 : 1;
}

function boundOf({ labels }: TextSample, bound: string): number {
  return Number(labels.get(bound).replace(/^\+Inf$/, 'Infinity'));
}

/** A difference would not do: Infinity has none. */
function compareNumbers(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function sampleLine({ labels, value, timeMs, emptyLabels }: TextSample): string {
  const time = timeMs === undefined ? '' : ` ${timeMs}`;
  return `${seriesText(labels, emptyLabels ?? [])} ${formatValue(value)}${time}\n`;
}

function seriesText(labels: Labels, emptyLabels: readonly string[]): string {
  const metric = labels.metricName;
  const plain = isLegacyMetricName(metric);
  const parts: string[] = plain ? [] : [quote(metric)];
  for (const [name, value] of labels) {
    if (name === METRIC_NAME) continue;
    parts.push(`${isLegacyLabelName(name) ? name : quote(name)}=${quote(value)}`);
  }
  for (const name of emptyLabels) parts.push(`${name}=""`);
  return `${plain ? metric : ''}${parts.length > 0 ? `{${parts.join(',')}}` : ''}`;
}

function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
