import { afterEach, describe, expect, it } from 'vitest';
import { rawRequest, startTestServer, type TestServer } from '../testServer.js';

/** Every address of this machine, those that others reach among them. */
const EVERYWHERE = '0.0.0.0:0';

describe('a server that asks nobody for a key', () => {
  const servers: TestServer[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });
  const start = async (...given: Parameters<typeof startTestServer>) => {
    const server = await startTestServer(...given);
    servers.push(server);
    return server;
  };
  const statusOf = async ({ url }: TestServer, headers: Record<string, string>, path = '/api/v1/labels') => {
    const { status, body } = await rawRequest(`${url}${path}`, { headers });
    return status === 200 ? 200 : `${status} ${JSON.parse(body.toString()).code}`;
  };

  it.each(['127.0.0.1:8080', 'localhost', 'LOCALHOST:1', '[::1]:8080', '127.1.2.3', 'obs.localhost'])(
    'answers to the loopback name %s',
    async (host) => {
      expect(await statusOf(await start(), { Host: host })).toBe(200);
    },
  );

  it.each([
    'evil.example',
    'evil.example:8080',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '10.0.0.1',
  ])('refuses the name %j, which anybody may have pointed here', async (host) => {
    const server = await start();
    for (const path of ['/api/v1/labels', '/api/v1/labels/', '/v1/ingest', '/', '/health']) {
      expect(await statusOf(server, { Host: host }, path), path).toBe('403 host_refused');
    }
  });

  it('answers to the names of server.hosts', async () => {
    const server = await start({ server: { hosts: ['metrics.lan'] } });
    expect(await statusOf(server, { Host: 'Metrics.LAN:8080' })).toBe(200);
    expect(await statusOf(server, { Host: 'other.lan' })).toBe('403 host_refused');
  });

  it('refuses what pages of other sites send', async () => {
    const server = await start();
    const Host = new URL(server.url).host;
    for (const origin of [
      'https://evil.example',
      'null',
      'http://localhost:1',
      `https://${Host}.evil.example`,
    ]) {
      expect(await statusOf(server, { Host, Origin: origin }), origin).toBe('403 origin_refused');
    }
    expect(await statusOf(server, { Host, Origin: `http://${Host}` })).toBe(200);
    expect(await statusOf(server, { Host, 'Sec-Fetch-Site': 'cross-site' })).toBe('403 origin_refused');
    expect(await statusOf(server, { Host, 'Sec-Fetch-Site': 'same-origin' })).toBe(200);
    expect(await statusOf(server, { Host, 'Sec-Fetch-Site': 'none' })).toBe(200);
    const form = await rawRequest(`${server.url}/api/v1/import/prometheus`, {
      method: 'POST',
      headers: { Host, Origin: 'https://evil.example', 'Content-Type': 'text/plain' },
      body: 'forged 1\n',
    });
    expect(form.status).toBe(403);
    expect(await (await fetch(`${server.url}/api/v1/label/__name__/values`)).json()).toMatchObject({
      data: [],
    });
  });

  it('lets people follow a link to the dashboard, not to the API', async () => {
    const server = await start();
    const Host = new URL(server.url).host;
    const visit = {
      Host,
      'Sec-Fetch-Site': 'cross-site',
      'Sec-Fetch-Mode': 'navigate',
      'Sec-Fetch-Dest': 'document',
    };
    expect(await statusOf(server, visit, '/')).toBe(200);
    for (const path of ['/api/v1/labels', '/v1/ingest', '//api/v1/labels', '/API/v1/labels']) {
      expect(await statusOf(server, visit, path), path).toBe('403 origin_refused');
    }
    expect(await statusOf(server, { ...visit, 'Sec-Fetch-Dest': 'iframe' }, '/')).toBe('403 origin_refused');
  });

  it('does not listen where others reach it, unless told to, or keys are in use', async () => {
    const listen = EVERYWHERE;
    await expect(start({ listen })).rejects.toMatchObject({
      code: 'listen_failed',
      message: expect.stringContaining('TINYOBS_AUTH_ADMIN_KEY'),
    });
    const insecure = await start({ listen, insecure: true });
    expect(await statusOf(insecure, { Host: 'any.name' })).toBe(200);
    expect(await statusOf(insecure, { Host: 'any.name', Origin: 'https://evil.example' })).toBe(
      '403 origin_refused',
    );
    const keyed = await start({ listen, auth: { adminKey: 'a-key-of-enough-characters' } });
    expect(await statusOf(keyed, { Host: 'any.name' })).toBe('401 key_required');
  });
});

describe('the address of a client', () => {
  it('is what trusted proxies say it is, and what the connection says otherwise', async () => {
    const limits = { requestsPerMinute: 2 };
    const statuses = async (server: TestServer, forwarded: readonly string[]) => {
      const found: number[] = [];
      for (const address of forwarded) {
        const answer = await fetch(`${server.url}/health`, { headers: { 'X-Forwarded-For': address } });
        found.push(answer.status);
      }
      return found;
    };
    const plain = await startTestServer({ limits });
    const proxied = await startTestServer({
      limits,
      server: { trustedProxies: ['127.0.0.0/8', '10.0.0.0/8'] },
    });
    try {
      expect(await statuses(plain, ['1.1.1.1', '2.2.2.2', '3.3.3.3'])).toEqual([200, 200, 429]);
      expect(await statuses(proxied, ['1.1.1.1', '1.1.1.1', '1.1.1.1', '2.2.2.2'])).toEqual([
        200, 200, 429, 200,
      ]);
      // Left of the last address that is not a proxy anybody may have written anything.
      expect(
        await statuses(proxied, ['9.9.9.1, 5.5.5.5, 10.0.0.1', '9.9.9.2, 5.5.5.5', '9.9.9.3, 5.5.5.5']),
      ).toEqual([200, 200, 429]);
    } finally {
      await plain.close();
      await proxied.close();
    }
  });
});
