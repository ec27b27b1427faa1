import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer as createTcpServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HttpClientConfig } from '../config/httpClientKeys.js';
import { REDIRECTS_MAX } from '../limits.js';
import { OpenBudget, TestTarget } from '../testing/testTarget.suite.js';
import { AddressGuard } from './addressGuard.js';
import { HttpClient } from './httpClient.js';

const PLAIN: HttpClientConfig = { tls: { insecureSkipVerify: false }, followRedirects: true };

describe('requests to targets', () => {
  let target: TestTarget;
  let budget: OpenBudget;
  let clients: HttpClient[];
  beforeEach(async () => {
    target = await TestTarget.start();
    budget = new OpenBudget();
    clients = [];
  });
  afterEach(async () => {
    for (const client of clients) client.close();
    await target.close();
    expect(budget.heldBytes).toBe(0);
  });

  const get = async (
    path: string,
    { config = PLAIN, timeoutMs = 5000, bytesMax = 10_000, address = target.address } = {},
  ): Promise<string> => {
    const client = new HttpClient(config, new AddressGuard({ allowLinkLocal: false }));
    clients.push(client);
    const { signal } = new AbortController();
    const options = { headers: { 'X-Sent': 'yes' }, timeoutMs, bytesMax, budget, signal };
    const { body } = await client.get(`http://${address}${path}`, options);
    expect(budget.heldBytes).toBe(body.bytes.length);
    body.release();
    return new TextDecoder().decode(body.bytes);
  };

  it('have headers, and give back the whole answer', async () => {
    target.text = 'hello';
    expect(await get('/a?b=c')).toBe('hello');
    expect(target.requests[0]).toMatchObject({ url: '/a?b=c', method: 'GET' });
    expect(target.requests[0].headers).toMatchObject({ 'x-sent': 'yes', connection: 'keep-alive' });
  });

  it('decompress gzip, and refuse what nobody asked for or what is none', async () => {
    target.answer = (response, { url }) => {
      const encoding = url === '/br' ? 'br' : 'gzip';
      response.writeHead(200, { 'Content-Encoding': encoding });
      response.end(url === '/broken' ? 'no gzip' : gzipSync('unpacked'));
    };
    expect(await get('/')).toBe('unpacked');
    await expect(get('/br')).rejects.toMatchObject({ code: 'scrape_malformed' });
    await expect(get('/broken')).rejects.toMatchObject({ code: 'scrape_malformed' });
  });

  it('stop at the most bytes: declared, coming without an end, or unpacked', async () => {
    let sent = 0;
    target.answer = (response, { url }) => {
      if (url === '/declared') response.writeHead(200, { 'Content-Length': 1e9 }).flushHeaders();
      else if (url === '/bomb') {
        response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync(Buffer.alloc(50_000_000)));
      } else {
        const more = () => {
          while (!response.destroyed && response.write('x'.repeat(1000))) sent += 1000;
          if (!response.destroyed) response.once('drain', more);
        };
        more();
      }
    };
    for (const path of ['/declared', '/bomb', '/endless']) {
      await expect(get(path), path).rejects.toMatchObject({ code: 'scrape_limit' });
    }
    expect(sent).toBeLessThan(50_000_000);
  });

  it('stop when the time is over, however slowly something comes', async () => {
    let timer: NodeJS.Timeout | undefined;
    target.answer = (response, { url }) => {
      if (url === '/silent') return;
      response.writeHead(200);
      timer = setInterval(() => response.write('x'), 20);
    };
    for (const path of ['/silent', '/drip']) {
      await expect(get(path, { timeoutMs: 200 }), path).rejects.toMatchObject({ code: 'scrape_timeout' });
    }
    clearInterval(timer);
  });

  it('tell of answers of another status, of connections that end, and of none', async () => {
    target.answer = (response, { url }) => {
      if (url === '/reset') response.socket?.destroy();
      else if (url === '/half') {
        response.writeHead(200, { 'Content-Length': 100 }).write('half');
        setTimeout(() => response.socket?.destroy(), 20);
      } else response.writeHead(404, 'Not Here').end('x'.repeat(100));
    };
    await expect(get('/')).rejects.toMatchObject({
      code: 'scrape_status',
      message: 'server returned HTTP status 404 Not Here',
    });
    for (const path of ['/reset', '/half']) {
      await expect(get(path), path).rejects.toMatchObject({ code: 'scrape_unreachable' });
    }
    await expect(get('/', { address: '127.0.0.1:1' })).rejects.toMatchObject({
      code: 'scrape_unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('tell of what is no HTTP', async () => {
    const odd: Server = createTcpServer((socket) => socket.resume().end('SSH-2.0-OpenSSH\r\n')).listen(
      0,
      '127.0.0.1',
    );
    await new Promise((resolve) => odd.once('listening', resolve));
    const { port } = odd.address() as { port: number };
    await expect(get('/', { address: `127.0.0.1:${port}` })).rejects.toMatchObject({
      code: 'scrape_malformed',
    });
    await new Promise((resolve) => odd.close(resolve));
  });

  it('follow redirects to where requests may go, and not for ever', async () => {
    target.answer = (response, { url }) => {
      const to = /^\/to\/(.*)$/.exec(url ?? '')?.[1];
      if (to !== undefined) response.writeHead(302, { Location: decodeURIComponent(to) }).end('moved');
      else if (url === '/loop') response.writeHead(307, { Location: '/loop' }).end();
      else response.end(`at ${url}`);
    };
    const to = (location: string) => get(`/to/${encodeURIComponent(location)}`);
    expect(await to('/there?x')).toBe('at /there?x');
    expect(await to(`http://${target.address}/absolute`)).toBe('at /absolute');
    for (const location of ['http://169.254.169.254/latest', 'http://[fe80::1]/', 'file:///etc/passwd']) {
      await expect(to(location), location).rejects.toMatchObject({ code: 'scrape_address_refused' });
    }
    await expect(to('http://')).rejects.toMatchObject({ code: 'scrape_status' });
    target.requests.length = 0;
    await expect(get('/loop')).rejects.toMatchObject({ code: 'scrape_status' });
    expect(target.requests).toHaveLength(REDIRECTS_MAX + 1);
    await expect(get('/to/x', { config: { ...PLAIN, followRedirects: false } })).rejects.toMatchObject({
      code: 'scrape_status',
      message: expect.stringContaining('302'),
    });
  });

  it('carry credentials, as they are in their file at the time, and not to others', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tinyobs-credentials-'));
    const file = join(folder, 'token');
    const other = await TestTarget.start();
    target.answer = (response) => response.writeHead(302, { Location: `http://${other.address}/` }).end();
    const sent = () => target.requests.at(-1)?.headers.authorization;
    const basicAuth = { username: 'u', password: { text: 'p:w' } };
    await get('/', { config: { ...PLAIN, basicAuth } });
    expect(sent()).toBe(`Basic ${Buffer.from('u:p:w').toString('base64')}`);
    const config = { ...PLAIN, authorization: { type: 'Token', credentials: { file } } };
    for (const token of ['one', 'two']) {
      writeFileSync(file, `${token}\n`);
      await get('/', { config });
      expect(sent()).toBe(`Token ${token}`);
    }
    expect(other.requests.map(({ headers }) => headers.authorization)).toEqual(Array(3).fill(undefined));
    await rm(folder, { recursive: true });
    await expect(get('/', { config })).rejects.toMatchObject({ code: 'scrape_credentials' });
    await other.close();
  });

  it('use a connection again, and another where that one has gone meanwhile', async () => {
    const client = new HttpClient(PLAIN, new AddressGuard({ allowLinkLocal: false }));
    clients.push(client);
    const { signal } = new AbortController();
    const ask = async () => {
      const options = { headers: {}, timeoutMs: 5000, bytesMax: 100, budget, signal };
      (await client.get(`http://${target.address}/`, options)).body.release();
    };
    const sockets = () => new Set(target.requests.map(({ socket }) => socket)).size;
    await ask();
    await ask();
    expect(sockets()).toBe(1);
    let isFirst = true;
    target.answer = (response) => {
      if (isFirst) response.socket?.resetAndDestroy();
      else response.end();
      isFirst = false;
    };
    await ask();
    expect([target.requests.length, sockets()]).toEqual([4, 2]);
  });
});
