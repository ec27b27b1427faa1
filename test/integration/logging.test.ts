import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startProgram, startTinyObs } from '../programs.js';
import { getApi, rawRequest, startTestServer, type TestServer } from '../testServer.js';

const SLOW = 'quantile_over_time(0.5, vector(time() ^ 2 % 9973)[24h:1s])';
const TIMED_OUT = `/api/v1/query?timeout=0.001&query=${encodeURIComponent(SLOW)}`;
const ADMIN_KEY = 'test-admin-key-0123456789abcdef';
const GENERATED = /^[A-Za-z0-9._-]{5,64}$/;

describe('the log', () => {
  let server: TestServer;
  let lines: Record<string, unknown>[];
  const logger = pino({ base: undefined }, { write: (line) => void lines.push(JSON.parse(line)) });
  beforeEach(async () => {
    lines = [];
    logger.level = 'info';
    server = await startTestServer({ logger, log: { repeats: 3 } });
    lines = [];
  });
  afterEach(() => server.close());

  it.each([
    ['GET', '/api/v1/query?query=1', 200],
    ['GET', '/api/v1/query?query=(', 400],
    ['OPTIONS', '/api/v1/query', 204],
    ['GET', '/v1/nothing', 404],
    ['GET', '/', 200],
    ['GET', '/api/v1/label/%/values', 400],
    ['PUT', '/v1/ingest', 405],
    ['GET', TIMED_OUT, 503],
  ])('has an id for %s %s', async (method, path, status) => {
    const made = await fetch(server.url + path, { method });
    expect([made.status, made.headers.get('x-request-id')]).toEqual([
      status,
      expect.stringMatching(GENERATED),
    ]);
    const given = await fetch(server.url + path, { method, headers: { 'X-Request-Id': 'order-66' } });
    expect(given.headers.get('x-request-id')).toBe('order-66');
  });

  it('tells of what is our fault under the id that the answer names', async () => {
    const answer = await fetch(server.url + TIMED_OUT);
    const requestId = answer.headers.get('x-request-id');
    expect(await answer.json()).toMatchObject({ code: 'query_timeout', requestId });
    expect(lines).toEqual([
      expect.objectContaining({
        level: 40,
        requestId,
        route: '/api/v1/query',
        msg: expect.stringMatching(/timed out/),
      }),
    ]);
  });

  it('is not about requests that are wrong, nor about those that are right', async () => {
    await fetch(`${server.url}/api/v1/query?query=(`);
    await fetch(`${server.url}/api/v1/query?query=1`);
    expect(lines).toEqual([]);
  });

  it('has every request from the moment on that the level is debug', async () => {
    logger.level = 'debug';
    const answer = await fetch(`${server.url}/api/v1/query?query=secret`, {
      headers: { 'X-Request-Id': 'r-1' },
    });
    await answer.text();
    await expect.poll(() => lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      level: 20,
      requestId: 'r-1',
      method: 'GET',
      route: '/api/v1/query',
      path: '/api/v1/query',
      status: 200,
      client: '127.0.0.1',
    });
    logger.level = 'info';
    await fetch(`${server.url}/api/v1/query?query=1`);
    expect(lines).toHaveLength(1);
  });

  it('has an id for who is turned away before a route is reached', async () => {
    const ids = { 'X-Request-Id': 'turned-away' };
    const foreign = await rawRequest(`${server.url}/api/v1/labels`, {
      headers: { ...ids, Host: 'evil.example' },
    });
    expect([foreign.status, foreign.headers['x-request-id']]).toEqual([403, 'turned-away']);
    const guarded = await startTestServer({
      logger,
      auth: { adminKey: ADMIN_KEY },
      limits: { requestsPerMinute: 3 },
    });
    const statuses: number[] = [];
    for (const key of ['', 'Bearer wrong', '', '']) {
      const headers = { ...ids, Authorization: key };
      const answer = await fetch(`${guarded.url}/api/v1/labels`, { headers });
      statuses.push(answer.status);
      expect(answer.headers.get('x-request-id')).toBe('turned-away');
    }
    expect(statuses).toEqual([401, 401, 401, 429]);
    await guarded.close();
  });

  it('has no key, neither where one is asked for nor where one is sent by mistake', async () => {
    logger.level = 'trace';
    const guarded = await startTestServer({ logger, auth: { adminKey: ADMIN_KEY } });
    const headers = { Authorization: `Bearer ${ADMIN_KEY}`, 'Content-Type': 'application/json' };
    const made = await fetch(`${guarded.url}/v1/keys`, {
      method: 'POST',
      headers,
      body: '{"name":"a","scopes":["read"]}',
    });
    const { id, key } = (await made.json()) as { id: string; key: string };
    const send = async (path: string, more: Record<string, string> = {}) =>
      (await fetch(guarded.url + path, { method: 'DELETE', headers: { ...headers, ...more } })).text();
    await send(`/v1/keys/${key}`);
    await send(`/v1/keys/${id}?key=${key}`, { 'X-Request-Id': key });
    await send(`/api/v1/labels/${key}`, { Authorization: `Basic ${btoa(`any:${key}`)}` });
    await guarded.close();
    const log = JSON.stringify(lines);
    expect(log).toContain(`DELETE /v1/keys/${id}`);
    expect(log).toContain('"msg":"request answered"');
    expect(log).not.toContain(ADMIN_KEY);
    expect(log).not.toContain(key.slice(-43));
    expect(log).not.toContain(btoa(`any:${key}`).slice(-40));
  });

  it('leaves out what repeats itself, counts it and says so', async () => {
    for (let i = 0; i < 5; i++) await fetch(server.url + TIMED_OUT);
    expect(lines).toHaveLength(3);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain('tinyobs_log_lines_suppressed_total{level="warn"} 2\n');
    await server.server.close();
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 40, kind: 'query_timeout /api/v1/query', suppressed: 2 }),
    );
  });
});

