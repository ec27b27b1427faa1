import type { Metrics } from '../selfMonitoring/metrics.js';
import type { Request, Response } from './exchange.js';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']);

/** Route pattern of the request a response answers, for metrics: never the path, which strangers choose. */
const routes = new WeakMap<Response, string>();

export function setRoute(response: Response, route: string): void {
  routes.set(response, route);
}

/** Counts and times the request once its response is over, however it ended. */
export function observeRequest(request: Request, response: Response, metrics: Metrics): void {
  const started = performance.now();
  response.once('close', () => {
    const route = routes.get(response) ?? 'unmatched';
    const method = METHODS.has(request.method ?? '') ? String(request.method) : 'other';
    // 499 is what proxies write for a client that did not wait for its answer.
    const status = response.writableFinished ? response.statusCode : 499;
    metrics.requests.inc({ method, route, status });
    metrics.requestSeconds.observe({ route }, (performance.now() - started) / 1000);
  });
}
