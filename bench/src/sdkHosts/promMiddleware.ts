import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import type { FastifyInstance } from 'fastify';
import type { Middleware } from 'koa';
import { Counter, collectDefaultMetrics, Histogram, register } from 'prom-client';

const labelNames = ['method', 'route', 'status'] as const;

/** What people write by hand to measure requests with prom-client: a counter and a histogram by route. */
export class PromMiddleware {
  readonly #requests = new Counter({ name: 'http_requests_total', help: 'Requests', labelNames });
  readonly #seconds = new Histogram({ name: 'http_request_duration_seconds', help: 'Durations', labelNames });

  constructor() {
    collectDefaultMetrics();
  }

  text(): Promise<string> {
    return register.metrics();
  }

  express(): RequestHandler {
    return (request, response, next) => {
      this.#measure(request, response, () => request.baseUrl + (request.route?.path ?? 'unmatched'));
      next();
    };
  }

  fastify(app: FastifyInstance): void {
    app.addHook('onRequest', (request, reply, done) => {
      this.#measure(request.raw, reply.raw, () => request.routeOptions.url ?? 'unmatched');
      done();
    });
  }

  koa(): Middleware {
    return async (context, next) => {
      this.#measure(context.req, context.res, () => String(context['_matchedRoute'] ?? 'unmatched'));
      await next();
    };
  }

  handler(handle: RequestListener, routeOf: (request: IncomingMessage) => string): RequestListener {
    return (request, response) => {
      this.#measure(request, response, () => routeOf(request));
      handle(request, response);
    };
  }

  #measure(request: IncomingMessage, response: ServerResponse, route: () => string): void {
    const end = this.#seconds.startTimer();
    response.once('finish', () => {
      const labels = { method: request.method ?? '', route: route(), status: String(response.statusCode) };
      this.#requests.inc(labels);
      end(labels);
    });
  }
}
