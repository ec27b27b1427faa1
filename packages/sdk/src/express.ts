import type { MetricSource } from './hosts/exchange.js';
import type { HostOptions } from './hosts/httpMetrics.js';
import { type MeasuredRequest, type MeasuredResponse, RequestMeter } from './hosts/requestMeter.js';
import { type RoutedRequest, RoutePattern } from './hosts/routePattern.js';

/** Middleware of Express 4 and 5. */
export type ExpressMiddleware = (
  request: MeasuredRequest & RoutedRequest,
  response: MeasuredResponse,
  next: () => void,
) => void;

/**
 * Express middleware (4 and 5) that counts and times requests by method, route pattern and status. Use it before
 * the routes. Requests that no route took have the route `unmatched`.
 */
export function expressMetrics(client: MetricSource, options: HostOptions = {}): ExpressMiddleware {
  const meter = new RequestMeter(client, options);
  return (request, response, next) => {
    RoutePattern.of(request);
    meter.measure(request, response, () => RoutePattern.of(request).chosen);
    next();
  };
}
