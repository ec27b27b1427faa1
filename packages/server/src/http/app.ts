import express, { type Express } from 'express';
import helmet from 'helmet';
import type { Log } from '../log.js';
import type { LogLines } from '../logLines.js';
import type { Route } from '../routes/route.js';
import type { Metrics } from '../selfMonitoring/metrics.js';
import { dashboard } from './dashboard.js';
import { dispatch, notFound } from './dispatch.js';
import { pathOf, type Request, type Response } from './exchange.js';
import { observeRequest } from './observeRequest.js';
import type { RateLimiter } from './rateLimit.js';

export interface AppParts {
  /** Routes that take samples in: before everything that only browsers need. */
  readonly ingest: readonly Route[];
  readonly api: readonly Route[];
  readonly rateLimiter: RateLimiter | undefined;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly lines: LogLines;
}

/** Takes a request through `next` when nothing of ours is at its path, or with what Express makes of it. */
export type App = (request: Request, response: Response, next: (error?: unknown) => void) => void;

/**
 * The app behind `handler`. A path written just as its route has it, without parameters, goes to the route at
 * once; Express, whose way there takes longer than many of the routes, serves all other spellings, paths with
 * parameters and the dashboard. Both ways pass the same gates: `everything`, then `browserHeaders` where that is
 * not for programs only.
 */
export function createApp({ ingest, api, rateLimiter, metrics, log, lines }: AppParts): App {
  const everything = inOrder([
    (request, response, next) => {
      observeRequest(request, response, { metrics, log });
      next();
    },
    ...(rateLimiter ? [rateLimiter.middleware as unknown as Step] : []),
  ]);
  const headers = browserHeaders();
  const dispatched = (route: Route) => dispatch(route, lines);
  const direct = new Map<string, Step>();
  for (const route of ingest) direct.set(route.path, inOrder([everything, dispatched(route)]));
  for (const route of api.filter(({ path }) => !path.includes(':'))) {
    direct.set(route.path, inOrder([everything, headers, dispatched(route)]));
  }
  const app = createExpressApp();
  app.use(everything);
  for (const route of ingest) app.all(route.path, dispatched(route));
  app.use(headers);
  for (const route of api) app.all(route.path, dispatched(route));
  app.use('/api/v1', notFound('prometheus'));
  app.use(['/api', '/v1'], notFound('tinyobs'));
  app.use(dashboard());
  return (request, response, next) => {
    const step = direct.get(pathOf(request)) ?? (app as unknown as Step);
    step(request, response, next);
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

/** Chart and editor libraries set styles from script, which needs inline styles; scripts are our files only. */
function browserHeaders() {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        baseUri: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    frameguard: { action: 'deny' },
    hsts: false,
  });
}
