import express, { type Express, type NextFunction } from 'express';
import helmet from 'helmet';
import { pinoHttp } from 'pino-http';
import type { Log } from '../log.js';
import type { Route } from '../routes/route.js';
import type { Metrics } from '../selfMonitoring/metrics.js';
import { dashboard } from './dashboard.js';
import { dispatch, notFound } from './dispatch.js';
import type { Request, Response } from './exchange.js';
import { observeRequest } from './observeRequest.js';
import type { RateLimiter } from './rateLimit.js';

export interface AppParts {
  /** Routes that take samples in: before everything that only browsers need. */
  readonly ingest: readonly Route[];
  readonly api: readonly Route[];
  readonly rateLimiter: RateLimiter | undefined;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** The Express app behind `handler`, in the order in which a request passes it. */
export function createApp({ ingest, api, rateLimiter, metrics, log }: AppParts): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use((request: Request, response: Response, next: NextFunction) => {
    observeRequest(request, response, metrics);
    next();
  });
  app.use(requestLog(log));
  if (rateLimiter) app.use(rateLimiter.middleware);
  addRoutes(app, ingest, metrics, log);
  app.use(browserHeaders());
  addRoutes(app, api, metrics, log);
  app.use('/api/v1', notFound('prometheus'));
  app.use(['/api', '/v1'], notFound('tinyobs'));
  app.use(dashboard());
  return app;
}

function addRoutes(app: Express, routes: readonly Route[], metrics: Metrics, log: Log): void {
  for (const route of routes) app.all(route.path, dispatch(route, metrics, log));
}

/**
 * Every request at debug: a busy server would write nothing else, and what fails on our side is logged where it
 * fails. At other levels requests are spared the making of a logger each.
 */
function requestLog(log: Log) {
  const logRequest = pinoHttp({
    logger: log,
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
  return (request: Request, response: Response, next: NextFunction) => {
    if (log.isLevelEnabled('debug')) logRequest(request, response, next);
    else next();
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
