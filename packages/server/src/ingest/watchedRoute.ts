import { asTinyObsError } from '../http/respond.js';
import type { Route } from '../routes/route.js';
import { inSpan } from '../tracing/spans.js';
import type { Protocol } from './protocols.js';
import type { WriteContext } from './writeSamples.js';

/** A route of a protocol whose requests are traced and counted, and those that are refused as a whole also by code. */
export function watchedRoute(
  protocol: Protocol,
  route: Route,
  { metrics, lastHeard }: Pick<WriteContext, 'metrics' | 'lastHeard'>,
): Route {
  const attributes = { 'tinyobs.protocol': protocol };
  return {
    ...route,
    handle: async (request, response, pathParameters) => {
      metrics.ingestRequests.inc({ protocol });
      lastHeard.noteRequest(protocol);
      try {
        await inSpan('tinyobs.ingest', () => route.handle(request, response, pathParameters), { attributes });
      } catch (error) {
        const { code, message, details } = asTinyObsError(error);
        metrics.requestsRefused.inc({ protocol, code });
        lastHeard.noteProblem(protocol, { code, message, place: details });
        throw error;
      }
    },
  };
}
