import type { Part } from '../series/layout.js';
import type { Row } from '../snapshot/rows.js';
import type { Family } from '../snapshot/snapshot.js';
import { attributeLabels, attributeText } from './attributeLabels.js';
import { decimalText } from './decimalText.js';
import { type Bucket, exponentialBuckets } from './exponentialBuckets.js';
import {
  type Attributes,
  type DataPoint,
  EXPONENTIAL_HISTOGRAM,
  type ExponentialValue,
  GAUGE,
  HISTOGRAM,
  type HistogramValue,
  type MetricData,
  type ResourceMetrics,
  SUM,
} from './metricData.js';
import { metricName, unitName } from './metricName.js';

/** Attributes of a resource that become `job` and `instance`. */
const IDENTIFYING = ['service.name', 'service.namespace', 'service.instance.id'];

const PLAIN: Part = { suffix: '', countsUp: false };
const SUM_PART: Part = { suffix: '_sum', countsUp: true };
const COUNT_PART: Part = { suffix: '_count', countsUp: true };
const ABOVE_ALL = bucketPart(Number.POSITIVE_INFINITY);

const TARGET: Family = { name: 'target_info', type: 'info', help: 'Attributes of resources.' };

/** The labels by which all series of a resource are told from those of others: `job` and `instance`. */
export function identityLabels({ resource }: ResourceMetrics): Record<string, string> {
  const [service, namespace, instance] = IDENTIFYING.map((key) => attributeText(resource.attributes[key]));
  const job = service !== '' && namespace !== '' ? `${namespace}/${service}` : service;
  return { ...(job !== '' && { job }), ...(instance !== '' && { instance }) };
}

/**
 * The samples that a TinyObs server makes of the same metrics when they come by OTLP, without `job` and `instance`.
 * Values are cumulative; the time of a sample is that of its point.
 */
export function* rowsOfResource(metrics: ResourceMetrics): Generator<Row> {
  const identity = Object.keys(identityLabels(metrics));
  let latestMs = 0;
  for (const metric of metrics.scopeMetrics.flatMap((scope) => scope.metrics)) {
    const family = familyOf(metric);
    if (family.name === '') continue;
    const taken = new Set([...identity, '__name__', ...(family.type === 'histogram' ? ['le'] : [])]);
    for (const point of metric.dataPoints) {
      const timestampMs = timeMs(point);
      latestMs = Math.max(latestMs, timestampMs);
      const labels = attributeLabels(point.attributes, taken);
      for (const sample of samplesOf(metric.dataPointType, point.value)) {
        yield { family, labels, timestampMs, ...sample };
      }
    }
  }
  const labels = attributeLabels(withoutIdentity(metrics.resource.attributes), new Set(identity));
  // Without an identity nothing could be joined with it.
  if (latestMs === 0 || labels.length === 0 || identity.length === 0) return;
  yield { family: TARGET, part: PLAIN, labels, value: 1, timestampMs: latestMs };
}

function familyOf({ descriptor, dataPointType, isMonotonic }: MetricData): Family {
  const isCounter = dataPointType === SUM && isMonotonic === true;
  const isHistogram = dataPointType === HISTOGRAM || dataPointType === EXPONENTIAL_HISTOGRAM;
  const kind = isCounter ? 'counter' : dataPointType === GAUGE ? 'gauge' : 'other';
  return {
    name: metricName(descriptor.name, descriptor.unit, kind),
    type: isHistogram ? 'histogram' : isCounter ? 'counter' : 'gauge',
    help: descriptor.description || undefined,
    unit: unitName(descriptor.unit) || undefined,
  };
}

type Sample = Pick<Row, 'part'> & { readonly value: number };

function samplesOf(dataPointType: number, value: unknown): Sample[] {
  if (dataPointType === HISTOGRAM) {
    const histogram = value as HistogramValue;
    return histogramSamples(explicitBuckets(histogram), histogram);
  }
  if (dataPointType === EXPONENTIAL_HISTOGRAM) {
    const histogram = value as ExponentialValue;
    return histogramSamples(exponentialBuckets(histogram), histogram);
  }
  return [{ part: PLAIN, value: value as number }];
}

function histogramSamples(
  buckets: readonly Bucket[],
  { sum, count }: { sum?: number; count: number },
): Sample[] {
  const samples = buckets.map((bucket) => ({ part: bucketPart(bucket.bound), value: bucket.count }));
  samples.push({ part: ABOVE_ALL, value: count });
  if (sum !== undefined) samples.push({ part: SUM_PART, value: sum });
  samples.push({ part: COUNT_PART, value: count });
  return samples;
}

function explicitBuckets({ buckets: { boundaries, counts } }: HistogramValue): Bucket[] {
  let count = 0;
  return boundaries.map((bound, i) => {
    count += counts[i];
    return { bound, count };
  });
}

function bucketPart(bound: number): Part {
  return { suffix: '_bucket', label: { name: 'le', text: decimalText(bound) }, countsUp: true };
}

function timeMs({ endTime: [seconds, nanoseconds] }: DataPoint): number {
  return seconds * 1_000 + Math.floor(nanoseconds / 1e6);
}

function withoutIdentity(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([key]) => !IDENTIFYING.includes(key)));
}
