import { encodeRemoteWrite } from '@tinyobs/formats';
import { encodeLabels, Labels, WriteBatch } from '@tinyobs/model';

const STEP_MS = 15_000;
const SAMPLES_PER_BODY = 2000;
const CONNECTIONS = 4;

export interface Workload {
  /** By which `--rows=` names it. */
  readonly id: string;
  readonly name: string;
  /** A multiple of the connections. */
  readonly seriesCount: number;
  readonly steps: number;
}

/** The bodies of each connection, in order. A series stays on its connection, as with Prometheus' shards. */
export interface Lanes {
  readonly lanes: readonly (readonly Uint8Array[])[];
  readonly samples: number;
  readonly startMs: number;
  readonly endMs: number;
}

/** Remote write bodies that end at `nowMs`: step by step, one sample a TimeSeries, the same in every run. */
export function buildLanes({ seriesCount, steps }: Workload, nowMs: number): Lanes {
  const endMs = Math.floor(nowMs / STEP_MS) * STEP_MS;
  const startMs = endMs - (steps - 1) * STEP_MS;
  const lanes = Array.from({ length: CONNECTIONS }, (_, lane) => {
    const series: number[] = [];
    for (let one = lane; one < seriesCount; one += CONNECTIONS) series.push(one);
    return buildLane(series, steps, startMs);
  });
  return { lanes, samples: seriesCount * steps, startMs, endMs };
}

function buildLane(series: readonly number[], steps: number, startMs: number): Uint8Array[] {
  const labels = series.map((one) => encodeLabels(labelsOf(one)));
  const bodies: Uint8Array[] = [];
  const batch = new WriteBatch();
  for (let step = 0; step < steps; step++) {
    for (let i = 0; i < series.length; i++) {
      const start = batch.reserveArena(labels[i].length);
      batch.arena.set(labels[i], start);
      const index = batch.commitSeries(start + labels[i].length);
      batch.addSample(index, startMs + step * STEP_MS, valueAt(series[i], step), batch.sampleCount);
      if (batch.sampleCount < SAMPLES_PER_BODY) continue;
      bodies.push(encodeRemoteWrite(batch));
      batch.clear();
    }
  }
  if (batch.sampleCount > 0) bodies.push(encodeRemoteWrite(batch));
  return bodies;
}

/** Eight labels, the metric name included, as a scraped web service in Kubernetes has them. */
function labelsOf(series: number): Labels {
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

/** Some 50,000 series a metric at most: default limits hold. */
function metricOf(series: number): string {
  const group = Math.floor(series / (50_000 * METRICS.length));
  return METRICS[series % METRICS.length] + (group === 0 ? '' : `_${group}`);
}

const METRICS = ['http_requests_total', 'http_request_bytes_total', 'queue_length', 'request_seconds_sum'];

/** Counters of whole numbers at rates of their own with a little noise, gauges, and sums of fractions. */
function valueAt(series: number, step: number): number {
  const noise = (series * 7919 + step * 104_729) % 97;
  if (series % METRICS.length === 2) return noise;
  if (series % METRICS.length === 3) return (step * (series % 90) + noise) / 1000;
  return step * (10 + (series % 90)) + (noise % 10);
}
