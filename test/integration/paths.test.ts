import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importText, rawRequest, startTestServer, type TestServer } from '../testServer.js';

/** Headers that differ from request to request. */
const VARYING = ['date', 'ratelimit', 'x-request-id'];

/** A path as its route has it goes past Express, every other spelling through it: nobody must see which. */
describe('a request, whichever way it takes', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ limits: { requestsPerMinute: 1000 } });
    await importText(server.url, 'up{job="a"} 1 1700000000000\n');
  });
  afterAll(() => server.close());

  const answerTo = async (method: string, path: string, headers: Record<string, string>, body: string) => {
    const answer = await rawRequest(server.url + path, { method, headers, body });
    const kept = Object.entries(answer.headers).filter(([name]) => !VARYING.includes(name));
    return { status: answer.status, headers: Object.fromEntries(kept), body: answer.body.toString() };
  };

  it.each([
    ['GET', '/api/v1/query?query=up&time=1700000000', {}, ''],
    ['HEAD', '/api/v1/query?query=up&time=1700000000', {}, ''],
    ['GET', '/api/v1/query?query=up(', {}, ''],
    [
      'POST',
      '/api/v1/query_range',
      { 'content-type': 'application/x-www-form-urlencoded' },
      'query=up&start=1',
    ],
    ['OPTIONS', '/api/v1/query', {}, ''],
    ['DELETE', '/api/v1/query', {}, ''],
    ['GET', '/v1/ingest', {}, ''],
    [
      'POST',
      '/v1/ingest',
      { 'content-type': 'application/json' },
      '{"metrics":[{"name":"up","value":1,"timestamp":1}]}',
    ],
    ['POST', '/v1/ingest', { 'content-type': 'application/json' }, '{"metrics":'],
    ['POST', '/v1/ingest', { 'content-type': 'text/html' }, '{}'],
    ['POST', '/api/v1/import/prometheus', { 'content-encoding': 'gzip' }, 'not gzip'],
    ['POST', '/api/v1/write', { 'content-type': 'application/x-protobuf' }, 'not snappy'],
    ['GET', '/-/ready', {}, ''],
  ])('answers %s %s the same', async (method, path, headers, body) => {
    const [before, query] = path.split('?');
    const spelled = (name: string) => (query === undefined ? name : `${name}?${query}`);
    const direct = await answerTo(method, path, headers, body);
    expect(direct.headers['ratelimit-policy' as never]).toBe('1000;w=60');
    for (const other of [`${before}/`, before.toUpperCase()]) {
      expect(await answerTo(method, spelled(other), headers, body)).toEqual(direct);
    }
  });

  it.each(['/api/v1/query?query=1', '/api/v1/query/?query=1', '/'])(
    'has headers for browsers at %s',
    async (path) => {
      const { headers } = await answerTo('GET', path, {}, '');
      expect(headers).toMatchObject({
        'content-security-policy': expect.stringMatching(/^default-src 'none';.*frame-ancestors 'none'$/),
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
      });
      expect(headers).not.toHaveProperty('strict-transport-security');
      expect(headers).not.toHaveProperty('x-powered-by');
    },
  );

  it('counts both ways under the route, never under the path', async () => {
    await answerTo('GET', '/api/v1/query?query=1', {}, '');
    await answerTo('GET', '/API/v1/query/?query=1', {}, '');
    const { body } = await answerTo('GET', '/metrics', {}, '');
    expect(body).not.toMatch(/route="\/API/);
    expect(body).toMatch(/route="\/api\/v1\/query"/);
  });
});
