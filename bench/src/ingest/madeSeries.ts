import { Labels } from '@tinyobs/model';

const METRICS = ['http_requests_total', 'http_request_bytes_total', 'queue_length', 'request_seconds_sum'];

/** Some 50,000 series a metric at most: default limits hold. */
export const SERIES_PER_METRIC_MAX = 50_000;

/** Eight labels, the metric name included, as a scraped web service in Kubernetes has them. */
export function labelsOf(series: number): Labels {
  return Labels.fromObject({
    __name__: metricOf(series),
    job: 'shop',
    instance: `10.0.${(series >> 4) % 256}.${(series >> 12) % 256}:9100`,
    namespace: 'production',
    pod: `shop-${((series >> 4) * 2654435761) % 0xffffff}-x${series >> 4}`,
    method: series & 1 ? 'GET' : 'POST',
    path: `/api/v1/items/${(series >> 1) % 8}`,
    status: series & 8 ? '200' : '404',
  });
}

/** Counters of whole numbers at rates of their own with a little noise, gauges, and sums of fractions. */
export function valueAt(series: number, step: number): number {
  const noise = noiseAt(series, step);
  if (series % METRICS.length === 2) return noise;
  if (series % METRICS.length === 3) return (step * (series % 90) + noise) / 1000;
  return step * (10 + (series % 90)) + (noise % 10);
}

/** From 0 to 96, the same in every run. Without a period: a compressor would find it, which no real series has. */
function noiseAt(series: number, step: number): number {
  let hash = Math.imul(series + 1, 0x9e3779b1) ^ Math.imul(step + 1, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return ((hash ^ (hash >>> 16)) >>> 0) % 97;
}

/** One for each metric that some of the first `seriesCount` series belong to. */
export function selectorsOf(seriesCount: number): string[] {
  const perGroup = METRICS.length * SERIES_PER_METRIC_MAX;
  return Array.from({ length: Math.ceil(seriesCount / perGroup) }, (_, group) =>
    METRICS.map((_, i) => `${metricOf(group * perGroup + i)}{job="shop",namespace="production"}`),
  ).flat();
}

function metricOf(series: number): string {
  const group = Math.floor(series / (SERIES_PER_METRIC_MAX * METRICS.length));
  return METRICS[series % METRICS.length] + (group === 0 ? '' : `_${group}`);
}
