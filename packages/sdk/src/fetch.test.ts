import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HOSTS_MAX } from './constants.js';
import { measureFetch } from './fetch.js';
import { shown, startShownClient } from './shown.suite.js';

let server: Server;
let host: string;
let client: ReturnType<typeof startShownClient>['client'];

beforeEach(async () => {
  ({ client } = startShownClient());
  server = createServer((request, response) => {
    if (request.url === '/hang') return;
    response.writeHead(request.url === '/missing' ? 404 : 200).end('ok');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.close();
  server.closeAllConnections();
  await client.close();
});

/** How often what was counted, by the values of the labels. */
async function counted(name: string): Promise<Record<string, number>> {
  const all = Object.entries(await shown(client)).filter(([series]) => series.startsWith(`${name}{`));
  return Object.fromEntries(
    all.map(([series, value]) => [
      [...series.matchAll(/"([^"]*)"/g)].map(([, text]) => text).join(' '),
      value,
    ]),
  );
}

describe('measureFetch', () => {
  it('counts texts, URLs and Requests by method, host and status, and gives their responses', async () => {
    const measured = measureFetch(client);
    const url = `http://${host}/orders?token=secret`;
    expect(await (await measured(url)).text()).toBe('ok');
    await measured(new URL(url), { method: 'post' });
    await measured(new Request(url, { method: 'PUT' }));
    await measured(`http://${host}/missing`, { method: 'REPORT' });
    const expected = {
      [`GET ${host} 200`]: 1,
      [`POST ${host} 200`]: 1,
      [`PUT ${host} 200`]: 1,
      [`other ${host} 404`]: 1,
    };
    expect(await counted('http_client_requests_total')).toEqual(expected);
    expect(await counted('http_client_request_duration_seconds_count')).toEqual(expected);
    expect((await client.expose()).body).not.toMatch(/orders|secret/);
  });

  it('says why there was no answer, and fails as fetch does', async () => {
    const measured = measureFetch(client);
    const hanging = `http://${host}/hang`;
    await expect(measured(hanging, { signal: AbortSignal.timeout(20) })).rejects.toThrow();
    await expect(measured(hanging, { signal: AbortSignal.abort() })).rejects.toThrow();
    await expect(measured('no URL')).rejects.toThrow(TypeError);
    expect(await counted('http_client_requests_total')).toEqual({
      [`GET ${host} timeout`]: 1,
      [`GET ${host} aborted`]: 1,
      'GET other error': 1,
    });
  });

  it('tells a bounded number of hosts apart', async () => {
    const measured = measureFetch(client, { fetch: async () => new Response('ok') });
    for (let at = 0; at < HOSTS_MAX + 50; at++) await measured(`https://host-${at}.test/`);
    const hosts = await counted('http_client_requests_total');
    expect(Object.keys(hosts).length).toBe(HOSTS_MAX + 1);
    expect(hosts['GET other 200']).toBe(50);
    expect(hosts['GET host-0.test 200']).toBe(1);
  });

  it('goes by the conventions of OpenTelemetry where asked to', async () => {
    const measured = measureFetch(client, {
      conventions: 'opentelemetry',
      fetch: async () => new Response('', { status: 503 }),
    });
    await measured('https://api.test/');
    expect(await shown(client)).toHaveProperty([
      'http_client_request_duration_seconds_count{http_request_method="GET",server_address="api.test",server_port="443",http_response_status_code="503",error_type="503"}',
    ]);
  });
});