describe.each([
  ["in the host's thread", false],
  ['in a thread of its own', true],
])('log.repeats %s', (_where, worker) => {
  it('holds as it is changed while the server runs', async () => {
    const lines: { level: number; msg: string }[] = [];
    const logger = pino({ base: undefined }, { write: (line) => void lines.push(JSON.parse(line)) });
    const server = await startTestServer({ logger, worker, log: { repeats: 1 } });
    const warnings = () => lines.filter(({ level }) => level === 40).length;
    const fail = async (times: number) => {
      for (let i = 0; i < times; i++) await (await fetch(server.url + TIMED_OUT)).text();
    };
    await fail(3);
    await expect.poll(warnings).toBe(1);
    await server.server.obs.reload({
      listen: '127.0.0.1:0',
      dataDir: server.dataDir,
      log: { repeats: 2 },
      selfMonitoring: { interval: 'off' },
      storage: { retention: { raw: 'off' } },
      limits: { requestsPerMinute: 'off' },
    });
    await fail(3);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain('tinyobs_log_lines_suppressed_total{level="warn"} 4\n');
    await expect.poll(warnings).toBe(2);
    await server.close();
  });
});

/** A host that gives no logger: lines of the engine's thread go to its standard error. */
const HOST = `
import('@tinyobs/server').then(async ({ createTinyObs }) => {
  const obs = await createTinyObs({ dataDir: process.argv[1], worker: true, log: { level: 'debug' } });
  const server = require('node:http').createServer(obs.handler).listen(0, '127.0.0.1');
  server.once('listening', () => console.log('listening on ' + server.address().port));
});
`;

describe('the log of the program', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tinyobs-logging-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is written by the host where it has a thread of its own', async () => {
    const host = startProgram(process.execPath, ['-e', HOST, folder]);
    const [, port] = await host.waitFor(/listening on (\d+)/);
    const headers = { 'X-Request-Id': 'through-both' };
    await (await fetch(`http://127.0.0.1:${port}/health`, { headers })).text();
    const [line] = await host.waitFor(/^\{.*"request answered"\}$/m);
    expect(JSON.parse(line)).toMatchObject({
      name: 'tinyobs',
      level: 20,
      requestId: 'through-both',
      route: '/health',
    });
    await host.stop();
  });

  it('has no secret and no control character, whatever comes in', async () => {
    const program = await startTinyObs(folder, ['--set', 'log.level=trace']);
    const headers = {
      Authorization: 'Bearer hush',
      Cookie: 'session=hush',
      'X-Api-Key': 'hush',
      'X-Request-Id': 'hush {"level":60}',
    };
    for (const path of [
      '/api/v1/query?query=1&',
      '/v1/nothing?',
      '/api/v1/query?query=(&',
      '/?',
      '/api/v1/label/%/values?',
      `${TIMED_OUT}&`,
    ]) {
      await (await fetch(`${program.url}${path}token=hush&key=hush`, { headers })).text();
    }
    const { port } = new URL(program.url);
    const socket = connect(Number(port), '127.0.0.1');
    const answered = text(socket);
    socket.write(
      Buffer.from(
        'GET /api/v1/%9B2J%0a%1b[31m?hush HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: \x9b1m\r\nConnection: close\r\n\r\n',
        'latin1',
      ),
    );
    expect(await answered).toMatch(/^HTTP\/1.1 404 /);
    await program.waitFor(/"path":"\/api\/v1\/%9B2J/);
    const { data } = await getApi(program.url, '/api/v1/query', { query: '1' });
    expect(data.result).toBeDefined();
    expect(await program.stop()).toBe(0);
    const log = program
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'));
    expect(log.length).toBeGreaterThan(8);
    for (const line of log) {
      expect(JSON.parse(line)).toMatchObject({ name: 'tinyobs', msg: expect.any(String) });
      expect(line).toMatch(/^[ -~]*$/);
      expect(line).not.toContain('hush');
    }
  });
});
