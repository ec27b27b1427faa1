import { assert } from '@tinyobs/model';
import express, { type Express } from 'express';
import type { AccessControl } from '../access/accessControl.js';
import type { AddressOf } from '../access/clientAddress.js';
import { ROUTE_ACCESS } from '../access/routeAccess.js';
import type { Log } from '../log.js';
import type { LogLines } from '../logLines.js';
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
  /** Gives the origins whose pages may have a panel in a frame. */
  readonly embedOrigins: () => readonly string[];
  readonly access: AccessControl;
  readonly addressOf: AddressOf;
  readonly rateLimiter: RateLimiter;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly lines: LogLines;
}

/** Takes a request through `next` when nothing of ours is at its path, or with what Express makes of it. */
export type App = (request: Request, response: Response, next: (error?: unknown) => void) => void;

/**
 * The app behind `handler`. A path written just as its route has it, without parameters, goes to the route at
 * once; Express, whose way there takes longer than many of the routes, serves all other spellings, paths with
 * parameters and the dashboard. Both ways pass the same gates, `everything`.
 */
export function createApp({ routes, access, rateLimiter, ...parts }: AppParts): App {
  const everything = inOrder([
    (request, response, next) => observeRequest(request, response, parts, next),
    cors(parts.corsOrigins),
    identify(access),
    rateLimiter.middleware as unknown as Step,
  ]);
  const dispatched = (route: Route) => dispatch(route, { access, lines: parts.lines });
  for (const { path } of routes) {
    assert(Object.hasOwn(ROUTE_ACCESS, path), `${path} is in the table of what routes need`);
  }
  const direct = new Map<string, Step>();
  for (const route of routes.filter(({ path }) => !/[:*]/.test(path))) {
    direct.set(route.path, inOrder([everything, dispatched(route)]));
  }
  const app = createExpressApp();
  app.use(everything);
  for (const route of routes) app.all(route.path, dispatched(route));
  app.use('/api/v1', unmatched('prometheus', access));
  app.use(['/api', '/v1'], unmatched('tinyobs', access));
  app.use(dashboard(parts.embedOrigins));
  return (request, response, next) => {
    const step = direct.get(pathOf(request)) ?? (app as unknown as Step);
    step(request, response, next);
  };
}

/** Finds out who asks, before anything is counted against them. */
function identify(access: AccessControl): Step {
  return (request, response, next) => {
    try {
      access.identify(request);
    } catch (error) {
      refuse(response, error, errorStyleOf(request));
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
