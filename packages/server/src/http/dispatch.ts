import { TinyObsError } from '@tinyobs/model';
import type { LogLines } from '../logLines.js';
import type { Route } from '../routes/route.js';
import { ERROR_TABLE } from './errorTable.js';
import type { Request, Response } from './exchange.js';
import { setRoute } from './observeRequest.js';
import { requestIdOf } from './requestId.js';
import { asTinyObsError, type ErrorStyle, sendError } from './respond.js';

type ExpressRequest = Request & { params?: Readonly<Record<string, string | string[]>> };

/** Runs a route: checks the method, then handles, and turns what is thrown into an answer. */
export function dispatch(route: Route, lines: LogLines) {
  const allowed = [...route.methods, ...(route.methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'];
  return async (request: ExpressRequest, response: Response): Promise<void> => {
    setRoute(response, route.path);
    const method = request.method ?? 'GET';
    try {
      if (!allowed.includes(method) || method === 'OPTIONS') refuseMethod(method, allowed, response);
      else await route.handle(request, response, singleParameters(request.params ?? {}));
    } catch (thrown) {
      const error = asTinyObsError(thrown);
      logFault(error, thrown, { route, response, lines });
      sendError(response, error, route.errors);
    }
  };
}

/**
 * Somebody has to look at an error; what the same request may be spared a little later is none, and whoever ends a
 * query knows of it.
 */
function logFault(
  { code, message }: TinyObsError,
  err: unknown,
  { route, response, lines }: { route: Route; response: Response; lines: LogLines },
): void {
  const { status } = ERROR_TABLE[code];
  if (status < 500 || code === 'query_canceled') return;
  const level = status === 503 ? 'warn' : 'error';
  const requestId = requestIdOf(response);
  lines[level](`${code} ${route.path}`, { err, route: route.path, requestId }, message);
}

function refuseMethod(method: string, allowed: readonly string[], response: Response): void {
  response.setHeader('Allow', allowed.join(', '));
  if (method !== 'OPTIONS') {
    throw new TinyObsError('method_not_allowed', `${method} is not for this path; use ${allowed.join(', ')}`);
  }
  response.statusCode = 204;
  response.end();
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
