import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seriesOf } from '../answers.js';
import { writeCertificate } from '../certificate.js';
import { eventually } from '../eventually.js';
import { getApi, metricValue, startTestServer, type TestServer } from '../testServer.js';

const BODY_BYTES_MAX = 1_000_000;

const TEXT = { 'Content-Type': 'text/plain; version=0.0.4' };
const BOMB = gzipSync(Buffer.alloc(100_000_000, 'a 1\n'));

/** What a target does, and what is said of it. */
const HOSTILE: Readonly<
  Record<string, { readonly answer: (response: ServerResponse) => void; readonly says: RegExp }>
> = {
  endless: {
    answer: (response) => {
      response.writeHead(200, TEXT);
      const more = (): void => {
        while (!response.destroyed && response.write('a 1\n'.repeat(1000)));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    },
    says: /longer than 1000000 bytes/,
  },
  bomb: {
    answer: (response) => response.writeHead(200, { ...TEXT, 'Content-Encoding': 'gzip' }).end(BOMB),
    says: /longer than 1000000 bytes/,
  },
  drip: {
    answer: (response) => {
      response.writeHead(200, TEXT);
      const timer = setInterval(() => response.write('a'), 20);
      response.once('close', () => clearInterval(timer));
    },
    says: /no whole answer within 0\.4 s/,
  },
  silent: { answer: () => undefined, says: /no whole answer within 0\.4 s/ },
  reset: { answer: (response) => response.socket?.resetAndDestroy(), says: /ECONNRESET|socket hang up/ },
  garbage: {
    answer: (response) => response.writeHead(200, TEXT).end(Buffer.from([0xff, 0xfe, 0, 1, 2, 0x0a])),
    says: /^line 1, column 1: expected a metric name/,
  },
  page: {
    answer: (response) =>
      response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!DOCTYPE html>\n<html></html>\n'),
    says: /^line 1, column 1/,
  },
  cut: {
    answer: (response) =>
      response.writeHead(200, { 'Content-Type': 'application/openmetrics-text; version=1.0.0' }).end('a 1\n'),
    says: /# EOF/,
  },
  metadata: {
    answer: (response) =>
      response.writeHead(302, { Location: 'http://169.254.169.254/latest/meta-data/' }).end(),
    says: /169\.254\.169\.254 is a link-local or metadata address/,
  },
  file: {
    answer: (response) => response.writeHead(302, { Location: 'file:///etc/passwd' }).end(),
    says: /only http and https/,
  },
  many: {
    answer: (response) =>
      response.writeHead(200, TEXT).end(Array.from({ length: 40_000 }, (_, i) => `m{i="${i}"} 1\n`).join('')),
    says: /sample_limit exceeded: 40000 samples/,
  },
  wide: {
    answer: (response) =>
      response
        .writeHead(200, TEXT)
        .end(`w{${Array.from({ length: 100 }, (_, i) => `l${i}="x"`).join(',')}} 1\ngood 1\n`),
    says: /^1 of 7 samples refused \(too_many_labels\)/,
  },
};

describe('targets that mean harm', () => {
  let folder: string;
  let app: Server;
  let secure: Server;
  let server: TestServer;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tinyobs-hostile-targets-'));
    const { cert, key } = await writeCertificate(folder);
    app = createServer((request, response) => {
      const hostile = HOSTILE[(request.url ?? '').slice(1)];
      if (hostile) hostile.answer(response);
      else response.writeHead(200, TEXT).end('fine 1\n');
    });
    secure = createSecureServer({ cert: readFileSync(cert), key: readFileSync(key) }, (_request, response) =>
      response.writeHead(200, TEXT).end('private 1\n'),
    );
    for (const one of [app, secure]) await new Promise<void>((done) => one.listen(0, '127.0.0.1', done));
    const addressOf = (one: Server, host = '127.0.0.1') => `${host}:${(one.address() as AddressInfo).port}`;
    const at = (one: Server, host?: string) => [{ targets: [addressOf(one, host)] }];
    const overTls = { scheme: 'https' as const };
    server = await startTestServer({
      limits: { requestBytes: BODY_BYTES_MAX },
      scrape: {
        global: { scrape_interval: '1s', scrape_timeout: '950ms' },
        scrape_configs: [
          ...Object.keys(HOSTILE).map((name) => ({
            job_name: name,
            metrics_path: `/${name}`,
            sample_limit: 30_000,
            ...(/drip|silent/.test(name) ? { scrape_timeout: '400ms' } : {}),
            static_configs: at(app),
          })),
          { job_name: 'fine', static_configs: at(app) },
          { job_name: 'direct', static_configs: [{ targets: ['169.254.169.254', '[fe80::1]:80'] }] },
          {
            job_name: 'trusted',
            ...overTls,
            tls_config: { ca_file: cert },
            static_configs: at(secure, 'localhost'),
          },
          {
            job_name: 'named',
            ...overTls,
            tls_config: { ca_file: cert, server_name: 'localhost' },
            static_configs: at(secure),
          },
          {
            job_name: 'misnamed',
            ...overTls,
            tls_config: { ca_file: cert, server_name: 'other' },
            static_configs: at(secure),
          },
          { job_name: 'distrusted', ...overTls, static_configs: at(secure, 'localhost') },
          {
            job_name: 'careless',
            ...overTls,
            tls_config: { insecure_skip_verify: true },
            static_configs: at(secure),
          },
          {
            job_name: 'certless',
            ...overTls,
            tls_config: { ca_file: join(folder, 'none') },
            static_configs: at(secure),
          },
        ],
      },
    });
    await eventually('more than one scrape of each', async () => {
      const count = await metricValue(server.url, 'tinyobs_scrape_duration_seconds_count');
      return count > 50 ? undefined : `${count} scrapes`;
    });
  });
  afterAll(async () => {
    await server?.close();
    for (const one of [app, secure]) {
      await new Promise((done) => {
        one.close(done);
        (one as ReturnType<typeof createServer>).closeAllConnections();
      });
    }
    await rm(folder, { recursive: true });
  });

  const targets = async (job: string) => {
    const { data } = await getApi(server.url, '/api/v1/targets', { scrapePool: job });
    return (data as unknown as { activeTargets: { health: string; lastError: string }[] }).activeTargets;
  };

  it.each(Object.entries(HOSTILE))('is told of %s what it did', async (name, { says }) => {
    // A busy machine may have given a scrape no time to see it.
    await expect.poll(async () => (await targets(name))[0].lastError).toMatch(says);
    expect((await targets(name))[0].health).toBe(name === 'wide' ? 'up' : 'down');
    const query = `{job="${name}",__name__!~"up|scrape_.*"}`;
    const stored = seriesOf(await getApi(server.url, '/api/v1/query', { query }));
    expect(stored.map(({ labels }) => labels)).toEqual(
      name === 'wide' ? [expect.stringContaining('"good"')] : [],
    );
  });

  it('is not sent to addresses that are refused', async () => {
    expect((await targets('direct')).map(({ lastError }) => lastError)).toEqual([
      expect.stringMatching(/^169\.254\.169\.254 is a link-local/),
      expect.stringMatching(/^fe80::1 is a link-local/),
    ]);
  });

  it.each([
    ['trusted', /^$/],
    ['named', /^$/],
    ['careless', /^$/],
    ['misnamed', /altnames|does not match/i],
    ['distrusted', /self-signed|unable to verify/i],
    ['certless', /a file of credentials cannot be read: ENOENT/],
  ])('is spoken to over TLS as %s', async (job, says) => {
    await expect.poll(async () => (await targets(job))[0].lastError).toMatch(says);
    await expect.poll(async () => (await targets(job))[0].health).toBe(says.source === '^$' ? 'up' : 'down');
  });

  it('disturbs no other', async () => {
    await expect.poll(async () => (await targets('fine'))[0].health).toBe('up');
    const query = 'count_over_time(fine{job="fine"}[1m]) > 1';
    expect(seriesOf(await getApi(server.url, '/api/v1/query', { query }))).toHaveLength(1);
    const held = await metricValue(server.url, 'tinyobs_limit_used\\{limit="memory.bodies"\\}');
    expect(held).toBeLessThan(3 * BODY_BYTES_MAX);
  });

  it('is counted by what it did', async () => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    const codes = [...text.matchAll(/^tinyobs_scrape_failures_total\{code="(\w+)"\} /gm)].map(
      ([, code]) => code,
    );
    expect(codes.sort()).toEqual([
      'scrape_address_refused',
      'scrape_credentials',
      'scrape_limit',
      'scrape_malformed',
      'scrape_timeout',
      'scrape_unreachable',
    ]);
    expect(text).toMatch(/^tinyobs_scrape_targets\{health="up"\} [1-5]$/m);
  });
});
