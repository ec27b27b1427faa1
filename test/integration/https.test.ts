import { execFile } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import type { TinyObsOptions } from '@tinyobs/server';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CertificatePaths, LOOPBACK, writeCertificate } from '../certificate.js';
import { answersIn, exchange, openConnection } from '../rawConnection.js';
import { startTestServer, type TestServer } from '../testServer.js';

const CURL = '/usr/bin/curl';

interface LogLine {
  readonly level: number;
  readonly msg: string;
}

let folder: string;
let files: CertificatePaths;
let server: TestServer;
const started: TestServer[] = [];
let logged: LogLine[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tinyobs-https-'));
  files = await writeCertificate(folder);
  logged = [];
});
afterEach(async () => {
  for (const one of started.splice(0)) await one.close();
  await rm(folder, { recursive: true });
});

async function start(options: TinyObsOptions = {}): Promise<string> {
  const sink = new Writable({
    write: (line, _encoding, done) => {
      logged.push(JSON.parse(String(line)));
      done();
    },
  });
  const logger = pino({ level: 'warn' }, sink);
  server = await startTestServer({ logger, ...options, server: { tls: files, ...options.server } });
  started.push(server);
  return server.url;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** GET over TLS, trusting the certificate that is in the file now; the address is the server's, whatever the name. */
async function get(
  path: string,
  { name = '127.0.0.1', agent }: { name?: string; agent?: Agent } = {},
): Promise<Answer> {
  const { port } = new URL(server.url);
  const options = { host: '127.0.0.1', port, path, ca: readFileSync(files.cert), agent };
  const sent = request({
    ...options,
    headers: { host: `${name}:${port}` },
    servername: name === '127.0.0.1' ? '' : name,
  });
  const [response] = await once(sent.end(), 'response');
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

async function metric(name: string): Promise<number> {
  const { body } = await get('/metrics');
  const line = body.split('\n').find((one) => one.startsWith(`${name} `));
  return Number(line?.slice(name.length + 1));
}

async function handshake(options: object = {}): Promise<TLSSocket> {
  const socket = connect({
    port: Number(new URL(server.url).port),
    host: '127.0.0.1',
    rejectUnauthorized: false,
    ...options,
  });
  await once(socket, 'secureConnect');
  return socket;
}

async function presented(): Promise<PeerCertificate> {
  const socket = await handshake();
  const certificate = socket.getPeerCertificate();
  socket.destroy();
  return certificate;
}

describe('HTTPS', () => {
  it('is what the server speaks that has a certificate, to clients that trust it', async () => {
    const url = await start();
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(await get('/-/healthy')).toMatchObject({ status: 200, body: 'TinyObs is Healthy.\n' });
    expect(await get('/health', { name: 'localhost' })).toMatchObject({ status: 200 });
    await expect(fetch(`${url}/health`)).rejects.toMatchObject({
      cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    });
    await expect(get('/health', { name: 'other.example' })).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
    expect(await metric('tinyobs_tls_handshake_failures_total')).toBe(1);
  });

  it.runIf(existsSync(CURL))('is spoken with curl', async () => {
    const url = await start();
    const run = promisify(execFile);
    const { stdout } = await run(CURL, ['-sS', '--cacert', files.cert, `${url}/-/healthy`]);
    expect(stdout).toBe('TinyObs is Healthy.\n');
    await expect(run(CURL, ['-sS', `${url}/health`])).rejects.toMatchObject({ code: 60 });
  });

  it('is of TLS 1.2 or newer', async () => {
    await start();
    for (const version of ['TLSv1.2', 'TLSv1.3']) {
      const socket = await handshake({ minVersion: version, maxVersion: version });
      expect(socket.getProtocol()).toBe(version);
      socket.destroy();
    }
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' };
    await expect(handshake(old)).rejects.toMatchObject({ code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' });
  });

  it.each([
    ['in the same thread', false],
    ['in a thread of its own', true],
  ])('tells browsers to stay with it, but for localhost, with the engine %s', async (_where, worker) => {
    await start({ worker });
    const strict = { 'strict-transport-security': 'max-age=31536000' };
    for (const path of ['/', '/health', '/nothing', '/api/v1/query', '/api/v1/nothing', '/v1/ingest', '/%']) {
      expect((await get(path)).headers, path).toMatchObject(strict);
    }
    for (const name of ['localhost', 'LOCALHOST']) {
      expect((await get('/health', { name })).headers).not.toHaveProperty('strict-transport-security');
    }
    const socket = await handshake();
    socket.write('HELLO\r\n\r\n');
    expect(answersIn(await text(socket))).toMatchObject([{ status: 400, headers: strict }]);
    const plain = await startTestServer({ worker });
    const answer = await fetch(`${plain.url}/metrics`);
    expect(answer.headers.has('strict-transport-security')).toBe(false);
    expect(await answer.text()).not.toContain('tinyobs_tls_');
    await plain.close();
  });

  it('answers those who come without TLS, and lets go of those who say nothing', async () => {
    const url = await start({ server: { timeouts: { headers: '300ms' } } });
    const [answer] = await exchange(url, 'GET / HTTP/1.1\r\nHost: obs\r\n\r\n');
    expect(answer).toMatchObject({
      status: 400,
      headers: { connection: 'close', 'x-frame-options': 'DENY' },
    });
    expect(JSON.parse(answer.body)).toMatchObject({
      code: 'tls_required',
      message: expect.stringContaining('https://'),
    });
    expect(await openConnection(url).closed).toBe('');
    // The first byte of a handshake, and no more of it.
    expect(await openConnection(url, '\x16').closed).toBe('');
    expect(await metric('tinyobs_http_unreadable_requests_total{code="tls_required"}')).toBe(1);
    expect(await metric('tinyobs_tls_handshake_failures_total')).toBe(1);
  });

  it('keeps to the times and numbers that bound connections', async () => {
    const url = await start({ server: { connections: 2, timeouts: { headers: '400ms' } } });
    const slow = await handshake();
    slow.write('GET / HTTP/1.1\r\n');
    const agent = new Agent({ keepAlive: true });
    await get('/health', { agent });
    expect(await openConnection(url).closed).toBe('');
    expect(answersIn(await text(slow))).toMatchObject([{ status: 408 }]);
    agent.destroy();
  });

  it('lets go of handshakes that are under way when the server closes', async () => {
    const url = await start();
    const begun = openConnection(url, '\x16');
    const silent = openConnection(url);
    await expect.poll(() => metric('tinyobs_http_connections_open')).toBe(3);
    await server.server.close();
    await Promise.all([begun.closed, silent.closed]);
  });
});

describe('a certificate that cannot be used', () => {
  const write = (part: keyof CertificatePaths, pem: string | Uint8Array) => writeFileSync(files[part], pem);
  const read = (part: keyof CertificatePaths) => readFileSync(files[part], 'utf8');
  const damaged = (pem: string) => pem.replace(/\n.{20}/, '\nAAAAAAAAAAAAAAAAAAAA');
  const encrypted = (pem: string) =>
    String(
      createPrivateKey(pem).export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }),
    );

  it.each([
    ['is not there', 'cert', () => unlinkSync(files.cert), 'ENOENT'],
    ['has no key beside it', 'key', () => unlinkSync(files.key), 'ENOENT'],
    ['is a folder', 'cert', () => Object.assign(files, { cert: folder }), 'EISDIR'],
    ['is empty', 'cert', () => write('cert', ''), 'PEM'],
    [
      'is DER',
      'cert',
      () => write('cert', Buffer.from(read('cert').split('\n').slice(1, -2).join(''), 'base64')),
      'PEM',
    ],
    ['is a key', 'cert', () => write('cert', read('key')), 'no certificate'],
    ['is damaged', 'cert', () => write('cert', damaged(read('cert'))), 'no certificate that can be read'],
    ['has a certificate as its key', 'key', () => write('key', read('cert')), 'no private key'],
    ['has a damaged key', 'key', () => write('key', damaged(read('key'))), 'private key'],
    ['has an encrypted key', 'key', () => write('key', encrypted(read('key'))), 'passphrase'],
    [
      'has the key of another',
      'key',
      async () => {
        const cert = read('cert');
        await writeCertificate(folder);
        write('cert', cert);
      },
      'not the key of the certificate',
    ],
  ])('because it %s ends the start', async (_why, part, spoil, reason) => {
    const dataDir = join(folder, 'data');
    await spoil();
    await expect(startTestServer({ dataDir, server: { tls: files } })).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringContaining(reason),
      details: { key: `server.tls.${part}`, file: files[part as keyof CertificatePaths] },
    });
    expect(existsSync(dataDir)).toBe(false);
  });

  it('because it is alone ends the start', async () => {
    for (const tls of [{ cert: files.cert }, { key: files.key }]) {
      await expect(startTestServer({ dataDir: join(folder, 'data'), server: { tls } })).rejects.toMatchObject(
        {
          code: 'config_invalid',
          message: expect.stringContaining('both server.tls.cert and server.tls.key'),
        },
      );
    }
  });

  it.each([
    ['has expired', -2 * 366, 'expired at'],
    ['is not valid yet', 30, 'not valid before'],
  ])('because it %s is said in the log', async (_why, days, line) => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + days * 86_400_000 });
    try {
      files = await writeCertificate(folder);
    } finally {
      vi.useRealTimers();
    }
    await start();
    expect(logged).toContainEqual(expect.objectContaining({ level: 40, msg: expect.stringContaining(line) }));
    expect((await presented()).subject.CN).toBe('TinyObs development');
  });
});

