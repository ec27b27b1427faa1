import type { ErrorCode } from '@tinyobs/model';
import { withoutKeys } from '../access/apiKey.js';
import type { AddressOf } from '../access/clientAddress.js';
import type { Log } from '../log.js';
import type { Metrics } from '../selfMonitoring/metrics.js';
import type { Request, Response } from './exchange.js';
import { requestIdOf } from './requestId.js';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']);

/** Longest path in a log line. */
const PATH_LENGTH_MAX = 256;

/** What is known of a request beside what it says itself. */
interface Observation {
  readonly metrics: Metrics;
  /** Pattern of the route that answers it: never the path, which strangers choose. */
  route: string;
}

const observations = new WeakMap<Response, Observation>();

export function setRoute(response: Response, route: string): void {
  const observation = observations.get(response);
  if (observation) observation.route = route;
}

export function routeOf(response: Response): string {
  return observations.get(response)?.route ?? 'unmatched';
}

/** Counts an error that the request ended with, whether its client is still there or not. */
export function countError(response: Response, code: ErrorCode): void {
  observations.get(response)?.metrics.errors.inc({ code });
}

/** Gives the request its id, and counts, times and logs it once its response is over, however it ended. */
export function observeRequest(
  request: Request,
  response: Response,
  {
    metrics,
    log,
    addressOf,
  }: { readonly metrics: Metrics; readonly log: Log; readonly addressOf: AddressOf },
): void {
  const started = performance.now();
  const observation: Observation = { metrics, route: 'unmatched' };
  observations.set(response, observation);
  const requestId = requestIdOf(response);
  // Routers change it on their way.
  const { url = '/' } = request;
  response.once('close', () => {
    const { route } = observation;
    const method = METHODS.has(request.method ?? '') ? String(request.method) : 'other';
    // 499 is what proxies write for a client that did not wait for its answer.
    const status = response.writableFinished ? response.statusCode : 499;
    const durationMs = performance.now() - started;
    metrics.requests.inc({ method, route, status });
    metrics.requestSeconds.observe({ route }, durationMs / 1000);
    // At other levels a busy server would write nothing else.
    if (!log.isLevelEnabled('debug')) return;
    const fields = { requestId, method, route, path: loggedPath(url), status, durationMs };
    log.debug({ ...fields, client: addressOf(request) }, 'request answered');
  });
}

/** Without the query and keys, in which there may be secrets. Node takes paths of plain characters only. */
function loggedPath(url: string): string {
  return withoutKeys(url.split('?', 1)[0]).slice(0, PATH_LENGTH_MAX);
}
