import type { MetricMetadata, MetricType } from '@tinyobs/model';
import { findFamily, type MetadataLookup, openMetricsNameOf } from '../metricFamilies.js';
import { type EscapingScheme, escapeMetricName } from './escapeNames.js';

export type ExpositionFormat = 'text' | 'openmetrics';

/** Samples that are written together under one header. */
export interface ExpositionFamily {
  /** The beginning that the names of its metrics have in common. */
  readonly base: string;
  /** What is written for it. */
  readonly name: string;
  /** Undefined when nothing is known: it has no header then. */
  readonly type: MetricType | undefined;
  readonly help: string;
  readonly unit: string;
}

const CREATED = '_created';

/**
 * Finds the family of a metric. That of a counter `jobs_total` is `jobs` in OpenMetrics, and that of an info
 * `build_info` is `build`; a metric whose type does not go with its name there, or whose family would have the name
 * of another, is a family of its own of unknown type.
 */
export class FamilyFinder {
  readonly #isOpenMetrics: boolean;
  readonly #lookup: MetadataLookup;
  readonly #escaping: EscapingScheme;
  readonly #byMetric = new Map<string, ExpositionFamily>();

  constructor(options: {
    readonly format: ExpositionFormat;
    readonly metadata: MetadataLookup;
    readonly escaping: EscapingScheme;
  }) {
    this.#isOpenMetrics = options.format === 'openmetrics';
    this.#lookup = options.metadata;
    this.#escaping = options.escaping;
  }

  find(metric: string): ExpositionFamily {
    let family = this.#byMetric.get(metric);
    if (!family) {
      family = this.#familyOf(metric);
      this.#byMetric.set(metric, family);
    }
    return family;
  }

  #familyOf(metric: string): ExpositionFamily {
    const found = findFamily(metric, this.#lookup);
    if (found) return this.#isOpenMetrics ? this.#openMetricsFamily(found) : this.#textFamily(found);
    const ofCreated = this.#isOpenMetrics ? this.#familyOfCreated(metric) : undefined;
    return ofCreated ?? { base: metric, name: this.#escape(metric), type: undefined, help: '', unit: '' };
  }

  #textFamily({ metric, type, help, unit }: MetricMetadata): ExpositionFamily {
    return { base: metric, name: this.#escape(metric), type, help, unit };
  }

  #openMetricsFamily(metadata: MetricMetadata): ExpositionFamily {
    const { metric, type, help, unit } = metadata;
    const base = openMetricsNameOf(metric, type);
    if (base === metric) return this.#textFamily(metadata);
    if (base === undefined || this.#lookup(base)) return { ...this.#textFamily(metadata), type: 'unknown' };
    const suffix = metric.length - base.length;
    return { base, name: this.#escape(metric).slice(0, -suffix), type, help, unit };
  }

  /** When the metrics of a family began is told by series beside its others. */
  #familyOfCreated(metric: string): ExpositionFamily | undefined {
    if (!metric.endsWith(CREATED)) return undefined;
    const base = metric.slice(0, -CREATED.length);
    const metadata = this.#lookup(`${base}_total`) ?? this.#lookup(base);
    if (metadata?.type !== 'counter' && metadata?.type !== 'histogram' && metadata?.type !== 'summary') {
      return undefined;
    }
    const family = this.#openMetricsFamily(metadata);
    return family.type !== 'unknown' && family.base === base ? family : undefined;
  }

  #escape(name: string): string {
    return escapeMetricName(name, this.#escaping);
  }
}
