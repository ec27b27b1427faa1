import { IncomingMessage, type ServerResponse } from 'node:http';
import { Attached } from './hosts/attached.js';
import type { MetricSource } from './hosts/exchange.js';
import type { HostOptions } from './hosts/httpMetrics.js';
import { RequestMeter } from './hosts/requestMeter.js';

type RequestHandler = (request: IncomingMessage, response: ServerResponse) => unknown;

const routes = new Attached<string>(IncomingMessage.prototype);

/**
 * Counts and times the requests that a handler of `node:http` is given, by method, route and status:
 * `createServer(measureHandler(client, handler))`. The handler tells routes by `setRoute`; where it does not, they
 * are `unmatched`.
 */
export function measureHandler(
  client: MetricSource,
  handler: RequestHandler,
  options: HostOptions = {},
): (request: IncomingMessage, response: ServerResponse) => void {
  const meter = new RequestMeter(client, options);
  return (request, response) => {
    meter.measure(request, response, () => routes.get(request));
    handler(request, response);
  };
}

/** Tells the route that took a request: its pattern, such as `/items/:id`, of which an app has a few, never the path. */
export function setRoute(request: IncomingMessage, route: string): void {
  routes.set(request, route);
}
