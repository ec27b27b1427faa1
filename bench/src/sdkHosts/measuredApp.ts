import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import Router from '@koa/router';
import { createClient } from '@tinyobs/sdk';
import { fastifyMetrics } from '@tinyobs/sdk/fastify';
import { measureHandler, setRoute } from '@tinyobs/sdk/http';
import { koaMetrics } from '@tinyobs/sdk/koa';
import express from 'express';
import Fastify from 'fastify';
import Koa from 'koa';
import { PromMiddleware } from './promMiddleware.js';
import { type Host, INTERVAL_MS, ITEMS_PATH, type Metrics } from './setup.js';

/**
 * An app on one host, with metrics of one kind or none, as a process of its own. Arguments: the host, the metrics, the
 * address to push to. It writes its address to standard output and ends on SIGTERM.
 */
const [host, metrics, endpoint] = process.argv.slice(2) as [Host, Metrics, string];

/** About 1 KB of JSON. */
const ITEMS = Array.from({ length: 16 }, (_, id) => ({
  id,
  name: `item ${id}`,
  price: 100 + id,
  inStock: true,
}));

const sdk =
  metrics === '@tinyobs/sdk'
    ? createClient({
        endpoint,
        service: 'shop',
        intervalMs: INTERVAL_MS,
        requestTimeoutMs: 2_000,
        onError: () => {},
      })
    : undefined;
const prom = metrics === 'prom-client' ? new PromMiddleware() : undefined;

const START: Readonly<Record<Host, () => Promise<RequestListener> | RequestListener>> = {
  Express: () => {
    const app = express();
    if (sdk) app.use(sdk.express());
    if (prom) app.use(prom.express());
    app.get('/items/:id', (_request, response) => void response.json(ITEMS));
    app.get('/metrics', async (_request, response) => void response.send(await prom?.text()));
    return app;
  },
  Fastify: async () => {
    const app = Fastify();
    if (sdk) app.register(fastifyMetrics(sdk));
    prom?.fastify(app);
    app.get('/items/:id', () => ITEMS);
    app.get('/metrics', () => prom?.text());
    await app.ready();
    return (request, response) => app.routing(request, response);
  },
  Koa: () => {
    const router = new Router();
    router.get('/items/:id', (context) => {
      context.body = ITEMS;
    });
    router.get('/metrics', async (context) => {
      context.body = await prom?.text();
    });
    const app = new Koa();
    if (sdk) app.use(koaMetrics(sdk));
    if (prom) app.use(prom.koa());
    return app.use(router.routes()).callback();
  },
  'node:http': () => {
    const handle: RequestListener = async (request, response) => {
      const isItem = request.url?.startsWith(ITEMS_PATH) === true;
      if (isItem && sdk) setRoute(request, '/items/:id');
      response.setHeader('content-type', isItem ? 'application/json' : 'text/plain');
      response.end(isItem ? JSON.stringify(ITEMS) : await prom?.text());
    };
    if (sdk) return measureHandler(sdk, handle);
    return (
      prom?.handler(handle, (request) =>
        request.url?.startsWith(ITEMS_PATH) ? '/items/:id' : 'unmatched',
      ) ?? handle
    );
  },
};

const server = createServer(await START[host]()).listen(0, '127.0.0.1', () => {
  process.stdout.write(`Listening on http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
process.once('SIGTERM', () => process.exit());
