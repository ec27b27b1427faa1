import type { ErrorCode } from '@tinyobs/model';
import type { AddressOf } from '../access/clientAddress.js';
import type { Log } from '../log.js';
import type { Metrics } from '../selfMonitoring/metrics.js';
import { type ArrivedRequest, startRequestSpan } from '../tracing/requestSpan.js';
import { traceIds } from '../tracing/traceIds.js';
import type { Request, Response } from './exchange.js';
import { loggedPath } from './loggedPath.js';
import { requestIdOf } from './requestId.js';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']);

/** The route of what no route has. */
const UNMATCHED = 'unmatched';

export interface ObserverParts {
  readonly metrics: Metrics;
  readonly log: Log;
  readonly addressOf: AddressOf;
}

/** What is known of a request beside what it says itself. */
interface Observation {
  readonly metrics: Metrics;
  /** Pattern of the route that answers it: never the path, which strangers choose. */
  route: string;
  /** The error it ended with. */
  code: ErrorCode | undefined;
}

const observations = new WeakMap<Response, Observation>();

export function setRoute(response: Response, route: string): void {
  const observation = observations.get(response);
  if (observation) observation.route = route;
}

export function routeOf(response: Response): string {
  return observations.get(response)?.route ?? UNMATCHED;
}

/** Counts an error that the request ended with, whether its client is still there or not. */
export function countError(response: Response, code: ErrorCode): void {
  const observation = observations.get(response);
  if (!observation) return;
  observation.code = code;
  observation.metrics.errors.inc({ code });
}

/**
 * Gives the request its id, and counts, times, traces and logs it once its response is over, however it ended; what
 * `next` does is part of it.
 */
export function observeRequest(
  request: Request,
  response: Response,
  parts: ObserverParts,
  next: () => void,
): void {
  const startedMs = performance.now();
  const observation: Observation = { metrics: parts.metrics, route: UNMATCHED, code: undefined };
  observations.set(response, observation);
  const arrived: ArrivedRequest = {
    method: METHODS.has(request.method ?? '') ? String(request.method) : 'other',
    // Routers change it on their way.
    url: request.url ?? '/',
    requestId: requestIdOf(response),
    headers: request.headers,
  };
  const span = startRequestSpan(arrived);
  response.once('close', () => {
    const { route, code } = observation;
    const note = (): void => noteAnswer(response, arrived, { route, startedMs, ...parts });
    if (span) span.run(note);
    else note();
    span?.end({
      route: route === UNMATCHED ? undefined : route,
      status: response.writableFinished ? response.statusCode : undefined,
      code,
    });
  });
  if (span) span.run(next);
  else next();
}

function noteAnswer(
  response: Response,
  { method, url, requestId }: ArrivedRequest,
  { route, startedMs, metrics, log, addressOf }: ObserverParts & { route: string; startedMs: number },
): void {
  // 499 is what proxies write for a client that did not wait for its answer.
  const status = response.writableFinished ? response.statusCode : 499;
  const durationMs = performance.now() - startedMs;
  metrics.requests.inc({ method, route, status });
  metrics.requestSeconds.observeLatency({ route }, durationMs / 1000);
  // At other levels a busy server would write nothing else.
  if (!log.isLevelEnabled('debug')) return;
  const fields = { requestId, ...traceIds(), method, route, path: loggedPath(url), status, durationMs };
  log.debug({ ...fields, client: addressOf(response.req) }, 'request answered');
}
