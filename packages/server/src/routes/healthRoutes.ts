import type { Store } from '@tinyobs/storage';
import { sendJson, sendText } from '../http/respond.js';
import type { Metrics } from '../selfMonitoring/metrics.js';
import type { Route } from './route.js';

export interface HealthContext {
  readonly store: Store;
  readonly metrics: Metrics;
}

/** Whether the process lives, whether it can take writes, and its own metrics. */
export function healthRoutes({ store, metrics }: HealthContext): Route[] {
  const ready = () => store.stats().writeFailure === undefined;
  return [
    {
      methods: ['GET'],
      path: '/health',
      errors: 'tinyobs',
      handle: (_request, response) => sendJson(response, 200, JSON.stringify({ status: 'ok' })),
    },
    {
      methods: ['GET'],
      path: '/ready',
      errors: 'tinyobs',
      handle: (_request, response) => {
        const status = ready() ? 'ok' : 'unavailable';
        const body = { status, checks: { storage: ready() ? 'ok' : 'writes are refused; the log says why' } };
        sendJson(response, ready() ? 200 : 503, JSON.stringify(body));
      },
    },
    {
      methods: ['GET'],
      path: '/-/healthy',
      errors: 'tinyobs',
      handle: (_request, response) =>
        sendText(response, 'text/plain; charset=utf-8', 'TinyObs is Healthy.\n'),
    },
    {
      methods: ['GET'],
      path: '/-/ready',
      errors: 'tinyobs',
      handle: (_request, response) => {
        if (!ready()) return sendJson(response, 503, JSON.stringify({ status: 'unavailable' }));
        sendText(response, 'text/plain; charset=utf-8', 'TinyObs is Ready.\n');
      },
    },
    {
      methods: ['GET'],
      path: '/metrics',
      errors: 'tinyobs',
      handle: async (_request, response) =>
        sendText(response, metrics.registry.contentType, await metrics.registry.metrics()),
    },
  ];
}
