import type { IncomingHttpHeaders } from 'node:http';
import type { TinyObsOptions } from '@tinyobs/server';
import { afterEach, describe, expect, it } from 'vitest';
import { rawRequest, startTestServer, type TestServer } from '../testServer.js';

const PAGE = 'https://app.example';
const OTHER = 'https://evil.example';

describe.each([
  ['in the same thread', false],
  ['in a thread of its own', true],
])('pages of other origins, with the engine %s', (_where, worker) => {
  let server: TestServer;
  afterEach(() => server.close());

  const start = async (origins?: string | string[], options: TinyObsOptions = {}): Promise<void> => {
    const cors = origins === undefined ? {} : { origins };
    server = await startTestServer({ worker, server: { cors }, ...options });
  };
  const ask = (
    path: string,
    origin: string | undefined,
    headers: Record<string, string> = {},
    method = 'GET',
  ) => rawRequest(server.url + path, { method, headers: { ...headers, ...(origin && { origin }) } });
  const preflight = (path: string, origin: string, method = 'POST') =>
    ask(
      path,
      origin,
      {
        'access-control-request-method': method,
        'access-control-request-headers': 'authorization,content-type',
      },
      'OPTIONS',
    );
  const allowed = (headers: IncomingHttpHeaders) => headers['access-control-allow-origin'];
  const varies = ({ vary = '' }: IncomingHttpHeaders) =>
    vary.split(', ').filter((name) => name !== '' && name !== 'Accept-Encoding');

  it('may read nothing unless they are listed', async () => {
    await start();
    const answers = [await ask('/health', PAGE), await preflight('/api/v1/query', PAGE)];
    for (const { headers } of answers) {
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
      expect(varies(headers)).toEqual([]);
    }
  });

  it('may read every answer where they are listed, errors among them', async () => {
    await start([PAGE, 'http://localhost:3000'], { limits: { requestsPerMinute: 8 } });
    const paths = [
      '/health',
      '/api/v1/query?query=1',
      '/api/v1/query?query=(',
      '/v1/ingest',
      '/',
      '/nothing',
      '/%',
      '/api/v1/labels',
      '/health',
    ];
    const statuses: number[] = [];
    for (const path of paths) {
      const { status, headers } = await ask(path, PAGE);
      statuses.push(status);
      expect([path, allowed(headers), varies(headers)]).toEqual([path, PAGE, ['Origin']]);
      expect(headers['access-control-expose-headers']).toContain('Retry-After');
      expect(headers).not.toHaveProperty('access-control-allow-credentials');
    }
    expect(statuses).toEqual([200, 200, 400, 405, 200, 404, 404, 200, 429]);
    expect(allowed((await ask('/health', 'http://localhost:3000')).headers)).toBe('http://localhost:3000');
  });

  it.each([
    OTHER,
    'https://app.example.evil.example',
    'http://app.example',
    'https://app.example:8443',
    'HTTPS://APP.EXAMPLE',
    'null',
    undefined,
  ])('may read nothing from %s, and caches are told that it matters', async (origin) => {
    await start(`${PAGE}, http://localhost:3000`);
    const { status, headers } = await ask('/health', origin);
    // Without keys, what other pages send is refused as a whole.
    const refused = origin === undefined ? 200 : 403;
    expect([status, allowed(headers), varies(headers)]).toEqual([refused, undefined, ['Origin']]);
  });

  it('are told before they send what they may send', async () => {
    await start(PAGE, { limits: { requestsPerMinute: 1 } });
    for (const path of [
      '/v1/ingest',
      '/api/v1/query',
      '/API/V1/query/',
      '/api/v1/label/job/values',
      '/nothing',
    ]) {
      const { status, headers, body } = await preflight(path, PAGE);
      expect([path, status, body.length]).toEqual([path, 204, 0]);
      expect(headers).toMatchObject({
        'access-control-allow-origin': PAGE,
        'access-control-allow-methods': expect.stringContaining('POST'),
        'access-control-allow-headers': 'authorization,content-type',
        'access-control-max-age': '600',
        'x-content-type-options': 'nosniff',
      });
      expect(varies(headers)).toEqual(['Origin', 'Access-Control-Request-Headers']);
    }
    const refused = await preflight('/v1/ingest', OTHER);
    expect(allowed(refused.headers)).toBeUndefined();
    expect(refused.headers).not.toHaveProperty('access-control-allow-methods');
  });

  it('may read answers from anywhere where all are listed, without cookies and passwords', async () => {
    await start('*');
    for (const { headers } of [await ask('/health', OTHER), await preflight('/v1/ingest', OTHER)]) {
      expect(allowed(headers)).toBe('*');
      expect(headers).not.toHaveProperty('access-control-allow-credentials');
    }
  });
});
