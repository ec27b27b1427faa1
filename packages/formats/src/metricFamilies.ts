import type { MetricMetadata, MetricType, WriteBatch } from '@tinyobs/model';

/** Suffixes of the series that a family of several series is made of. */
const SUFFIXES: { readonly [type in MetricType]: readonly string[] } = {
  counter: [],
  gauge: [],
  histogram: ['_bucket', '_sum', '_count'],
  gaugehistogram: ['_bucket', '_gsum', '_gcount'],
  summary: ['_sum', '_count'],
  info: [],
  stateset: [],
  unknown: [],
};

/** What the words of the text format and of JSON mean. */
export const METRIC_TYPES: ReadonlyMap<string, MetricType> = new Map([
  ['counter', 'counter'],
  ['gauge', 'gauge'],
  ['histogram', 'histogram'],
  ['summary', 'summary'],
  ['untyped', 'unknown'],
  ['unknown', 'unknown'],
]);

/** The words a sender may write for a type. */
export const METRIC_TYPE_WORDS: readonly string[] = [...METRIC_TYPES.keys()];

/** What OpenMetrics gives the names of the series of a family beside those that `SUFFIXES` names. */
const OPEN_METRICS_SUFFIXES: { readonly [type in MetricType]?: string } = {
  counter: '_total',
  info: '_info',
};

export function metricTypeOf(word: string): MetricType | undefined {
  return METRIC_TYPES.get(word);
}

/** Metadata of a family by its name. */
export type MetadataLookup = (family: string) => MetricMetadata | undefined;

/** The family of a series whose sender says that it is part of a metric of this type. */
export function familyOfType(metricName: string, type: MetricType): string {
  for (const suffix of SUFFIXES[type]) {
    if (metricName.length > suffix.length && metricName.endsWith(suffix)) {
      return metricName.slice(0, -suffix.length);
    }
  }
  return metricName;
}

/**
 * The name under which metadata of an OpenMetrics family is kept: that which the text format has for it, the name of
 * its series where there is one.
 */
export function textNameOf(family: string, type: MetricType): string {
  const suffix = OPEN_METRICS_SUFFIXES[type] ?? '';
  return family.endsWith(suffix) ? family : family + suffix;
}

/** The name of the OpenMetrics family for metadata of such a name; undefined where its type cannot have it. */
export function openMetricsNameOf(metric: string, type: MetricType): string | undefined {
  const suffix = OPEN_METRICS_SUFFIXES[type] ?? '';
  if (metric.length <= suffix.length || !metric.endsWith(suffix)) return undefined;
  return metric.slice(0, metric.length - suffix.length);
}

const IN_PARTS: readonly MetricType[] = ['histogram', 'gaugehistogram', 'summary'];

/** Metadata of the family that a series belongs to: its own name, or the name of what it is a part of. */
export function findFamily(metricName: string, lookup: MetadataLookup): MetricMetadata | undefined {
  const own = lookup(metricName);
  if (own) return own;
  for (const type of IN_PARTS) {
    const base = familyOfType(metricName, type);
    const found = base === metricName ? undefined : lookup(base);
    if (found?.type === type) return found;
  }
  return undefined;
}

type Family = { -readonly [field in keyof MetricMetadata]: MetricMetadata[field] };

/** Gathers what a body says of its families, each once; of two statements the later one wins. */
export class MetadataCollector {
  readonly #families = new Map<string, Family>();
  /** Statements on a family mostly follow each other. */
  #latest: Family | undefined;

  noteType(metric: string, type: MetricType): void {
    this.#family(metric).type = type;
  }

  noteHelp(metric: string, help: string): void {
    this.#family(metric).help = help;
  }

  noteUnit(metric: string, unit: string): void {
    this.#family(metric).unit = unit;
  }

  get size(): number {
    return this.#families.size;
  }

  addTo(batch: WriteBatch): void {
    for (const metadata of this.#families.values()) batch.metadata.push(metadata);
  }

  /** Adds families of OpenMetrics under the names that the text format has for them; nothing may be noted later. */
  addOpenMetricsTo(batch: WriteBatch): void {
    for (const family of this.#families.values()) family.metric = textNameOf(family.metric, family.type);
    this.addTo(batch);
  }

  #family(metric: string): Family {
    if (this.#latest?.metric === metric) return this.#latest;
    let family = this.#families.get(metric);
    if (!family) {
      family = { metric, type: 'unknown', help: '', unit: '' };
      this.#families.set(metric, family);
    }
    this.#latest = family;
    return family;
  }
}
