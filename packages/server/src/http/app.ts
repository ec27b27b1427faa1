import { assert } from '@tinyobs/model';
import express, { type Express } from 'express';
import { pinoHttp } from 'pino-http';
import type { AccessControl } from '../access/accessControl.js';
import { ROUTE_ACCESS } from '../access/routeAccess.js';
import type { Log } from '../log.js';
import type { Route } from '../routes/route.js';
import type { Metrics } from '../selfMonitoring/metrics.js';
import { cors } from './cors.js';
import { dashboard } from './dashboard.js';
import { dispatch, refuse, unmatched } from './dispatch.js';
import { pathOf, type Request, type Response } from './exchange.js';
import { observeRequest } from './observeRequest.js';
import type { RateLimiter } from './rateLimit.js';
import { errorStyleOf } from './respond.js';

export interface AppParts {
  readonly routes: readonly Route[];
  /** Gives the origins whose pages may read answers. */
  readonly corsOrigins: () => readonly string[];
  readonly access: AccessControl;
  readonly rateLimiter: RateLimiter;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** Takes a request through `next` when nothing of ours is at its path, or with what Express makes of it. */
export type App = (request: Request, response: Response, next: (error?: unknown) => void) => void;

/**
 * The app behind `handler`. A path written just as its route has it, without parameters, goes to the route at
 * once; Express, whose way there takes longer than many of the routes, serves all other spellings, paths with
 * parameters and the dashboard. Both ways pass the same gates, `everything`.
 */
export function createApp({ routes, corsOrigins, access, rateLimiter, metrics, log }: AppParts): App {
  const everything = inOrder([
    (request, response, next) => {
      observeRequest(request, response, metrics);
      next();
    },
    requestLog(log),
    cors(corsOrigins),
    identify(access, metrics),
    rateLimiter.middleware as unknown as Step,
  ]);
  const dispatched = (route: Route) => dispatch(route, { access, metrics, log });
  for (const { path } of routes) {
    assert(Object.hasOwn(ROUTE_ACCESS, path), `${path} is in the table of what routes need`);
  }
  const direct = new Map<string, Step>();
  for (const route of routes.filter(({ path }) => !path.includes(':'))) {
    direct.set(route.path, inOrder([everything, dispatched(route)]));
  }
  const app = createExpressApp();
  app.use(everything);
  for (const route of routes) app.all(route.path, dispatched(route));
  app.use('/api/v1', unmatched('prometheus', { access, metrics }));
  app.use(['/api', '/v1'], unmatched('tinyobs', { access, metrics }));
  app.use(dashboard());
  return (request, response, next) => {
    const step = direct.get(pathOf(request)) ?? (app as unknown as Step);
    step(request, response, next);
  };
}

/** Finds out who asks, before anything is counted against them. */
function identify(access: AccessControl, metrics: Metrics): Step {
  return (request, response, next) => {
    try {
      access.identify(request);
    } catch (error) {
      refuse(response, { error, style: errorStyleOf(request), metrics });
      return;
    }
    next();
  };
}

function createExpressApp(): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  return app;
}

/** One thing that is done with a request before the next, as Express has it. */
type Step = (request: Request, response: Response, next: (error?: unknown) => void) => unknown;

/** Steps as one: each begins when the one before calls `next`, and an error, thrown or handed on, ends them. */
function inOrder(steps: readonly Step[]): Step {
  return (request, response, next) => {
    const from = (at: number, error?: unknown): void => {
      if (error || at === steps.length) {
        next(error);
        return;
      }
      try {
        const outcome = steps[at](request, response, (failure) => from(at + 1, failure));
        if (outcome instanceof Promise) outcome.catch(next);
      } catch (thrown) {
        next(thrown);
      }
    };
    from(0);
  };
}

/**
 * Every request at debug: a busy server would write nothing else, and what fails on our side is logged where it
 * fails. At other levels requests are spared the making of a logger each.
 */
function requestLog(log: Log) {
  const logRequest = pinoHttp({
    logger: log,
    // Of its own: it would keep the level that the logger has now.
    level: 'debug',
    useLevel: 'debug',
    serializers: {
      req: (request: { id: unknown; method: string; url: string; remoteAddress: string }) => ({
        id: request.id,
        method: request.method,
        path: request.url.split('?')[0],
        remoteAddress: request.remoteAddress,
      }),
      res: (response: { statusCode: number }) => ({ status: response.statusCode }),
    },
  });
  return (request: Request, response: Response, next: () => void) => {
    if (log.isLevelEnabled('debug')) logRequest(request, response, next);
    else next();
  };
}
