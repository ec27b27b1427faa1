import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importText, rawRequest, startTestServer, type TestServer } from '../testServer.js';

/** What every answer has; scripts are files of ours, never text in a page. */
const ALWAYS = {
  'content-security-policy': expect.stringMatching(
    /^default-src 'none';script-src 'self';.*frame-ancestors 'none'$/,
  ),
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const JSON_TYPE = { 'content-type': 'application/json' };

type Sent = [status: number, method: string, path: string, headers?: Record<string, string>, body?: string];

describe.each([
  ['in the same thread', false],
  ['in a thread of its own', true],
])('every answer has the headers that keep browsers safe, with the engine %s', (_where, worker) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ worker, limits: { requestBytes: 1000 } });
    const lines = Array.from({ length: 60 }, (_, i) => `up{job="${i}"} 1 1700000000000\n`);
    for (let i = 0; i < lines.length; i += 20) {
      await importText(server.url, lines.slice(i, i + 20).join(''));
    }
  });
  afterAll(() => server.close());

  const streamed = '/api/v1/query_range?query=up&start=1700000000&end=1700010000&step=1';
  const sent: readonly Sent[] = [
    [200, 'GET', '/'],
    [200, 'HEAD', '/'],
    [304, 'GET', '/', { 'if-modified-since': new Date(Date.now() + 86_400_000).toUTCString() }],
    [200, 'GET', '/health'],
    [200, 'HEAD', '/health'],
    [200, 'GET', '/HEALTH/'],
    [200, 'GET', '/metrics'],
    [200, 'GET', '/api/v1/query?query=up&time=1700000000'],
    [200, 'POST', '/api/v1/query', FORM, 'query=up'],
    [200, 'GET', streamed],
    [200, 'GET', streamed, { 'accept-encoding': 'gzip' }],
    [200, 'HEAD', streamed],
    [200, 'POST', '/v1/ingest', JSON_TYPE, '{"metrics":[{"name":"up","value":1}]}'],
    [204, 'POST', '/api/v1/import/prometheus', {}, 'up 1\n'],
    [204, 'OPTIONS', '/api/v1/query'],
    [204, 'OPTIONS', '/v1/ingest'],
    [400, 'GET', '/api/v1/query?query=up('],
    [400, 'POST', '/v1/ingest', JSON_TYPE, '{'],
    [400, 'GET', '/api/v1/label/%/values'],
    [404, 'GET', '/nothing'],
    [404, 'HEAD', '/nothing'],
    [404, 'GET', '/%'],
    [404, 'GET', '/api/v1/nothing'],
    [404, 'GET', '/v1/nothing'],
    [405, 'DELETE', '/api/v1/query'],
    [405, 'GET', '/v1/ingest'],
    [413, 'POST', '/v1/ingest', JSON_TYPE, ' '.repeat(1001)],
    [415, 'POST', '/v1/ingest', { 'content-type': 'text/html' }, '{}'],
    [415, 'POST', '/v1/ingest', { ...JSON_TYPE, 'content-encoding': 'br' }, '{}'],
  ];
  it.each(sent)('%i to %s %s', async (status, method, path, headers = {}, body = '') => {
    const answer = await rawRequest(server.url + path, { method, headers, body });
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject(ALWAYS);
    expect(answer.headers).not.toHaveProperty('x-powered-by');
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('200 to files of the dashboard, whose page has no script in it', async () => {
    const page = String((await rawRequest(`${server.url}/`, { headers: {} })).body);
    const scripts = [...page.matchAll(/<script\b([^>]*)>(.*?)<\/script>/gs)];
    expect(scripts.length).toBeGreaterThan(0);
    for (const [, attributes, text] of scripts) {
      expect(text).toBe('');
      const [, source] = /src="([^"]+)"/.exec(attributes) ?? [];
      const file = await rawRequest(new URL(source, `${server.url}/`).href, { headers: {} });
      expect([file.status, file.headers['content-type']]).toEqual([
        200,
        expect.stringMatching(/^text\/javascript/),
      ]);
      expect(file.headers).toMatchObject(ALWAYS);
    }
  });

  it('429 to too many requests', async () => {
    const limited = await startTestServer({ worker, limits: { requestsPerMinute: 1 } });
    const get = (path: string) => rawRequest(limited.url + path, { headers: {} });
    await get('/health');
    for (const path of ['/health', '/', '/api/v1/query', '/nothing']) {
      const { status, headers } = await get(path);
      expect([path, status]).toEqual([path, 429]);
      expect(headers).toMatchObject(ALWAYS);
    }
    await limited.close();
  });
});