describe('a certificate that changes', () => {
  it('is in use for new connections, while others go on', async () => {
    await start();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    await get('/health', { agent });
    const before = await presented();
    const expiry = await metric('tinyobs_tls_certificate_expiry_timestamp_seconds');
    expect(expiry).toBe(Date.parse(before.valid_to) / 1000);
    const first = readFileSync(files.cert);
    await writeCertificate(folder, [...LOOPBACK, 'second.example']);
    await expect.poll(presented).toMatchObject({ subjectaltname: expect.stringContaining('second.example') });
    const trusted = { agent, ca: first, path: '/health' };
    const [kept] = await once(
      request({ host: '127.0.0.1', port: new URL(server.url).port, servername: '', ...trusted }).end(),
      'response',
    );
    expect([kept.statusCode, (kept.socket as TLSSocket).getPeerCertificate().serialNumber]).toEqual([
      200,
      before.serialNumber,
    ]);
    kept.resume();
    expect(await metric('tinyobs_tls_certificate_expiry_timestamp_seconds')).toBe(
      Date.parse((await presented()).valid_to) / 1000,
    );
    expect(await metric('tinyobs_tls_reload_failures_total')).toBe(0);
    agent.destroy();
  });

  it('stays as it was while the new one cannot be used, which is said and counted', async () => {
    await start();
    const { serialNumber } = await presented();
    const cert = readFileSync(files.cert);
    writeFileSync(files.cert, 'not a certificate');
    const failure = { level: 50, msg: expect.stringContaining('the one before stays in use') };
    await expect.poll(() => logged).toContainEqual(expect.objectContaining(failure));
    expect((await presented()).serialNumber).toBe(serialNumber);
    writeFileSync(files.cert, cert);
    expect(await metric('tinyobs_tls_reload_failures_total')).toBe(1);
    await writeCertificate(folder);
    await expect.poll(async () => (await presented()).serialNumber).not.toBe(serialNumber);
    expect(await metric('tinyobs_tls_reload_failures_total')).toBe(1);
  });
});
