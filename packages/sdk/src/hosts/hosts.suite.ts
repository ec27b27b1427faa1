import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import Router from '@koa/router';
import express from 'express';
import express4 from 'express4';
import Fastify, { type FastifyInstance } from 'fastify';
import Koa from 'koa';
import type { Client } from '../client.js';
import { expressMetrics } from '../express.js';
import { fastifyMetrics } from '../fastify.js';
import { measureHandler, setRoute } from '../http.js';
import { koaMetrics } from '../koa.js';
import type { HostOptions } from './httpMetrics.js';

/** What an app of the suite does besides, whatever its host. */
export interface Doings {
  /** Takes the response of a request that is never answered. */
  readonly onSlow: (response: ServerResponse) => void;
}

/**
 * The same app on a host: `GET /items/:id` answers the id, `POST /items` all that it is sent, `GET /broken` throws,
 * `GET /slow` never answers, `GET /parts` writes its answer in parts, `GET /api/v1/carts/:cart` is in routers
 * within one another and `GET /files/*` takes whatever is below.
 */
export interface HostCase {
  readonly host: string;
  readonly start: (client: Client, doings: Doings, options?: HostOptions) => Promise<Server> | Server;
  /** How the host writes the route of `/files/`. */
  readonly filesRoute: string;
}

export const HOSTS: readonly HostCase[] = [
  {
    host: 'express 5',
    start: (...given) => startExpress(express, '/files/*path', given),
    filesRoute: '/files/*path',
  },
  {
    host: 'express 4',
    start: (...given) => startExpress(express4 as unknown as typeof express, '/files/*', given),
    filesRoute: '/files/*',
  },
  { host: 'fastify', start: startFastify, filesRoute: '/files/*' },
  { host: 'koa', start: startKoa, filesRoute: '/files/{*path}' },
  { host: 'node:http', start: startHttp, filesRoute: '/files/*' },
];

function startExpress(
  library: typeof express,
  files: string,
  [client, { onSlow }, options]: Parameters<HostCase['start']>,
): Server {
  const app = library();
  app.set('env', 'test');
  app.use(expressMetrics(client, options));
  app.get('/items/:id', (request, response) => void response.send(request.params.id));
  app.post('/items', (request, response) => void pipeline(request, response));
  app.get('/broken', () => {
    throw new Error('broken');
  });
  app.get('/slow', (_request, response) => onSlow(response));
  app.get('/parts', (_request, response) => {
    response.write('é');
    response.write(Buffer.from('two'));
    response.end('c3a9', 'hex');
  });
  app.get(files, (_request, response) => void response.send('file'));
  const carts = library.Router().get('/:cart', (_request, response) => void response.send('cart'));
  app.use('/api', library.Router().use('/v1', library.Router().use('/carts', carts)));
  return app.listen(0, '127.0.0.1');
}

async function startFastify(client: Client, { onSlow }: Doings, options?: HostOptions): Promise<Server> {
  const app = Fastify();
  app.register(fastifyMetrics(client, options));
  app.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));
  app.get('/items/:id', (request) => (request.params as { id: string }).id);
  app.post('/items', (request, reply) => reply.send(request.body));
  app.get('/broken', () => {
    throw new Error('broken');
  });
  app.get('/slow', (_request, reply) => {
    reply.hijack();
    onSlow(reply.raw);
  });
  app.get('/parts', (_request, reply) => {
    reply.hijack();
    reply.raw.write('é');
    reply.raw.write(Buffer.from('two'));
    reply.raw.end('c3a9', 'hex');
  });
  app.get('/files/*', () => 'file');
  const v1 = (instance: FastifyInstance, _options: unknown, done: () => void) => {
    instance.get('/carts/:cart', () => 'cart');
    done();
  };
  const api = (instance: FastifyInstance, _options: unknown, done: () => void) => {
    instance.register(v1, { prefix: '/v1' });
    done();
  };
  app.register(api, { prefix: '/api' });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return app.server;
}

function startKoa(client: Client, { onSlow }: Doings, options?: HostOptions): Server {
  const app = new Koa();
  app.silent = true;
  app.use(koaMetrics(client, options));
  const router = new Router();
  router.get('/items/:id', (context) => {
    context.body = context['params'].id;
  });
  router.post('/items', (context) => {
    context.body = context.req;
  });
  router.get('/broken', () => {
    throw new Error('broken');
  });
  router.get('/slow', (context) => {
    context.respond = false;
    onSlow(context.res);
  });
  router.get('/parts', (context) => {
    context.respond = false;
    context.res.statusCode = 200;
    context.res.write('é');
    context.res.write(Buffer.from('two'));
    context.res.end('c3a9', 'hex');
  });
  router.get('/files/{*path}', (context) => {
    context.body = 'file';
  });
  const carts = new Router().get('/carts/:cart', (context) => {
    context.body = 'cart';
  });
  const v1 = new Router({ prefix: '/v1' }).use(carts.routes());
  router.use('/api', v1.routes());
  app.use(router.routes());
  return app.listen(0, '127.0.0.1');
}

function startHttp(client: Client, { onSlow }: Doings, options?: HostOptions): Server {
  const routes: [RegExp, string, (request: IncomingMessage, response: ServerResponse) => unknown][] = [
    [/^GET \/items\/[^/]+$/, '/items/:id', (request, response) => response.end(request.url?.slice(7))],
    [/^POST \/items$/, '/items', (request, response) => pipeline(request, response)],
    [/^GET \/broken$/, '/broken', (_request, response) => response.writeHead(500).end()],
    [/^GET \/slow$/, '/slow', (_request, response) => onSlow(response)],
    [
      /^GET \/parts$/,
      '/parts',
      (_request, response) => {
        response.write('é');
        response.write(Buffer.from('two'));
        response.end('c3a9', 'hex');
      },
    ],
    [/^GET \/files\//, '/files/*', (_request, response) => response.end('file')],
    [/^GET \/api\/v1\/carts\//, '/api/v1/carts/:cart', (_request, response) => response.end('cart')],
  ];
  const handler = (request: IncomingMessage, response: ServerResponse) => {
    // Like the other hosts, it answers HEAD as it does GET.
    const asked = `${request.method === 'HEAD' ? 'GET' : request.method} ${request.url}`;
    const found = routes.find(([pattern]) => pattern.test(asked));
    if (found === undefined) return response.writeHead(404).end('not found');
    setRoute(request, found[1]);
    return found[2](request, response);
  };
  return createServer(measureHandler(client, handler, options)).listen(0, '127.0.0.1');
}
