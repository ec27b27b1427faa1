import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import theirs from 'prom-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as facade from '../promClient.js';
import type { PromClient } from './programs.suite.js';

interface Push {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let gateway: Server;
let url: string;
const pushes: Push[] = [];

beforeAll(async () => {
  gateway = createServer(async (request, response) => {
    const { method, url: path, headers } = request;
    const bytes = await buffer(request);
    const body = (headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
    pushes.push({ method, url: path, headers, body });
    if (path?.startsWith('/hangs/')) return;
    response.writeHead(path?.startsWith('/broken/') ? 500 : 202).end('its answer');
  }).listen(0, '127.0.0.1');
  await once(gateway, 'listening');
  url = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
});

afterAll(() => {
  gateway.closeAllConnections();
  gateway.close();
});

beforeEach(() => {
  pushes.length = 0;
});

const LIBRARIES: [string, PromClient][] = [
  ['prom-client', theirs],
  ['ours', facade as unknown as PromClient],
];

describe.each(LIBRARIES)('a Pushgateway: %s', (_name, { Counter, Pushgateway, Registry, register }) => {
  function create(path = '', options = {}) {
    const registry = new Registry();
    new Counter({ name: 'orders', help: 'Orders', registers: [registry] }).inc(3);
    return new Pushgateway(url + path, options, registry);
  }

  it('is sent a registry, for the group that is named', async () => {
    const pushed = create();
    const { resp, body } = await pushed.pushAdd({ jobName: 'night/ly', groupings: { host: 'a b', k: 'v' } });
    expect([(resp as { statusCode: number }).statusCode, body]).toEqual([202, 'its answer']);
    await pushed.push({ jobName: 'nightly' });
    await pushed.delete({ jobName: 'nightly', groupings: { host: 'a' } });
    const text = '# HELP orders Orders\n# TYPE orders counter\norders 3\n';
    expect(pushes.map(({ method, url: path, body: sent }) => [method, path, sent])).toEqual([
      ['POST', '/metrics/job/night%2Fly/host/a%20b/k/v', text],
      ['PUT', '/metrics/job/nightly', text],
      ['DELETE', '/metrics/job/nightly/host/a', ''],
    ]);
  });

  it('is found below a path, and sent what the options say', async () => {
    const headers = { 'Content-Encoding': 'gzip', Authorization: 'Bearer key' };
    const pushed = create('/base', { headers });
    await pushed.pushAdd({ jobName: 'a' });
    await pushed.delete({ jobName: 'a' });
    expect(pushes.map(({ url: path }) => path)).toEqual(Array(2).fill('/base/metrics/job/a'));
    expect(pushes.map((push) => push.headers['content-encoding'])).toEqual(['gzip', undefined]);
    expect(pushes.map((push) => push.headers.authorization)).toEqual(Array(2).fill('Bearer key'));
    expect(pushes[0].body).toContain('orders 3\n');
  });

  it('needs a job, unless it does not', async () => {
    for (const method of ['push', 'pushAdd', 'delete'] as const) {
      expect(() => create()[method]({} as never)).toThrow(Error);
      await create('', { requireJobName: false })[method]({} as never);
    }
    expect(pushes.map(({ url: path }) => path)).toEqual(Array(3).fill('/metrics'));
  });

  it('rejects what is not answered, or not well', async () => {
    await expect(create('/broken').push({ jobName: 'a' })).rejects.toThrow('500');
    await expect(create('/hangs', { timeout: 50 }).push({ jobName: 'a' })).rejects.toThrow(Error);
    await expect(new Pushgateway('http://127.0.0.1:1').push({ jobName: 'a' })).rejects.toThrow(
      'ECONNREFUSED',
    );
  });

  it('pushes the default registry when it is given none', async () => {
    new Counter({ name: 'defaults', help: 'Defaults' }).inc();
    await new Pushgateway(url).push({ jobName: 'a' });
    register.clear();
    expect(pushes[0].body).toContain('defaults 1\n');
  });
});
