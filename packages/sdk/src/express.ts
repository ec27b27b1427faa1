import type { Counter } from './instruments/counter.js';
import type { Histogram } from './instruments/histogram.js';
import { type RoutedRequest, RoutePattern } from './routePattern.js';

/** What the middleware needs of a request; Express 4 and 5 requests have it. */
export interface MeasuredRequest extends RoutedRequest {
  readonly method?: string;
}

/** What the middleware needs of a response; every `node:http` response has it. */
export interface MeasuredResponse {
  readonly statusCode: number;
  readonly headersSent: boolean;
  once(event: 'close', listener: () => void): unknown;
}

export type RequestMiddleware = (
  request: MeasuredRequest,
  response: MeasuredResponse,
  next: () => void,
) => void;

type RequestLabel = 'method' | 'route' | 'status';

interface MetricSource {
  counter(name: string, options: { help: string; labelNames: RequestLabel[] }): Counter<RequestLabel>;
  histogram(
    name: string,
    options: { help: string; unit: string; labelNames: RequestLabel[] },
  ): Histogram<RequestLabel>;
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT']);

/** The client went away before there was an answer; the status that proxies log for it. */
const CLIENT_CLOSED_REQUEST = 499;

const labelNames: RequestLabel[] = ['method', 'route', 'status'];

/**
 * Counts and times requests by method, route pattern and status. A request is counted when its response closes:
 * after the answer, or when the client goes away, which is status 499 unless an answer had begun. Requests that
 * no route took have the route `unmatched`.
 */
export function expressMiddleware(client: MetricSource): RequestMiddleware {
  const requests = client.counter('http_requests_total', { help: 'HTTP requests', labelNames });
  const durations = client.histogram('http_request_duration_seconds', {
    help: 'Time from the arrival of a request to the end of its response',
    unit: 'seconds',
    labelNames,
  });
  const measured = new WeakSet<object>();
  return (request, response, next) => {
    // Mounted twice (on the app and on a router), it still counts a request once.
    if (!measured.has(request)) {
      measured.add(request);
      const startMs = performance.now();
      const pattern = new RoutePattern(request);
      response.once('close', () => {
        const labels = {
          method: METHODS.has(request.method ?? '') ? request.method : 'other',
          route: pattern.route ?? 'unmatched',
          status: response.headersSent ? response.statusCode : CLIENT_CLOSED_REQUEST,
        };
        requests.inc(labels);
        durations.observe(labels, (performance.now() - startMs) / 1_000);
      });
    }
    next();
  };
}
