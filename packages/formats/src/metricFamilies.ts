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

const METRIC_TYPES: ReadonlyMap<string, MetricType> = new Map([
  ['counter', 'counter'],
  ['gauge', 'gauge'],
  ['histogram', 'histogram'],
  ['summary', 'summary'],
  ['untyped', 'unknown'],
  ['unknown', 'unknown'],
]);

/** The words a sender may write for a type. */
export const METRIC_TYPE_WORDS: readonly string[] = [...METRIC_TYPES.keys()];

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

/** Metadata of the family that a series belongs to: its own name, or the name of a histogram or summary. */
export function findFamily(metricName: string, lookup: MetadataLookup): MetricMetadata | undefined {
  const own = lookup(metricName);
  if (own) return own;
  for (const type of ['histogram', 'summary'] as const) {
    const base = familyOfType(metricName, type);
    const found = base === metricName ? undefined : lookup(base);
    if (found?.type === type) return found;
  }
  return undefined;
}

/** Gathers what a body says of its families, each once; of two statements the later one wins. */
export class MetadataCollector {
  readonly #families = new Map<
    string,
    { -readonly [field in keyof MetricMetadata]: MetricMetadata[field] }
  >();

  noteType(metric: string, type: MetricType): void {
    this.#family(metric).type = type;
  }

  noteHelp(metric: string, help: string): void {
    this.#family(metric).help = help;
  }

  noteUnit(metric: string, unit: string): void {
    this.#family(metric).unit = unit;
  }

  addTo(batch: WriteBatch): void {
    for (const metadata of this.#families.values()) batch.metadata.push(metadata);
  }

  #family(metric: string) {
    let family = this.#families.get(metric);
    if (!family) {
      family = { metric, type: 'unknown', help: '', unit: '' };
      this.#families.set(metric, family);
    }
    return family;
  }
}
