import { STEP_MS } from '../ingest/workloads.js';

/** Samples of a body: all series of one app, once. */
export const SERIES_PER_APP = 2000;
/** One app a connection. */
export const APPS = 4;

const METRICS = ['http_requests_total', 'http_response_bytes_total', 'queue_length', 'worker_temperature'];
const PER_METRIC = SERIES_PER_APP / METRICS.length;

export interface MadeMetric {
  readonly name: string;
  readonly isCounter: boolean;
  readonly points: readonly MadePoint[];
}

export interface MadePoint {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What an app says at one time. */
export interface MadeExport {
  /** Labels of all series: `job` and `instance`. */
  readonly target: Readonly<Record<'job' | 'instance', string>>;
  readonly timeMs: number;
  readonly metrics: readonly MadeMetric[];
}

/** Of each metric of one app: selectors that find every sample. */
export const SELECTORS = METRICS.map((name) => `${name}{job="shop"}`);

/** What each app says at every step, ending about `nowMs`; the same values in every run. */
export function madeExports(steps: number, nowMs: number): MadeExport[][] {
  const startMs = Math.floor(nowMs / STEP_MS) * STEP_MS - (steps - 1) * STEP_MS;
  return Array.from({ length: APPS }, (_, app) => {
    const target = { job: 'shop', instance: `10.0.0.${app + 1}:9100` };
    return Array.from({ length: steps }, (_, step) => ({
      target,
      timeMs: startMs + step * STEP_MS,
      metrics: METRICS.map((name, metric) => metricAt({ name, metric, app, step })),
    }));
  });
}

function metricAt(at: { name: string; metric: number; app: number; step: number }): MadeMetric {
  const isCounter = at.name.endsWith('_total');
  const points = Array.from({ length: PER_METRIC }, (_, one) => ({
    labels: {
      method: one & 1 ? 'GET' : 'POST',
      path: `/api/v1/items/${(one >> 1) % 50}`,
      status: String(200 + 100 * Math.floor(one / 100)),
      zone: 'eu-central-1a',
    },
    value: valueAt(isCounter, at, one),
  }));
  return { name: at.name, isCounter, points };
}

/** Counters of whole numbers with a little noise, gauges with a decimal. */
function valueAt(
  isCounter: boolean,
  { metric, app, step }: { metric: number; app: number; step: number },
  one: number,
): number {
  const noise = Math.imul(one * 31 + metric * 7 + app * 13 + step * 97 + 1, 0x9e3779b1) >>> 20;
  return isCounter ? step * (10 + (one % 90)) * 10 + (noise % 10) : (noise % 1000) / 10;
}
