import { asTinyObsError } from '../http/respond.js';
import type { Route } from '../routes/route.js';
import { inSpan } from '../tracing/spans.js';
import type { Protocol } from './protocols.js';
import type { WriteContext } from './writeSamples.js';

type WatchContext = Pick<WriteContext, 'metrics' | 'lastHeard'>;

/** A route of a protocol whose requests are traced and counted, and those that are refused as a whole also by code. */
export function watchedRoute(protocol: Protocol, route: Route, context: WatchContext): Route {
  return {
    ...route,
    handle: (request, response, pathParameters) =>
      watched(protocol, context, async () => route.handle(request, response, pathParameters)),
  };
}

/** Traces and counts a request of a protocol. Rejects as `work` does. */
export async function watched<T>(
  protocol: Protocol,
  { metrics, lastHeard }: WatchContext,
  work: () => Promise<T>,
): Promise<T> {
  metrics.ingestRequests.inc({ protocol });
  lastHeard.noteRequest(protocol);
  try {
    return await inSpan('tinyobs.ingest', work, { attributes: { 'tinyobs.protocol': protocol } });
  } catch (error) {
    const { code, message, details } = asTinyObsError(error);
    metrics.requestsRefused.inc({ protocol, code });
    lastHeard.noteProblem(protocol, { code, message, place: details });
    throw error;
  }
}
