import {
  compareUtf8,
  isLegacyLabelName,
  isLegacyMetricName,
  type Labels,
  METRIC_NAME,
  type MetricType,
} from '@tinyobs/model';
import { exemplarLabelsFit } from '../exemplarLabels.js';
import type { MetadataLookup } from '../metricFamilies.js';
import { type EscapingScheme, escapeLabelName } from './escapeNames.js';
import { type ExpositionFamily, type ExpositionFormat, FamilyFinder } from './expositionFamilies.js';
import { formatValue } from './formatValue.js';

export interface TextSample {
  /** With a metric name. */
  readonly labels: Labels;
  readonly value: number;
  /** Milliseconds since the epoch; without it the line has no timestamp. */
  readonly timeMs?: number;
  /** Labels written with an empty value: a scraper that honours labels then does not set its own. */
  readonly emptyLabels?: readonly string[];
  /** Written in OpenMetrics on what may have one: a bucket, or the total of a counter. */
  readonly exemplar?: TextExemplar;
}

export interface TextExemplar {
  readonly labels: Labels;
  readonly value: number;
  readonly timeMs?: number;
}

export interface ExpositionOptions {
  readonly format: ExpositionFormat;
  /** What is known of families, by the names that the text format has for them. */
  readonly metadata: MetadataLookup;
  /** As they are, in quotes where they need them, when it is not given. */
  readonly escaping?: EscapingScheme;
}

/** The text format has no words for the types of OpenMetrics that came later. */
const TEXT_TYPE_WORDS: Readonly<Record<MetricType, string>> = {
  counter: 'counter',
  gauge: 'gauge',
  histogram: 'histogram',
  gaugehistogram: 'untyped',
  summary: 'summary',
  info: 'gauge',
  stateset: 'gauge',
  unknown: 'untyped',
};

/** The label that says which part of its metric a series is. */
const BOUNDS: { readonly [type in MetricType]?: string } = {
  histogram: 'le',
  gaugehistogram: 'le',
  summary: 'quantile',
};

/** Suffixes of parts in the order in which they are written, behind buckets and quantiles. */
const PARTS_IN_ORDER = /_(?:(g?sum)|(g?count|total)|(created))$/;

/**
 * Writes samples in the Prometheus text format 0.0.4 or in OpenMetrics text 1.0, family by family: for each the
 * header once, then lines of its samples, at the end of all `end`.
 */
export class ExpositionEncoder {
  readonly #isOpenMetrics: boolean;
  readonly #escaping: EscapingScheme;
  readonly #families: FamilyFinder;

  constructor({ format, metadata, escaping = 'allow-utf-8' }: ExpositionOptions) {
    this.#isOpenMetrics = format === 'openmetrics';
    this.#escaping = escaping;
    this.#families = new FamilyFinder({ format, metadata, escaping });
  }

  /** The last line. */
  get end(): string {
    return this.#isOpenMetrics ? '# EOF\n' : '';
  }

  /** The family with which samples of a metric are written. Those of one name must follow each other. */
  familyOf(metric: string): ExpositionFamily {
    return this.#families.find(metric);
  }

  /** Whether the samples of a family must be written by one call of `lines`, which puts them in order. */
  isInParts({ type }: ExpositionFamily, samples: readonly TextSample[]): boolean {
    const isOfParts = type !== undefined && BOUNDS[type] !== undefined;
    return isOfParts || samples.some(({ labels }) => labels.metricName !== samples[0].labels.metricName);
  }

  /**
   * All samples of all families, in byte order of their names; within a family the given order stays but for parts.
   *
   * @param silent Families of which there may be no samples, by the name of their metadata, and a header all the same.
   */
  encode(series: Iterable<TextSample>, silent: Iterable<string> = []): string {
    const gathered = new Map<string, { readonly family: ExpositionFamily; readonly samples: TextSample[] }>();
    const gather = (metric: string): TextSample[] => {
      const family = this.familyOf(metric);
      const known = gathered.get(family.name);
      if (known) return known.samples;
      const samples: TextSample[] = [];
      gathered.set(family.name, { family, samples });
      return samples;
    };
    for (const sample of series) gather(sample.labels.metricName).push(sample);
    for (const metric of silent) gather(metric);
    const ordered = [...gathered.values()].sort((a, b) => compareUtf8(a.family.name, b.family.name));
    let text = '';
    for (const { family, samples } of ordered) text += this.header(family) + this.lines(family, samples);
    return text + this.end;
  }

