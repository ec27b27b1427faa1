import { EventEmitter, once } from 'node:events';
import { Agent, request as ask, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shown, startShownClient } from '../shown.suite.js';
import { HOSTS } from './hosts.suite.js';

const UNKNOWN_PATHS = process.env['TEST_SCALE'] === 'full' ? 10_000 : 100;

describe.each(HOSTS)('$host', ({ start, filesRoute }) => {
  let client: ReturnType<typeof startShownClient>['client'];
  let server: Server;
  let agent: Agent;
  let slow: EventEmitter;

  const listen = async (options?: Parameters<typeof start>[2]) => {
    server = await start(client, { onSlow: (response) => void slow.emit('request', response) }, options);
    if (!server.listening) await once(server, 'listening');
  };

  beforeEach(() => {
    ({ client } = startShownClient());
    agent = new Agent({ keepAlive: true, maxSockets: 1 });
    slow = new EventEmitter();
  });

  afterEach(async () => {
    agent.destroy();
    server.close();
    server.closeAllConnections();
    await client.close();
  });

  const port = () => (server.address() as AddressInfo).port;

  /** Over the one connection there is, so that the next request is answered after this one was counted. */
  async function send(
    method: string,
    path: string,
    body?: Buffer,
  ): Promise<{ status?: number; text: string }> {
    const headers = body && { 'content-type': 'application/octet-stream', 'content-length': body.length };
    const sent = ask({ agent, port: port(), host: '127.0.0.1', method, path, headers }).end(body);
    const [response] = await once(sent, 'response');
    let text = '';
    for await (const chunk of response) text += chunk;
    return { status: response.statusCode, text };
  }

  /** Values of a metric, as `labels in their order` to value, once all requests are counted. */
  async function counted(name: string): Promise<Record<string, number>> {
    await expect.poll(inFlight).toBe(0);
    const all = Object.entries(await shown(client)).filter(([series]) => series.startsWith(`${name}{`));
    return Object.fromEntries(
      all.map(([series, value]) => [
        [...series.matchAll(/"([^"]*)"/g)].map(([, text]) => text).join(' '),
        value,
      ]),
    );
  }

  async function inFlight(): Promise<number> {
    const all = Object.entries(await shown(client));
    const gauges = all.filter(([series]) =>
      /^http_(requests_in_flight|server_active_requests)\{/.test(series),
    );
    return gauges.reduce((sum, [, value]) => sum + value, 0);
  }

  it('counts by the pattern of the route', async () => {
    await listen();
    for (const id of ['1', '2', 'a%20b']) await send('GET', `/items/${id}`);
    await send('GET', '/api/v1/carts/7');
    for (const path of ['/files/a', '/files/a/b']) await send('GET', path);
    await send('POST', '/items', Buffer.from('body'));
    expect((await send('GET', '/broken')).status).toBe(500);
    const expected = {
      'GET /items/:id 200': 3,
      'GET /api/v1/carts/:cart 200': 1,
      [`GET ${filesRoute} 200`]: 2,
      'POST /items 200': 1,
      'GET /broken 500': 1,
    };
    expect(await counted('http_requests_total')).toEqual(expected);
    expect(await counted('http_request_duration_seconds_count')).toEqual(expected);
  });

  it('has one series for all paths that no route takes', { timeout: 120_000 }, async () => {
    await listen();
    await send('GET', '/nowhere');
    await expect.poll(inFlight).toBe(0);
    const before = Object.keys(await shown(client));
    for (let path = 1; path < UNKNOWN_PATHS; path++) {
      expect((await send('GET', `/nowhere/${path}`)).status).toBe(404);
    }
    await expect.poll(inFlight).toBe(0);
    expect(Object.keys(await shown(client))).toEqual(before);
    expect(await counted('http_requests_total')).toEqual({ 'GET unmatched 404': UNKNOWN_PATHS });
  });

  it('has one name for all methods that are unknown', async () => {
    await listen();
    for (const method of ['PROPFIND', 'PURGE', 'MKCOL']) await send(method, '/nowhere');
    await send('OPTIONS', '/nowhere');
    const methods = Object.keys(await counted('http_requests_total')).map((labels) => labels.split(' ')[0]);
    expect([...new Set(methods)].sort()).toEqual(['OPTIONS', 'other']);
  });

  it('knows the sizes of bodies', async () => {
    await listen();
    await send('POST', '/items', Buffer.alloc(70_000, 'x'));
    expect((await send('GET', '/parts')).text).toBe('étwoé');
    expect((await send('HEAD', '/items/42')).text).toBe('');
    expect(await counted('http_request_size_bytes_sum')).toEqual({
      'POST /items 200': 70_000,
      'GET /parts 200': 0,
      'HEAD /items/:id 200': 0,
    });
    expect(await counted('http_response_size_bytes_sum')).toEqual({
      'POST /items 200': 70_000,
      'GET /parts 200': 7,
      'HEAD /items/:id 200': 0,
    });
  });

  it('counts a client that goes away before an answer as 499, and what is in flight until then', async () => {
    await listen();
    const arrived = once(slow, 'request') as Promise<[ServerResponse]>;
    const socket = connect(port(), '127.0.0.1');
    socket.write('GET /slow HTTP/1.1\r\nHost: x\r\n\r\n');
    await arrived;
    expect(await inFlight()).toBe(1);
    socket.destroy();
    expect(await counted('http_requests_total')).toEqual({ 'GET /slow 499': 1 });
  });

  it('goes by the conventions of OpenTelemetry where asked to', async () => {
    await listen({ conventions: 'opentelemetry' });
    await send('GET', '/items/1');
    await send('GET', '/nowhere');
    await send('PURGE', '/nowhere');
    await send('GET', '/broken');
    await expect.poll(inFlight).toBe(0);
    const series = Object.keys(await shown(client));
    const durations = series.filter((one) => one.startsWith('http_server_request_duration_seconds_count'));
    expect(durations.map((one) => one.slice(one.indexOf('{')))).toEqual(
      expect.arrayContaining([
        '{http_request_method="GET",url_scheme="http",http_route="/items/:id",http_response_status_code="200"}',
        '{http_request_method="GET",url_scheme="http",http_response_status_code="404"}',
        '{http_request_method="_OTHER",url_scheme="http",http_response_status_code="404"}',
        '{http_request_method="GET",url_scheme="http",http_route="/broken",http_response_status_code="500",error_type="500"}',
      ]),
    );
    expect(series).toContain('http_server_active_requests{http_request_method="GET",url_scheme="http"}');
    expect(series.some((one) => one.startsWith('http_server_response_body_size_bytes_sum'))).toBe(true);
    expect(series.filter((one) => one.startsWith('http_requests'))).toEqual([]);
  });
});
