import { SIZE_BUCKETS } from '../constants.js';
import { type Exchange, type HttpMetrics, knownMethod, type MetricSource } from './exchange.js';
import { SeriesAtHand } from './seriesAtHand.js';

/** The client went away before there was an answer; the status that proxies log for it. */
const CLIENT_CLOSED_REQUEST = 499;

/** Names as clients of Prometheus commonly give them. */
export function prometheusMetrics(client: MetricSource): HttpMetrics {
  return { server: () => serverMetrics(client), client: () => clientMetrics(client) };
}

function serverMetrics(client: MetricSource): ReturnType<HttpMetrics['server']> {
  const labelNames = ['method', 'route', 'status'] as const;
  const requests = client.counter('http_requests_total', { help: 'HTTP requests', labelNames });
  const durations = client.histogram('http_request_duration_seconds', {
    help: 'Time from the arrival of a request to the end of its response',
    unit: 'seconds',
    labelNames,
  });
  const sizes = (name: string, help: string) =>
    client.histogram(name, { help, unit: 'bytes', labelNames, buckets: SIZE_BUCKETS });
  const requestSizes = sizes('http_request_size_bytes', 'Sizes of the bodies of requests');
  const responseSizes = sizes('http_response_size_bytes', 'Sizes of the bodies of responses');
  const inFlight = client.gauge('http_requests_in_flight', {
    help: 'HTTP requests that are being answered',
    labelNames: ['method'],
  });
  const atHand = new SeriesAtHand(({ method, route = 'unmatched', status = CLIENT_CLOSED_REQUEST }) => {
    const labels = { method, route, status };
    return {
      labels,
      inFlight: inFlight.labels({ method }),
      requests: requests.labels(labels),
      durations: durations.labels(labels),
      responseSizes: responseSizes.labels(labels),
    };
  });
  return {
    arrived: ({ method }) => inFlight.inc({ method: knownMethod(method, 'other') }),
    done: ({ method, scheme, route, status, seconds, requestBytes, responseBytes }: Exchange) => {
      const series = atHand.of({ method: knownMethod(method, 'other'), scheme, route, status });
      series.inFlight.dec();
      series.requests.inc();
      series.durations.observe(seconds);
      if (requestBytes !== undefined) requestSizes.observe(series.labels, requestBytes);
      series.responseSizes.observe(responseBytes);
    },
  };
}

function clientMetrics(client: MetricSource): ReturnType<HttpMetrics['client']> {
  const labelNames = ['method', 'host', 'status'] as const;
  const requests = client.counter('http_client_requests_total', { help: 'HTTP requests sent', labelNames });
  const durations = client.histogram('http_client_request_duration_seconds', {
    help: 'Time from the sending of a request to the head of its response',
    unit: 'seconds',
    labelNames,
  });
  return {
    done: ({ method, target, outcome, seconds }) => {
      const labels = { method: knownMethod(method, 'other'), host: target.host, status: outcome };
      requests.inc(labels);
      durations.observe(labels, seconds);
    },
  };
}