  /** What metadata says of a family; '' where nothing is known. */
  header({ name, type, help, unit }: ExpositionFamily): string {
    if (type === undefined) return '';
    const written = isLegacyMetricName(name) ? name : quote(name);
    const escapedHelp = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
    if (!this.#isOpenMetrics) {
      const line = help === '' ? '' : `# HELP ${written} ${escapedHelp}\n`;
      return `${line}# TYPE ${written} ${TEXT_TYPE_WORDS[type]}\n`;
    }
    const hasUnit = unit !== '' && name.endsWith(`_${unit}`);
    const lines = [`# TYPE ${written} ${type}\n`];
    if (hasUnit) lines.push(`# UNIT ${written} ${unit}\n`);
    if (help !== '') lines.push(`# HELP ${written} ${escapedHelp.replaceAll('"', '\\"')}\n`);
    return lines.join('');
  }

  /** Lines of samples of one family: the parts of each histogram and summary together, buckets and quantiles ascending. */
  lines(family: ExpositionFamily, samples: readonly TextSample[]): string {
    const ordered = this.isInParts(family, samples) ? inOrder(family, samples) : samples;
    let text = '';
    for (const sample of ordered) text += this.#line(family, sample);
    return text;
  }

  #line(family: ExpositionFamily, sample: TextSample): string {
    const { labels, value, timeMs, emptyLabels = [], exemplar } = sample;
    const metric = family.name + labels.metricName.slice(family.base.length);
    const isPlain = isLegacyMetricName(metric);
    const parts = isPlain ? [] : [quote(metric)];
    for (const [name, text] of this.#labelsOf(family, labels)) parts.push(labelText(name, text));
    for (const name of emptyLabels) parts.push(labelText(name, ''));
    const series = `${isPlain ? metric : ''}${parts.length > 0 ? `{${parts.join(',')}}` : ''}`;
    const time = timeMs === undefined ? '' : ` ${this.#isOpenMetrics ? secondsText(timeMs) : timeMs}`;
    const written =
      exemplar !== undefined && this.#mayHaveExemplar(family, labels) ? exemplarText(exemplar) : '';
    return `${series} ${formatValue(value)}${time}${written}\n`;
  }

  /** Labels as they are written. Of names that become the same the first keeps its value. */
  #labelsOf({ type }: ExpositionFamily, labels: Labels): Map<string, string> {
    const bound = this.#isOpenMetrics && type !== undefined ? BOUNDS[type] : undefined;
    const written = new Map<string, string>();
    for (const [name, value] of labels) {
      if (name === METRIC_NAME) continue;
      const escaped = escapeLabelName(name, this.#escaping);
      if (!written.has(escaped)) written.set(escaped, name === bound ? floatText(value) : value);
    }
    return written;
  }

  #mayHaveExemplar({ type }: ExpositionFamily, { metricName }: Labels): boolean {
    if (!this.#isOpenMetrics) return false;
    if (type === 'counter') return metricName.endsWith('_total');
    return (type === 'histogram' || type === 'gaugehistogram') && metricName.endsWith('_bucket');
  }
}

function inOrder({ type }: ExpositionFamily, samples: readonly TextSample[]): readonly TextSample[] {
  const bound = (type && BOUNDS[type]) ?? '';
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

/** Buckets or quantiles, then the sum, then the count or total, then when it began. */
function partStage({ labels }: TextSample, bound: string): number {
  if (labels.has(bound)) return 0;
  const [, sum, count, created] = PARTS_IN_ORDER.exec(labels.metricName) ?? [];
  return sum ? 1 : count ? 2 : created ? 3 : 0;
}

function boundOf({ labels }: TextSample, bound: string): number {
  return Number(labels.get(bound).replace(/^\+Inf$/, 'Infinity'));
}

/** A difference would not do: Infinity has none. */
function compareNumbers(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function exemplarText({ labels, value, timeMs }: TextExemplar): string {
  if (!exemplarLabelsFit(labels)) return '';
  const parts = [...labels].map(([name, text]) => labelText(name, text));
  const time = timeMs === undefined ? '' : ` ${secondsText(timeMs)}`;
  return ` # {${parts.join(',')}} ${formatValue(value)}${time}`;
}

function labelText(name: string, value: string): string {
  return `${isLegacyLabelName(name) ? name : quote(name)}=${quote(value)}`;
}

/** A bound as OpenMetrics has numbers in labels, with a point or an exponent; what is no number stays as it is. */
function floatText(bound: string): string {
  const value = bound === '+Inf' ? Infinity : Number(bound);
  if (bound.trim() === '' || !Number.isFinite(value)) return bound;
  const text = formatValue(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** Whole seconds and, where there are any, milliseconds. A division would lose some of what is far from 1970. */
function secondsText(timeMs: number): string {
  const magnitude = Math.abs(timeMs);
  const ms = magnitude % 1000;
  const fraction = ms === 0 ? '' : `.${String(ms).padStart(3, '0').replace(/0+$/, '')}`;
  return `${timeMs < 0 ? '-' : ''}${(magnitude - ms) / 1000}${fraction}`;
}

function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
