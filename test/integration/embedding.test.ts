import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTinyObs, type TinyObs, type TinyObsOptions } from '@tinyobs/server';
import express from 'express';
import express4 from 'express4';
import fastify from 'fastify';
import Koa from 'koa';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { getApi, postJson } from '../testServer.js';

let dataDir: string;
let obs: TinyObs;
let closeHost: () => Promise<unknown>;

let worker = false;

async function embed(basePath = '', options: TinyObsOptions = {}): Promise<TinyObs> {
  dataDir = mkdtempSync(join(tmpdir(), 'tinyobs-embed-'));
  obs = await createTinyObs({ dataDir, basePath, worker, log: { level: 'silent' }, ...options });
  return obs;
}

async function listen(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  closeHost = () => new Promise((resolve) => server.close(resolve).closeAllConnections());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What a user of any host does: send samples, ask for them, open the dashboard, use the host's own routes. */
async function expectToWork(origin: string, mount: string): Promise<void> {
  const url = origin + mount;
  const sent = await postJson(url, { metrics: [{ name: 'embedded', value: 3, labels: { host: 'app' } }] });
  expect([sent.status, await sent.json()]).toEqual([200, expect.objectContaining({ count: 1 })]);
  const form = new URLSearchParams({ query: 'embedded' });
  const asked = await fetch(`${url}/api/v1/query`, { method: 'POST', body: form });
  expect(await asked.json()).toMatchObject({
    data: { result: [{ metric: { host: 'app' }, value: [expect.any(Number), '3'] }] },
  });
  expect((await fetch(`${url}/health`)).status).toBe(200);
  const unknown = await fetch(`${url}/api/v1/nothing`);
  expect([unknown.status, await unknown.json()]).toEqual([
    404,
    expect.objectContaining({ code: 'not_found' }),
  ]);
  const page = await fetch(`${url}/`);
  expect([page.status, page.headers.get('content-type')]).toEqual([
    200,
    expect.stringContaining('text/html'),
  ]);
  expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
  const redirected = await fetch(url, { redirect: 'manual' });
  if (mount !== '') {
    expect(redirected.status).toBe(308);
    expect(new URL(redirected.headers.get('location') ?? '', url).pathname).toBe(`${mount}/`);
  }
  const own = await fetch(`${origin}/own`);
  expect([own.status, await own.text()]).toEqual([200, 'the host']);
}

describe.each([
  ["in the host's thread", false],
  ['in a thread of its own', true],
])('embedded %s', (_where, inThread) => {
  beforeAll(() => {
    worker = inThread;
  });
  afterEach(async () => {
    await closeHost();
    await obs.close();
    await rm(dataDir, { recursive: true });
  });

  it.each([
    ['before its body parsers', false],
    ['after its body parsers', true],
  ])('works in Express 5 %s', async (_when, after) => {
    const { handler } = await embed();
    const app = express();
    if (after) app.use(express.json(), express.urlencoded());
    app.use('/obs', handler);
    app.use(express.json());
    app.get('/own', (_request, response) => void response.send('the host'));
    await expectToWork(await listen(app), '/obs');
  });

  it.each([
    ['before its body parsers', false],
    ['after its body parsers', true],
  ])('works in Express 4 %s, below a deeper path', async (_when, after) => {
    const { handler } = await embed();
    const app = express4();
    if (after) app.use(express4.json(), express4.urlencoded({ extended: true }), express4.text());
    app.use('/deep/er', handler);
    app.get('/own', (request, response) => void response.send(request.get('host') ? 'the host' : 'lost'));
    await expectToWork(await listen(app as unknown as RequestListener), '/deep/er');
  });

  it('lets a host of another Express version go on with what is not ours', async () => {
    const { handler } = await embed();
    const app = express4();
    app.use(handler);
    app.get('/own', (_request, response) => void response.status(200).send('the host'));
    await expectToWork(await listen(app as unknown as RequestListener), '');
  });

  it('works in node:http below a base path', async () => {
    const { handler } = await embed('/obs/');
    const origin = await listen((request, response) => {
      handler(request, response, () => response.end(request.url === '/own' ? 'the host' : 'lost'));
    });
    await expectToWork(origin, '/obs');
  });

  it("leaves a host's own pages as they are, whatever becomes of TinyObs", async () => {
    const { handler } = await embed('/obs', {
      limits: { requestsPerMinute: 2 },
      server: { cors: { origins: '*' } },
    });
    const origin = await listen((request, response) => {
      handler(request, response, () => response.end(request.url));
    });
    const expectUntouched = async (path: string) => {
      const page = await fetch(origin + path, { headers: { origin: 'https://app.example' } });
      expect([page.status, await page.text()]).toEqual([200, path]);
      const names = [...page.headers.keys()];
      expect(names.sort()).toEqual(['connection', 'content-length', 'date', 'keep-alive']);
    };
    for (const path of ['/own', '/obs/own', '/obs/own?a=b', '/own', '/obs/own']) await expectUntouched(path);
    expect((await fetch(`${origin}/obs/health`)).status).toBe(200);
    await obs.close();
    for (const path of ['/own', '/obs/own']) await expectUntouched(path);
    expect((await fetch(`${origin}/obs/health`)).status).toBe(503);
  });

  it('works in Koa', async () => {
    const { handler } = await embed('/obs');
    const app = new Koa();
    app.use(async (context, next) => {
      if (!/^\/obs(\/|$)/.test(context.path)) return next();
      context.respond = false;
      handler(context.req, context.res);
    });
    app.use((context) => {
      context.body = 'the host';
    });
    await expectToWork(await listen(app.callback()), '/obs');
  });

  it('works in Fastify', async () => {
    const { handler } = await embed('/obs');
    const app = fastify();
    app.register((scope, _options, done) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null));
      scope.all('/obs', (request, reply) => handler(request.raw, reply.hijack().raw));
      scope.all('/obs/*', (request, reply) => handler(request.raw, reply.hijack().raw));
      done();
    });
    app.get('/own', () => 'the host');
    const origin = await app.listen({ port: 0, host: '127.0.0.1' });
    closeHost = () => app.close();
    await expectToWork(origin, '/obs');
  });

  it('watches itself from the first moment, and refuses after close', async () => {
    const { handler } = await embed();
    const url = await listen(handler);
    await expect
      .poll(
        async () =>
          (await getApi(url, '/api/v1/query', { query: 'tinyobs_storage_series{job="tinyobs"}' })).data
            .result,
      )
      .toHaveLength(1);
    await obs.close();
    await obs.close();
    expect((await fetch(`${url}/health`)).status).toBe(503);
  });

  it('installs no signal handler', async () => {
    const before = process.listenerCount('SIGTERM') + process.listenerCount('SIGINT');
    const { handler } = await embed();
    await listen(handler);
    expect(process.listenerCount('SIGTERM') + process.listenerCount('SIGINT')).toBe(before);
  });
});
