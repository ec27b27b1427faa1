import type { Reloader } from '../config/reloader.js';
import { sendJson } from '../http/respond.js';
import type { Route } from './route.js';

/**
 * Reads the configuration again, where there is something to read; answers when it is in force.
 * Source: https://prometheus.io/docs/prometheus/latest/management_api/#reload
 */
export function reloadRoutes(reloader: Reloader): Route[] {
  if (!reloader.canRead) return [];
  return [
    {
      methods: ['POST', 'PUT'],
      path: '/-/reload',
      errors: 'tinyobs',
      handle: async (_request, response) => {
        const { changes } = await reloader.reload();
        sendJson(response, 200, JSON.stringify({ status: 'ok', changes }));
      },
    },
  ];
}
