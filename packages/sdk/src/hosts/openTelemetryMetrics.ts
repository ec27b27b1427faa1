import { SIZE_BUCKETS } from '../constants.js';
import { type Exchange, type HttpMetrics, knownMethod, type MetricSource } from './exchange.js';
import { SeriesAtHand } from './seriesAtHand.js';

/** Seconds; the bounds that the semantic conventions advise for durations of HTTP. */
const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/**
 * Names of OpenTelemetry's semantic conventions for HTTP, as they are written in Prometheus: what they leave out
 * where it is not known, such as the route of a request that no route took, is no label here either.
 */
export function openTelemetryMetrics(client: MetricSource): HttpMetrics {
  return { server: () => serverMetrics(client), client: () => clientMetrics(client) };
}

function serverMetrics(client: MetricSource): ReturnType<HttpMetrics['server']> {
  const labelNames = [
    'http_request_method',
    'url_scheme',
    'http_route',
    'http_response_status_code',
    'error_type',
  ] as const;
  const durations = client.histogram('http_server_request_duration_seconds', {
    help: 'Duration of HTTP server requests',
    unit: 'seconds',
    labelNames,
    buckets: DURATION_BUCKETS,
  });
  const sizes = (name: string, help: string) =>
    client.histogram(name, { help, unit: 'bytes', labelNames, buckets: SIZE_BUCKETS });
  const requestSizes = sizes('http_server_request_body_size_bytes', 'Size of HTTP server request bodies');
  const responseSizes = sizes('http_server_response_body_size_bytes', 'Size of HTTP server response bodies');
  const active = client.gauge('http_server_active_requests', {
    help: 'Number of active HTTP server requests',
    labelNames: ['http_request_method', 'url_scheme'],
  });
  const atHand = new SeriesAtHand(({ method, scheme, route, status }) => {
    const common = { http_request_method: method, url_scheme: scheme };
    const labels = {
      ...common,
      http_route: route,
      http_response_status_code: status,
      error_type: serverErrorOf(status),
    };
    return {
      labels,
      active: active.labels(common),
      durations: durations.labels(labels),
      responseSizes: responseSizes.labels(labels),
    };
  });
  return {
    arrived: ({ method, scheme }) =>
      active.inc({ http_request_method: knownMethod(method, '_OTHER'), url_scheme: scheme }),
    done: ({ method, scheme, route, status, seconds, requestBytes, responseBytes }: Exchange) => {
      const series = atHand.of({ method: knownMethod(method, '_OTHER'), scheme, route, status });
      series.active.dec();
      series.durations.observe(seconds);
      if (requestBytes !== undefined) requestSizes.observe(series.labels, requestBytes);
      series.responseSizes.observe(responseBytes);
    },
  };
}

function serverErrorOf(status: number | undefined): string | undefined {
  if (status === undefined) return 'aborted';
  return status >= 500 ? String(status) : undefined;
}

function clientMetrics(client: MetricSource): ReturnType<HttpMetrics['client']> {
  const durations = client.histogram('http_client_request_duration_seconds', {
    help: 'Duration of HTTP client requests',
    unit: 'seconds',
    labelNames: [
      'http_request_method',
      'server_address',
      'server_port',
      'http_response_status_code',
      'error_type',
    ],
    buckets: DURATION_BUCKETS,
  });
  return {
    done: ({ method, target, outcome, seconds }) => {
      const isAnswered = typeof outcome === 'number';
      const labels = {
        http_request_method: knownMethod(method, '_OTHER'),
        server_address: target.address,
        server_port: target.port,
        http_response_status_code: isAnswered ? outcome : undefined,
        error_type: isAnswered && outcome < 400 ? undefined : outcome,
      };
      durations.observe(labels, seconds);
    },
  };
}
