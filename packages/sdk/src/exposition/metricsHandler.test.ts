import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { metricsHandler } from '../node.js';
import { startShownClient } from '../shown.suite.js';

let server: Server;

beforeEach(async () => {
  const { client } = startShownClient();
  client.counter('orders_total', { help: 'x'.repeat(1_000) }).inc(3);
  server = createServer(metricsHandler(client)).listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(() => {
  server.close();
});

async function ask(headers: Record<string, string>, method = 'GET') {
  const { port } = server.address() as AddressInfo;
  const sent = request({ host: '127.0.0.1', port, path: '/metrics', method, headers, agent: false }).end();
  const [response] = await once(sent, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) };
}

describe('metricsHandler', () => {
  it('answers in the format asked for', async () => {
    const text = await ask({});
    expect([text.status, text.headers['content-type']]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
    ]);
    expect(text.body.toString()).toContain('\norders_total 3\n');
    const openMetrics = await ask({ accept: 'application/openmetrics-text;version=1.0.0' });
    expect(openMetrics.body.toString()).toMatch(/# EOF\n$/);
  });

  it.each([
    ['gzip, deflate', 'gzip'],
    ['br;q=1, GZIP;q=0.5', 'gzip'],
    ['gzip;q=0', undefined],
    ['identity', undefined],
  ])('takes accept-encoding %j for %s', async (asked, given) => {
    const { headers, body } = await ask({ 'accept-encoding': asked });
    expect(headers['content-encoding']).toBe(given);
    expect(Number(headers['content-length'])).toBe(body.length);
    expect((given === 'gzip' ? gunzipSync(body) : body).toString()).toContain('\norders_total 3\n');
  });

  it('answers HEAD without a body, and nothing else', async () => {
    const head = await ask({}, 'HEAD');
    expect([head.status, head.body.length]).toEqual([200, 0]);
    const post = await ask({}, 'POST');
    expect([post.status, post.headers['allow']]).toEqual([405, 'GET, HEAD']);
  });
});
