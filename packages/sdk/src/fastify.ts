import type { MetricSource } from './hosts/exchange.js';
import type { HostOptions } from './hosts/httpMetrics.js';
import { type MeasuredRequest, type MeasuredResponse, RequestMeter } from './hosts/requestMeter.js';

export interface FastifyRequest {
  readonly raw: MeasuredRequest;
  readonly is404: boolean;
  readonly routeOptions: { readonly url?: string };
}

export interface FastifyReply {
  readonly raw: MeasuredResponse;
}

export interface FastifyInstance {
  addHook(
    name: 'onRequest',
    hook: (request: FastifyRequest, reply: FastifyReply, done: () => void) => void,
  ): unknown;
}

/** A plugin of Fastify 5. */
export type FastifyPlugin = (instance: FastifyInstance, options: unknown, done: () => void) => void;

/**
 * Fastify plugin (5) that counts and times requests by method, route pattern and status, of the instance it is
 * registered with and all within it. Requests that no route took have the route `unmatched`.
 */
export function fastifyMetrics(client: MetricSource, options: HostOptions = {}): FastifyPlugin {
  const meter = new RequestMeter(client, options);
  const plugin: FastifyPlugin = (instance, _options, done) => {
    instance.addHook('onRequest', (request, reply, next) => {
      meter.measure(request.raw, reply.raw, () => (request.is404 ? undefined : request.routeOptions.url));
      next();
    });
    done();
  };
  // By this Fastify leaves the hook in the instance of the caller, rather than in one of the plugin's own.
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true });
}
