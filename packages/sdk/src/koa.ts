import type { MetricSource } from './hosts/exchange.js';
import type { HostOptions } from './hosts/httpMetrics.js';
import { type MeasuredRequest, type MeasuredResponse, RequestMeter } from './hosts/requestMeter.js';

export interface KoaContext {
  readonly req: MeasuredRequest;
  readonly res: MeasuredResponse;
  /** Where the router leaves the pattern of its route, with its prefixes. */
  readonly _matchedRoute?: unknown;
}

/** Middleware of Koa 2 and 3. */
export type KoaMiddleware = (context: KoaContext, next: () => Promise<unknown>) => Promise<unknown>;

/**
 * Koa middleware (2 and 3) that counts and times requests by method, route pattern and status. Use it before the
 * router, which is `@koa/router`. Requests that no route took have the route `unmatched`.
 */
export function koaMetrics(client: MetricSource, options: HostOptions = {}): KoaMiddleware {
  const meter = new RequestMeter(client, options);
  return (context, next) => {
    meter.measure(context.req, context.res, () => routeOf(context));
    return next();
  };
}

function routeOf({ _matchedRoute: route }: KoaContext): string | undefined {
  return route === undefined || route === null ? undefined : String(route);
}
