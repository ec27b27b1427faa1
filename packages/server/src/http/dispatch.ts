import { TinyObsError } from '@tinyobs/model';
import type { Log } from '../log.js';
import type { Route } from '../routes/route.js';
import type { Metrics } from '../selfMonitoring/metrics.js';
import type { Request, Response } from './exchange.js';
import { setRoute } from './observeRequest.js';
import { asTinyObsError, type ErrorStyle, isServerFault, sendError, sendNoContent } from './respond.js';

type ExpressRequest = Request & { params?: Readonly<Record<string, string | string[]>> };

/** Runs a route: checks the method, then handles, and turns what is thrown into an answer. */
export function dispatch(route: Route, metrics: Metrics, log: Log) {
  const allowed = [...route.methods, ...(route.methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'];
  return async (request: ExpressRequest, response: Response): Promise<void> => {
    setRoute(response, route.path);
    const method = request.method ?? 'GET';
    try {
      if (!allowed.includes(method) || method === 'OPTIONS') refuseMethod(method, allowed, response);
      else await route.handle(request, response, singleParameters(request.params ?? {}));
    } catch (thrown) {
      const error = asTinyObsError(thrown);
      metrics.errors.inc({ code: error.code });
      if (isServerFault(error.code)) log.error({ err: thrown, route: route.path }, error.message);
      sendError(response, error, route.errors);
    }
  };
}

function refuseMethod(method: string, allowed: readonly string[], response: Response): void {
  response.setHeader('Allow', allowed.join(', '));
  if (method !== 'OPTIONS') {
    throw new TinyObsError('method_not_allowed', `${method} is not for this path; use ${allowed.join(', ')}`);
  }
  sendNoContent(response);
}

/** Answers for paths under our prefixes that no route has. */
export function notFound(style: ErrorStyle) {
  return (request: Request, response: Response): void => {
    setRoute(response, 'unmatched');
    const path = (request.originalUrl ?? request.url ?? '/').split('?')[0];
    sendError(
      response,
      new TinyObsError('not_found', `there is nothing at ${path}; see the list of routes in README.md`),
      style,
    );
  };
}

/** No path of ours has a wildcard, so every parameter is one text. */
function singleParameters(parameters: Readonly<Record<string, string | string[]>>): Record<string, string> {
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)]));
}
