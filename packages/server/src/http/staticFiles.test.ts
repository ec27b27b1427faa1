import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { staticFiles } from './staticFiles.js';

const SECRET = 'not for anybody';
const LONG = 'body { color: teal }\n'.repeat(1_000);

describe('static files', () => {
  let parent: string;
  let server: Server;
  beforeAll(async () => {
    parent = mkdtempSync(join(tmpdir(), 'tinyobs-static-'));
    const folder = join(parent, 'web');
    mkdirSync(join(folder, 'assets'), { recursive: true });
    mkdirSync(join(folder, '.hidden'));
    mkdirSync(join(parent, 'web-other'));
    writeFileSync(join(folder, 'index.html'), 'the page');
    writeFileSync(join(folder, 'assets', 'app.js'), 'the app');
    writeFileSync(join(folder, 'assets', 'app.css'), LONG);
    symlinkSync(join(folder, 'assets', 'app.js'), join(folder, 'inside.js'));
    const secrets = [
      ['secret.txt'],
      ['web-other', 'secret.txt'],
      ['web', '.secret.txt'],
      ['web', '.hidden', 'secret.txt'],
    ];
    for (const path of secrets) writeFileSync(join(parent, ...path), SECRET);
    symlinkSync(join(parent, 'secret.txt'), join(folder, 'file.txt'));
    symlinkSync(parent, join(folder, 'up'));
    symlinkSync(join(parent, 'web-other'), join(folder, 'other'));
    const app = express();
    app.use(staticFiles(folder, () => undefined));
    server = createServer(app).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
  });
  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve));
    await rm(parent, { recursive: true });
  });

  /** The path goes out as it is: `fetch` would tidy it. */
  const get = async (path: string): Promise<{ status: number; body: string }> => {
    const { port } = server.address() as AddressInfo;
    const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
      request({ host: '127.0.0.1', port, path, agent: false }, resolve).once('error', reject).end();
    });
    return { status: response.statusCode ?? 0, body: await text(response) };
  };

  it.each([
    ['/', 'the page'],
    ['/index.html', 'the page'],
    ['/assets/app.js', 'the app'],
    ['/assets/%61pp.js', 'the app'],
    ['/assets/../index.html', 'the page'],
    ['/inside.js', 'the app'],
  ])('serves %s', async (path, body) => {
    expect(await get(path)).toEqual({ status: 200, body });
  });

  it.each([
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/..%2Fsecret.txt',
    '/%2e%2e/secret.txt',
    '/%2e%2e%2fsecret.txt',
    '/%252e%252e/secret.txt',
    '/assets/../../secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/..\\secret.txt',
    '/..%5csecret.txt',
    '/assets\\..\\..\\secret.txt',
    '//secret.txt',
    '//../secret.txt',
    '/../web-other/secret.txt',
    '/..%2fweb-other/secret.txt',
    '/secret.txt%00.html',
    '/%00',
    '/index.html%00',
    '/%',
    '/%ff',
    '/.secret.txt',
    '/%2esecret.txt',
    '/.hidden/secret.txt',
    '/assets/../.hidden/secret.txt',
    '/file.txt',
    '/up/secret.txt',
    '/up/web/index.html/../../../secret.txt',
    '/other/secret.txt',
    '/assets',
    '/nothing.txt',
  ])('has nothing at %s', async (path) => {
    const { status, body } = await get(path);
    expect(status).toBe(404);
    expect(body).not.toContain(SECRET);
  });

  it.each([
    ['gzip', gunzipSync],
    ['br', brotliDecompressSync],
  ] as const)(
    'sends what is long in %s to whoever takes that, and nothing to who has it',
    async (encoding, read) => {
      const { port } = server.address() as AddressInfo;
      const ask = (headers: Record<string, string>): Promise<import('node:http').IncomingMessage> =>
        new Promise((resolve, reject) => {
          const path = '/assets/app.css';
          request({ host: '127.0.0.1', port, path, headers, agent: false }, resolve)
            .once('error', reject)
            .end();
        });
      const answer = await ask({ 'accept-encoding': encoding });
      const bytes = await buffer(answer);
      expect(answer.headers).toMatchObject({ 'content-encoding': encoding, vary: 'Accept-Encoding' });
      expect(bytes.length).toBeLessThan(LONG.length / 10);
      expect(read(bytes).toString()).toBe(LONG);
      const again = await ask({ 'accept-encoding': encoding, 'if-none-match': String(answer.headers.etag) });
      expect([again.statusCode, await text(again)]).toEqual([304, '']);
      const plain = await ask({});
      expect([plain.headers['content-encoding'], await text(plain)]).toEqual([undefined, LONG]);
    },
  );

  it('has nothing at the absolute path of a file', async () => {
    for (const start of ['', '/', '/..%2f..%2f..%2f..%2f..']) {
      const { status, body } = await get(`${start}${join(parent, 'secret.txt')}`);
      expect(status).toBe(404);
      expect(body).not.toContain(SECRET);
    }
  });
});
