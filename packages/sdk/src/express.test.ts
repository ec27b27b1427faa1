import { EventEmitter, once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import express4 from 'express4';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expressMetrics } from './express.js';
import { FakeBackend } from './fakeBackend.suite.js';
import { startTestClient, type TestClient } from './testClient.suite.js';

let backend: FakeBackend;
let test: TestClient;
let app: Express;
let server: Server;
/** Emits 'closed' after the middleware has heard that a response closed. */
let responses: EventEmitter;

beforeEach(async () => {
  backend = await FakeBackend.start();
  test = startTestClient(backend.endpoint);
  responses = new EventEmitter();
  app = express();
  app.use(expressMetrics(test.client));
  app.use((_request, response, next) => {
    response.once('close', () => responses.emit('closed'));
    next();
  });
  server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(async () => {
  server.close();
  server.closeAllConnections();
  await test.client.close();
  await backend.stop();
});

const port = () => (server.address() as AddressInfo).port;

async function request(path: string, method = 'GET'): Promise<void> {
  const closed = once(responses, 'closed');
  const response = await fetch(`http://127.0.0.1:${port()}${path}`, { method });
  await response.arrayBuffer();
  await closed;
}

/** What was counted, as `METHOD route status`. */
async function counted(): Promise<Record<string, number | string>> {
  await test.client.flush();
  const requests = backend.rowsOf('http_requests_total');
  const timed = backend.rowsOf('http_request_duration_seconds_count');
  expect(timed.map((row) => [row.labels, row.value])).toEqual(requests.map((row) => [row.labels, row.value]));
  return Object.fromEntries(
    requests.map(({ labels, value }) => [
      `${labels['method']} ${labels['route']} ${labels['status']}`,
      value,
    ]),
  );
}

const ok = (_request: Request, response: Response) => void response.send('ok');

/** Sends bytes as they are, and leaves the connection open. */
function sendRaw(text: string) {
  const socket = connect(port(), '127.0.0.1');
  socket.write(text);
  return socket;
}

describe('route patterns', () => {
  it('are those the app was written with, not the paths requested', async () => {
    app.get('/items/:id', ok);
    app.post('/items', (_request, response) => void response.status(201).end());
    for (const path of ['/items/1', '/items/2?q=1', '/items/%C3%A9']) await request(path);
    await request('/items', 'POST');
    expect(await counted()).toEqual({ 'GET /items/:id 200': 3, 'POST /items 201': 1 });
  });

  it('include where a router is mounted, however deep', async () => {
    const items = express.Router().get('/:id', ok).get('/', ok);
    const api = express.Router().use('/items', items);
    app.use('/api', api);
    for (const path of ['/api/items/1', '/api/items', '/api/items/']) await request(path);
    expect(await counted()).toEqual({ 'GET /api/items/:id 200': 1, 'GET /api/items 200': 2 });
  });

  it('name the parameters of a mount point', async () => {
    const orders = express.Router().get('/orders/:order', ok);
    app.use('/users/:user', (_request, _response, next) => next());
    app.use('/users/:user', orders);
    app.use('/shops/:shop/:shelf', express.Router({ mergeParams: true }).use('/in/:colour', orders));
    for (const user of ['1', '2', 'users', 'a%20b']) await request(`/users/${user}/orders/7`);
    await request('/shops/s/7/in/red/orders/7');
    expect(await counted()).toEqual({
      'GET /users/:user/orders/:order 200': 4,
      'GET /shops/:shop/:shelf/in/:colour/orders/:order 200': 1,
    });
  });

  it('survive an error that leaves the router', async () => {
    const api = express.Router();
    api.get('/boom/:id', () => {
      throw new Error('broken');
    });
    api.get('/reject/:id', async () => {
      throw new Error('broken');
    });
    app.use('/api', api);
    app.use((_error: unknown, _request: Request, response: Response, _next: NextFunction) => {
      response.status(500).end();
    });
    await request('/api/boom/1');
    await request('/api/reject/2');
    expect(await counted()).toEqual({ 'GET /api/boom/:id 500': 1, 'GET /api/reject/:id 500': 1 });
  });

  it('are those of the route that answered when several match', async () => {
    const guard = express.Router().all('/*rest', (_request, _response, next) => next());
    app.use('/api', guard);
    app.get('/api/real', ok);
    await request('/api/real');
    expect(await counted()).toEqual({ 'GET /api/real 200': 1 });
  });

  it('of an app within the app are whole', async () => {
    const inner = express();
    inner.get('/deep/:id', ok);
    app.use('/inner', inner);
    await request('/inner/deep/1');
    expect(await counted()).toEqual({ 'GET /inner/deep/:id 200': 1 });
  });

  it('may be lists and regular expressions', async () => {
    app.get(['/a', '/b'], ok);
    app.get(/^\/x\d+$/, ok);
    for (const path of ['/a', '/b', '/x1', '/x2']) await request(path);
    expect(await counted()).toEqual({ 'GET /a|/b 200': 2, 'GET /^\\/x\\d+$/ 200': 2 });
  });

  it('of an app of another copy of Express, which is handed requests, are its own', async () => {
    const other = express4();
    other.get('/deep/:id', (_request, response) => void response.send('ok'));
    other.use(
      '/users/:user',
      express4.Router().get('/:id', (_request, response) => void response.send('ok')),
    );
    app.use(other as unknown as express.RequestHandler);
    for (const path of ['/deep/1', '/deep/2', '/users/1/2']) await request(path);
    expect(await counted()).toEqual({ 'GET /deep/:id 200': 2, 'GET /users/:user/:id 200': 1 });
  });

  it('are the same to every client that measures', async () => {
    const second = startTestClient(backend.endpoint, { defaultLabels: { seen_by: 'second' } });
    app.use(expressMetrics(second.client));
    app.use('/api', express.Router().get('/:id', ok));
    await request('/api/1');
    expect(await counted()).toEqual({ 'GET /api/:id 200': 1 });
    await second.client.flush();
    const seen = backend.rowsOf('http_requests_total');
    expect(seen.map(({ labels, value }) => [labels['seen_by'], labels['route'], value])).toEqual([
      ['second', '/api/:id', 1],
    ]);
    await second.client.close();
  });

  it('are one label for all paths that no route takes', async () => {
    app.use('/static', (_request, response) => void response.send('file'));
    for (const path of ['/nowhere', '/wp-login.php', '/static/a', '/static/b', '/%E0%A4%A'])
      await request(path);
    expect(await counted()).toEqual({
      'GET unmatched 404': 3,
      'GET unmatched 200': 2,
    });
  });
});

describe('requests', () => {
  it('of unknown methods are counted under one name', async () => {
    app.use((_request, response) => void response.send('ok'));
    await request('/', 'PROPFIND');
    await request('/', 'PURGE');
    expect(await counted()).toEqual({ 'other unmatched 200': 2 });
  });

  it('whose client went away before an answer are counted as 499, once', async () => {
    const arrived = new EventEmitter();
    app.get('/slow/:id', (_request, response) => void arrived.emit('request', response));
    const socket = sendRaw('GET /slow/1 HTTP/1.1\r\nHost: x\r\n\r\n');
    const [response] = (await once(arrived, 'request')) as [Response];
    const closed = once(responses, 'closed');
    socket.destroy();
    await closed;
    response.send('too late');
    expect(await counted()).toEqual({ 'GET /slow/:id 499': 1 });
  });

  it('whose client went away within the answer keep its status', async () => {
    app.get('/stream', (_request, response) => void response.write('first part'));
    const socket = sendRaw('GET /stream HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket, 'data');
    const closed = once(responses, 'closed');
    socket.destroy();
    await closed;
    expect(await counted()).toEqual({ 'GET /stream 200': 1 });
  });

  it('are counted once when the middleware is used twice', async () => {
    app.use('/api', expressMetrics(test.client), express.Router().get('/x', ok));
    await request('/api/x');
    expect(await counted()).toEqual({ 'GET /api/x 200': 1 });
  });

  it('leave the request as handlers know it', async () => {
    const api = express.Router().get('/:id', (request, response) => {
      response.json({ baseUrl: request.baseUrl, path: request.route.path, id: request.params.id });
    });
    app.use('/api', api);
    const response = await fetch(`http://127.0.0.1:${port()}/api/7`);
    expect(await response.json()).toEqual({ baseUrl: '/api', path: '/:id', id: '7' });
  });

  it('are not changed in apps that measure nothing', async () => {
    await request('/');
    const unmeasured = express();
    unmeasured.use(
      '/api',
      express.Router().get('/:id', ({ baseUrl, route }, response) => {
        response.json({ baseUrl, path: route.path });
      }),
    );
    const other = unmeasured.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const response = await fetch(`http://127.0.0.1:${(other.address() as AddressInfo).port}/api/7`);
    expect(await response.json()).toEqual({ baseUrl: '/api', path: '/:id' });
    other.close();
    other.closeAllConnections();
    expect(await counted()).toEqual({ 'GET unmatched 404': 1 });
  });
});
