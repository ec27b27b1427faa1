import { afterEach, describe, expect, it } from 'vitest';
import { answersIn, exchange, openConnection, type RawAnswer } from '../rawConnection.js';
import { startTestServer, type TestServer } from '../testServer.js';

const HEALTH = 'GET /health HTTP/1.1\r\nHost: obs\r\n\r\n';
const LAST_HEALTH = 'GET /health HTTP/1.1\r\nHost: obs\r\nConnection: close\r\n\r\n';
const SLOW_POST = [
  'POST /v1/ingest HTTP/1.1',
  'Host: obs',
  'Content-Type: application/json',
  'Content-Length: 1000',
  '\r\n',
].join('\r\n');
const CHUNKED_POST =
  'POST /v1/ingest HTTP/1.1\r\nHost: obs\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';

describe.each([
  ['with the engine in the same thread', false],
  ['with the engine in a thread of its own', true],
])('the connections of the server, %s', (_where, worker) => {
  let server: TestServer;
  afterEach(() => server.close());

  const start = async (options: Parameters<typeof startTestServer>[0] = {}): Promise<string> => {
    server = await startTestServer({ worker, ...options, server: { hosts: ['obs'], ...options.server } });
    return server.url;
  };
  const metric = async (name: string): Promise<number> => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    const line = text.split('\n').find((one) => one.startsWith(`${name} `));
    return Number(line?.slice(name.length + 1));
  };
  const unreadable = (code: string) => metric(`tinyobs_http_unreadable_requests_total{code="${code}"}`);
  const expectError = (answers: readonly RawAnswer[], status: number, code: string): void => {
    expect(answers.map((answer) => answer.status)).toEqual([status]);
    const [{ headers, body }] = answers;
    expect(headers).toMatchObject({
      connection: 'close',
      'content-type': 'application/json',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
    expect(JSON.parse(body)).toEqual({ status: 'error', code, message: expect.any(String) });
  };

  it.each([
    ['what is not HTTP', 'HELLO\r\n\r\n'],
    ['a method that there is not', 'GRAB / HTTP/1.1\r\nHost: obs\r\n\r\n'],
    [
      'two lengths of a body',
      `POST / HTTP/1.1\r\nHost: obs\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n`,
    ],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: obs\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n',
    ],
    ['chunks of no size', `${CHUNKED_POST}xyz\r\n`],
    ['HTTP/1.1 without a host', 'GET /health HTTP/1.1\r\n\r\n'],
  ])('answers 400 to %s and closes', async (_what, text) => {
    const url = await start();
    expectError(await exchange(url, text), 400, 'malformed_request');
    expect(await unreadable('malformed_request')).toBe(1);
  });

  it('answers 431 to headers past 16 KB, however many come after, and closes', async () => {
    const url = await start();
    const endless = openConnection(url, `GET /health HTTP/1.1\r\nHost: obs\r\nCookie: ${'c'.repeat(17_000)}`);
    const more = setInterval(() => endless.socket.write('c'.repeat(1000)), 5);
    const received = await endless.closed;
    clearInterval(more);
    expectError(answersIn(received), 431, 'headers_too_large');
    expect(await unreadable('headers_too_large')).toBe(1);
    const short = `GET /health HTTP/1.1\r\nHost: obs\r\nConnection: close\r\nCookie: ${'c'.repeat(15_000)}\r\n\r\n`;
    expect(await exchange(url, short)).toMatchObject([{ status: 200 }]);
  });

  it('answers a request before, and then the one that it cannot read', async () => {
    const url = await start();
    const answers = await exchange(url, `${HEALTH}HELLO\r\n\r\n`);
    expect(answers.map(({ status }) => status)).toEqual([200, 400]);
    expect(answers[1].body).toContain('malformed_request');
  });

  it('answers 408 to headers and bodies that do not come, however slowly they do', async () => {
    const url = await start({ server: { timeouts: { headers: '400ms', request: '1s' } } });
    expectError(await exchange(url, 'GET /health HTTP/1.1\r\n'), 408, 'request_timeout');
    const slow = openConnection(url, SLOW_POST);
    const drip = setInterval(() => slow.socket.write('{'), 50);
    const received = await slow.closed;
    clearInterval(drip);
    expectError(answersIn(received), 408, 'request_timeout');
    expect(await unreadable('request_timeout')).toBe(2);
    expect(await exchange(url, LAST_HEALTH)).toMatchObject([{ status: 200 }]);
  });

  it('closes connections that have been idle', async () => {
    const url = await start({ server: { timeouts: { idle: '1ms' } } });
    expect(answersIn(await openConnection(url, HEALTH).closed)).toMatchObject([
      { status: 200, headers: { connection: 'keep-alive' } },
    ]);
  });

  it('closes connections past the most at once, counts them, and takes others when there is room', async () => {
    const url = await start({ server: { connections: 3 } });
    const kept = [1, 2, 3].map(() => openConnection(url, HEALTH));
    await expect.poll(() => kept.every(({ received }) => received().endsWith('}'))).toBe(true);
    expect(await openConnection(url, HEALTH).closed).toBe('');
    expect(await openConnection(url, HEALTH).closed).toBe('');
    kept[0].socket.destroy();
    await expect.poll(() => metric('tinyobs_http_connections_open').catch(() => 'refused')).toBe(3);
    expect(await metric('tinyobs_http_connections_refused_total')).toBeGreaterThanOrEqual(2);
    for (const { socket } of kept) socket.destroy();
    await expect.poll(() => metric('tinyobs_http_connections_open')).toBe(1);
  });

  it('ignores what a client expects beside 100-continue', async () => {
    const url = await start();
    const text = LAST_HEALTH.replace('\r\n\r\n', '\r\nExpect: miracles\r\n\r\n');
    expect(await exchange(url, text)).toMatchObject([{ status: 200 }]);
  });

  it('closes although clients have connections open on which nothing comes', async () => {
    const url = await start();
    const clients = ['', 'GET /health HTTP/1.1\r\n', HEALTH].map((text) => openConnection(url, text));
    await expect.poll(() => metric('tinyobs_http_connections_open')).toBe(4);
    await server.server.close();
    await Promise.all(clients.map(({ closed }) => closed));
  });
});
