import { TinyObsError } from '@tinyobs/model';
import { pathOf, type Request, type Response } from '../http/exchange.js';
import { sendError, sendJson, sendText } from '../http/respond.js';
import { closingReport, type Health } from '../selfMonitoring/health.js';
import type { Metrics } from '../selfMonitoring/metrics.js';
import { ownMetricsRoute } from './ownMetricsRoute.js';
import type { Route } from './route.js';

const HEALTH = '/health';
const READY = '/ready';
/** The same for who knows Prometheus. Source: https://prometheus.io/docs/prometheus/latest/management_api/ */
const PROMETHEUS_HEALTHY = '/-/healthy';
const PROMETHEUS_READY = '/-/ready';

const PLAIN_TEXT = 'text/plain; charset=utf-8';

export interface HealthContext {
  readonly health: Health;
  readonly metrics: Metrics;
}

/** How TinyObs is, whether it can take writes, and its own metrics. */
export function healthRoutes({ health, metrics }: HealthContext): Route[] {
  const get = (path: string, handle: (response: Response) => void | Promise<void>): Route => ({
    methods: ['GET'],
    path,
    errors: 'tinyobs',
    handle: (_request, response) => handle(response),
  });
  return [
    get(HEALTH, (response) => sendJson(response, 200, JSON.stringify(health.report()))),
    get(READY, (response) => sendJson(response, health.isReady ? 200 : 503, JSON.stringify(health.report()))),
    get(PROMETHEUS_HEALTHY, (response) => sendText(response, PLAIN_TEXT, 'TinyObs is Healthy.\n')),
    get(PROMETHEUS_READY, (response) => {
      if (health.isReady) sendText(response, PLAIN_TEXT, 'TinyObs is Ready.\n');
      else sendUnavailable(response);
    }),
    ownMetricsRoute(metrics.registry),
  ];
}

/** Answers everything once closing has begun: probes in their own shape, all else with an error. */
export function answerClosing(request: Request, response: Response): void {
  switch (pathOf(request)) {
    case HEALTH:
    case READY:
      sendJson(response, 503, JSON.stringify(closingReport()));
      return;
    case PROMETHEUS_HEALTHY:
    case PROMETHEUS_READY:
      response.setHeader('X-Prometheus-Stopping', 'true');
      sendUnavailable(response);
      return;
    default: {
      const message = 'TinyObs is shutting down; try again in a moment';
      sendError(response, new TinyObsError('store_closed', message), 'tinyobs');
    }
  }
}

function sendUnavailable(response: Response): void {
  sendText(response, PLAIN_TEXT, 'Service Unavailable', 503);
}
