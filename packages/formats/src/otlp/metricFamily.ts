import { METRIC_NAME, type MetricType } from '@tinyobs/model';
import type { MetricHead, MetricKind } from './dataPoint.js';
import { TEMPORALITY_CUMULATIVE, TEMPORALITY_DELTA } from './fields.js';
import { labelBytes } from './labelPair.js';
import { metricName, type NamedMetric, type TranslationStrategy } from './metricName.js';

const BOUND_NAME = new TextEncoder().encode('le');
const QUANTILE_NAME = new TextEncoder().encode('quantile');
const NO_NAME = new Uint8Array(0);

const TYPES: Readonly<Record<MetricKind, MetricType>> = {
  gauge: 'gauge',
  sum: 'gauge',
  histogram: 'histogram',
  exponential: 'histogram',
  summary: 'summary',
};

/** The metric at hand as a family of Prometheus: its name, and the names of its series as labels. */
export class MetricFamily {
  readonly head: MetricHead;
  readonly kind: MetricKind;
  readonly name: string;
  readonly type: MetricType;
  readonly isDelta: boolean;
  /** What is wrong with all its points; '' for nothing. */
  readonly problem: string;
  /** Name of the label by which the series of a point differ; empty for none. */
  readonly ownName: Uint8Array;
  readonly plain: Uint8Array;
  readonly bucket: Uint8Array;
  readonly sum: Uint8Array;
  readonly count: Uint8Array;

  constructor(head: MetricHead, strategy: TranslationStrategy) {
    const { kind, temporality, isMonotonic } = head;
    const isCounter = kind === 'sum' && isMonotonic;
    const isAggregated = kind === 'sum' || kind === 'histogram' || kind === 'exponential';
    const isHistogram = kind === 'histogram' || kind === 'exponential';
    const hasParts = isHistogram || kind === 'summary';
    this.head = head;
    this.kind = kind;
    this.name = metricName({ ...head, kind: nameKind(kind, isCounter) }, strategy);
    this.type = isCounter ? 'counter' : TYPES[kind];
    this.isDelta = isAggregated && temporality === TEMPORALITY_DELTA;
    const isKnown = temporality === TEMPORALITY_DELTA || temporality === TEMPORALITY_CUMULATIVE;
    this.problem =
      isAggregated && !isKnown ? 'its aggregation temporality is neither delta nor cumulative' : '';
    this.ownName = isHistogram ? BOUND_NAME : kind === 'summary' ? QUANTILE_NAME : NO_NAME;
    const named = (suffix: string) => labelBytes(METRIC_NAME, this.name + suffix);
    this.plain = isHistogram ? NO_NAME : named('');
    this.bucket = isHistogram ? named('_bucket') : NO_NAME;
    this.sum = hasParts ? named('_sum') : NO_NAME;
    this.count = hasParts ? named('_count') : NO_NAME;
  }
}

function nameKind(kind: MetricKind, isCounter: boolean): NamedMetric['kind'] {
  if (isCounter) return 'counter';
  return kind === 'gauge' ? 'gauge' : 'other';
}
