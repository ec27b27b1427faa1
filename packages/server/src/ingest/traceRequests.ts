import type { Route } from '../routes/route.js';
import { inSpan } from '../tracing/spans.js';

/** A route of a protocol whose requests have a span for the taking in of their samples. */
export function traceRequests(protocol: string, route: Route): Route {
  const attributes = { 'tinyobs.protocol': protocol };
  return {
    ...route,
    handle: (request, response, pathParameters) =>
      inSpan('tinyobs.ingest', () => route.handle(request, response, pathParameters), { attributes }),
  };
}
