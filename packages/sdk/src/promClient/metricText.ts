import { escapeLine, escapeQuoted, writeValue } from '../exposition/syntax.js';
import type { Exemplar, MetricObjectWithValues, MetricValueWithName } from './types.js';

export interface MetricTextOptions {
  readonly isOpenMetrics: boolean;
  /** Those that a series has of its own come first, and count. */
  readonly defaultLabels: Readonly<Record<string, unknown>>;
}

type ReadMetric = MetricObjectWithValues<MetricValueWithName<string>>;

/** A metric as prom-client writes it, to the letter, without the line break at its end. */
export function writeMetric(metric: ReadMetric, options: MetricTextOptions): string {
  const isTotal = options.isOpenMetrics && metric.type === 'counter';
  const name = isTotal ? metric.name.replace(/_total$/, '') : metric.name;
  const lines = [`# HELP ${name} ${escapeLine(metric.help)}`, `# TYPE ${name} ${metric.type}`];
  for (const value of metric.values) {
    const sampleName = isTotal ? `${name}_total` : (value.metricName ?? name);
    const exemplar = options.isOpenMetrics && value.exemplar ? writeExemplar(value.exemplar) : '';
    const labels = writeLabels(labelsOf(metric, value, options));
    lines.push(`${sampleName}${labels === '' ? '' : `{${labels}}`} ${spell(value.value)}${exemplar}`);
  }
  return lines.join('\n');
}

/** In prom-client's order: default labels come last, but in a histogram right after its own label. */
function labelsOf(
  { type }: ReadMetric,
  { labels }: MetricValueWithName<string>,
  { defaultLabels }: MetricTextOptions,
): Readonly<Record<string, unknown>> {
  if (type !== 'histogram') return { ...labels, ...defaultLabels, ...labels };
  const bound = labels['le'] === undefined ? {} : { le: labels['le'] };
  const own = Object.entries(defaultLabels).filter(([name]) => !Object.hasOwn(labels, name));
  return { ...bound, ...Object.fromEntries(own), ...labels };
}

function writeLabels(labels: Readonly<Record<string, unknown>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escapeQuoted(String(value))}"`)
    .join(',');
}

function writeExemplar({ labelSet, value, timestamp }: Exemplar): string {
  return ` # {${writeLabels(labelSet)}} ${spell(value)} ${timestamp}`;
}

/** `Nan`, where others write `NaN`: whoever reads numbers of this format reads both. */
function spell(value: number): string {
  return Number.isNaN(value) ? 'Nan' : writeValue(value);
}
