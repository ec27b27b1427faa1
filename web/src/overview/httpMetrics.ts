import { quote } from '../api/promqlText.js';
import { HOST_METRIC } from './hostPanels.js';

/** How a kind of instrumentation names its requests and what it labels them with. */
export interface HttpNames {
  /** A counter of requests. */
  readonly requests: string;
  /** A histogram of their durations in seconds, without its suffix. */
  readonly durations: string;
  readonly statusLabels: readonly string[];
  readonly routeLabels: readonly string[];
}

/** The names of Prometheus' clients and our SDK, and those of OpenTelemetry's semantic conventions. */
const HTTP_NAMES: readonly HttpNames[] = [
  {
    requests: 'http_requests_total',
    durations: 'http_request_duration_seconds',
    statusLabels: ['status', 'status_code', 'code'],
    routeLabels: ['route', 'handler', 'path'],
  },
  {
    requests: 'http_server_request_duration_seconds_count',
    durations: 'http_server_request_duration_seconds',
    statusLabels: ['http_response_status_code'],
    routeLabels: ['http_route'],
  },
  {
    requests: 'http_request_duration_seconds_count',
    durations: 'http_request_duration_seconds',
    statusLabels: ['status', 'status_code', 'code'],
    routeLabels: ['route', 'handler', 'path'],
  },
];

/** Runtime metrics a service is recognised by where it serves no HTTP. */
const RUNTIME = [
  'process_cpu_seconds_total',
  'process_resident_memory_bytes',
  'nodejs_eventloop_lag_p99_seconds',
];

/** Series of the metrics that the overview draws of services. */
export function drawnOf(job?: string): string {
  const names = [...new Set([...HTTP_NAMES.map(({ requests }) => requests), ...RUNTIME])].join('|');
  return `{__name__=~"${names}"${job === undefined ? '' : `, job=${quote(job)}`}}`;
}

/** The names a service uses, by the metrics it has; undefined where it counts no requests. */
export function namesAmong(metrics: readonly string[]): HttpNames | undefined {
  return HTTP_NAMES.find(({ requests }) => metrics.includes(requests));
}

/** For every service at once: where one has several names, the first counts. */
export function requestRateByJob(window: string): string {
  return HTTP_NAMES.map(({ requests }) => `sum by (job) (rate(${requests}[${window}]))`).join(' or ');
}

export function errorRateByJob(window: string): string {
  return HTTP_NAMES.flatMap(({ requests, statusLabels }) =>
    statusLabels.map((label) => `sum by (job) (rate(${requests}{${label}=~"5.."}[${window}]))`),
  ).join(' or ');
}

export function durationByJob(window: string): string {
  return [...new Set(HTTP_NAMES.map(({ durations }) => durations))]
    .map((durations) => `histogram_quantile(0.95, sum by (job, le) (rate(${durations}_bucket[${window}])))`)
    .join(' or ');
}

export function instancesByJob(): string {
  return `count by (job) (group by (job, instance) (${drawnOf()} or up or ${HOST_METRIC}))`;
}
