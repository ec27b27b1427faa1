import { asTinyObsError } from '../http/respond.js';
import type { Route } from '../routes/route.js';
import type { Metrics } from '../selfMonitoring/metrics.js';

/** A route of a protocol whose requests are counted, by code, where they are refused as a whole. */
export function countRefusedRequests(protocol: string, route: Route, { requestsRefused }: Metrics): Route {
  return {
    ...route,
    handle: async (request, response, pathParameters) => {
      try {
        await route.handle(request, response, pathParameters);
      } catch (error) {
        requestsRefused.inc({ protocol, code: asTinyObsError(error).code });
        throw error;
      }
    },
  };
}
