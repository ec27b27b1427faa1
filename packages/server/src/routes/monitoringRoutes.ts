import type { BodyLimits } from '../http/body.js';
import { clientGone, type Response } from '../http/exchange.js';
import { readParameters } from '../http/form.js';
import { invalid, type Parameters } from '../http/parameters.js';
import { sendJson } from '../http/respond.js';
import type { Route } from './route.js';

export interface MonitoringContext {
  readonly bodies: BodyLimits;
}

/**
 * Rules and alerts for clients that ask every Prometheus for them: parameters are checked,
 * and there are none of any.
 * Source: https://prometheus.io/docs/prometheus/latest/querying/api/#rules
 */
export function monitoringRoutes({ bodies }: MonitoringContext): Route[] {
  const nothing = (
    path: string,
    data: unknown,
    check: (parameters: Parameters, signal: AbortSignal) => Promise<void> = async () => {},
  ): Route => ({
    methods: ['GET'],
    path: `/api/v1/${path}`,
    errors: 'prometheus',
    handle: async (request, response) => {
      await check(await readParameters(request, bodies), clientGone(response));
      sendData(response, data);
    },
  });
  return [
    nothing('alertmanagers', { activeAlertmanagers: [], droppedAlertmanagers: [] }),
    nothing('alerts', { alerts: [] }),
    nothing('rules', { groups: [] }, checkRules),
    nothing('notifications', []),
  ];
}

async function checkRules(parameters: Parameters, signal: AbortSignal): Promise<void> {
  const type = parameters.text('type');
  if (!['', 'alert', 'record'].includes(type.toLowerCase())) {
    throw invalid('type', `not supported value ${JSON.stringify(type)}`);
  }
  const excludeAlerts = parameters.text('exclude_alerts');
  if (!/^(|1|0|t|f|true|false)$/i.test(excludeAlerts)) {
    throw invalid('exclude_alerts', `error converting exclude_alerts: ${JSON.stringify(excludeAlerts)}`);
  }
  const groups = parameters.wholeNumber('group_limit');
  if (groups !== undefined && groups <= 0) {
    throw invalid('group_limit', 'group_limit needs to be greater than 0');
  }
  if (parameters.text('group_next_token') !== '' && groups === undefined) {
    throw invalid('group_next_token', 'group_limit needs to be present in order to paginate over the groups');
  }
  await parameters.anyMatcherSets(signal);
}

function sendData(response: Response, data: unknown): void {
  sendJson(response, 200, JSON.stringify({ status: 'success', data }));
}
