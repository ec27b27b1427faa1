import { TinyObsError } from '@tinyobs/model';
import type { AccessControl } from '../access/accessControl.js';
import type { LogLines } from '../logLines.js';
import type { Route } from '../routes/route.js';
import { ERROR_TABLE } from './errorTable.js';
import type { Request, Response } from './exchange.js';
import { setRoute } from './observeRequest.js';
import { requestIdOf } from './requestId.js';
import { asTinyObsError, type ErrorStyle, sendError, sendNoContent } from './respond.js';

type ExpressRequest = Request & { params?: Readonly<Record<string, string | string[]>> };

export interface DispatchParts {
  readonly access: AccessControl;
  readonly lines: LogLines;
}

/** Runs a route: checks key and method, then handles, and turns what is thrown into an answer. */
export function dispatch(route: Route, { access, lines }: DispatchParts) {
  const allowed = [...route.methods, ...(route.methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'];
  return async (request: ExpressRequest, response: Response): Promise<void> => {
    setRoute(response, route.path);
    const method = request.method ?? 'GET';
    const parameters = singleParameters(request.params ?? {});
    let isAuthorized = false;
    let failure: TinyObsError | undefined;
    try {
      access.authorize(request, response, route.path, parameters);
      isAuthorized = true;
      if (!allowed.includes(method) || method === 'OPTIONS') refuseMethod(method, allowed, response);
      else await route.handle(request, response, parameters);
    } catch (thrown) {
      failure = asTinyObsError(thrown);
      logFault(failure, thrown, { route, response, lines });
      sendError(response, failure, route.errors);
    }
    if (isAuthorized) access.noteAction(request, route.path, failure?.code ?? String(response.statusCode));
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
  sendNoContent(response);
}

/** Answers for paths under our prefixes that no route has: strangers are not told which those are. */
export function unmatched(style: ErrorStyle, access: AccessControl) {
  const answer = notFound(style);
  return (request: Request, response: Response): void => {
    try {
      access.requireAnyKey(request, response);
    } catch (error) {
      refuse(response, error, style);
      return;
    }
    answer(request, response);
  };
}

/** Answers a request that is turned away before a route has it. */
export function refuse(response: Response, error: unknown, style: ErrorStyle): void {
  setRoute(response, 'unmatched');
  sendError(response, asTinyObsError(error), style);
}

/** Answers for paths that nothing is at. */
export function notFound(style: ErrorStyle) {
  return (request: Request, response: Response): void => {
    setRoute(response, 'unmatched');
    const path = (request.originalUrl ?? request.url ?? '/').split('?')[0];
    sendError(
      response,
      new TinyObsError('not_found', `there is nothing at ${path}; the page /docs describes what there is`),
      style,
    );
  };
}

/** Every parameter as one text; what a wildcard stands for is read from the path by those who need it. */
function singleParameters(parameters: Readonly<Record<string, string | string[]>>): Record<string, string> {
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)]));
}
