import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Agent, type OutgoingHttpHeaders, request as send } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTinyObs, type TinyObsProgram } from '../programs.js';
import { getApi, importText } from '../testServer.js';

const NEW_SERIES = 400_000;
const ROWS_PER_BODY = 10_000;
const STEADY_SERIES = 200;
const PEAK_BYTES_MAX = 1e9;
/** A request that takes longer hangs. */
const HANG_MS = 20_000;

type Body = string | Uint8Array;

interface Hostile {
  readonly what: string;
  readonly method?: string;
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: () => Body;
  /** What may be answered; a 5xx never. */
  readonly status: readonly number[];
}

const JSON_TYPE = { 'Content-Type': 'application/json' };
const row = (labels: string, name = 'hostile') =>
  `{"metrics":[{"name":"${name}","value":1,"labels":${labels}}]}`;
const manyLabels = (count: number): string =>
  `{${Array.from({ length: count }, (_, i) => `"label_${i}":"x"`).join(',')}}`;

/** The length that a snappy block says it has, and no more than a few bytes behind it. */
const SNAPPY_GIGABYTE = Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x04, 0x00, 0x61);

const posting =
  (path: string, always: OutgoingHttpHeaders) =>
  (
    what: string,
    body: () => Body,
    status: readonly number[],
    headers: OutgoingHttpHeaders = {},
  ): Hostile => ({
    what,
    method: 'POST',
    path,
    headers: { ...always, ...headers },
    body,
    status,
  });
const ingest = posting('/v1/ingest', JSON_TYPE);
const text = posting('/api/v1/import/prometheus', {});

const BODIES: readonly Hostile[] = [
  {
    what: 'snappy that declares a gigabyte',
    method: 'POST',
    path: '/api/v1/write',
    headers: { 'Content-Encoding': 'snappy', 'Content-Type': 'application/x-protobuf' },
    body: () => SNAPPY_GIGABYTE,
    status: [400, 413],
  },
  ingest('a gzip bomb of 512 MB as JSON', () => gzipSync(Buffer.alloc(512e6, ' ')), [400, 413], {
    'Content-Encoding': 'gzip',
  }),
  text('a gzip bomb of 512 MB as text', () => gzipSync(Buffer.alloc(512e6, '\n')), [400, 413], {
    'Content-Encoding': 'gzip',
  }),
  text('gzip that is cut off', () => gzipSync(Buffer.alloc(1e5)).subarray(0, 50), [400], {
    'Content-Encoding': 'gzip',
  }),
  ingest('10,000 labels as JSON', () => row(manyLabels(10_000)), [400]),
  text('10,000 labels as text', () => `hostile${manyLabels(10_000).replace(/"(\w+)":/g, '$1=')} 1\n`, [400]),
  ingest('a value of a megabyte', () => row(`{"a":"${'x'.repeat(1e6)}"}`), [400]),
  ingest('a label name of a megabyte', () => row(`{"${'x'.repeat(1e6)}":"a"}`), [400]),
  ingest('a metric name of a megabyte', () => row('{}', 'x'.repeat(1e6)), [400]),
  ingest('a body of 40 MB', () => row(`{"a":"${'x'.repeat(40e6)}"}`), [413]),
  ingest('a million open brackets', () => '['.repeat(1e6), [400]),
  ingest('a million open braces', () => '{"a":'.repeat(1e6), [400]),
  ingest('deep labels', () => row(`{"a":${'{"a":'.repeat(1e5)}1${'}'.repeat(1e5)}}`), [400]),
  ingest('keys of Object.prototype in the body', () => '{"__proto__":{"metrics":[]},"constructor":1}', [400]),
  ingest(
    'keys of Object.prototype in a row',
    () => '{"metrics":[{"__proto__":{"name":"a","value":1}}]}',
    [400],
  ),
  ingest(
    'a number of a million digits',
    () => `{"metrics":[{"name":"a","value":${'9'.repeat(1e6)}}]}`,
    [200, 400],
  ),
  ingest('bytes that are not UTF-8', () => Uint8Array.of(0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d), [400]),
  ingest('an empty body', () => '', [400]),
  text('a text of control characters', () => '\u0000\u0001\u001b[31m{} 1\n', [400]),
  text('a line of 20 MB', () => `a{b="${'\\\\'.repeat(10e6)}"} 1\n`, [400, 413]),
];

const PATHS: readonly Hostile[] = [
  ...[
    '/..%2f..%2fetc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/assets/..%5c..%5cetc',
    '/..%00/',
    '/%00',
    '/index.html%00.js',
  ],
  ...[
    '//etc/passwd',
    '/\\..\\..',
    '/.git/config',
    '/.env',
    '/assets/../../package.json',
    '/%',
    '/%ff%fe',
    '/%c0%ae%c0%ae/',
  ],
].map((path) => ({ what: `the path ${path}`, path, status: [400, 404] }));

const REQUESTS: readonly Hostile[] = [
  { what: 'a URL of 100 KB', path: `/api/v1/query?query=${'1'.repeat(100_000)}`, status: [431] },
  {
    what: 'a header of 100 KB',
    path: '/health',
    headers: { 'X-Large': 'x'.repeat(100_000) },
    status: [431],
  },
  {
    what: '1,000 headers',
    path: '/health',
    headers: Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`X-${i}`, 'x'])),
    status: [200, 400, 431],
  },
  {
    what: 'line breaks for a header, encoded in a parameter',
    path: '/api/v1/query?query=up%0d%0aSet-Cookie:%20a=b&time=%0d%0aX-Injected:%201',
    status: [400],
  },
  { what: 'an unknown method', method: 'PROPFIND', path: '/v1/ingest', status: [405] },
  {
    what: 'parameters of Object.prototype',
    path: '/api/v1/query?__proto__[query]=1&constructor=1',
    status: [400],
  },
];

describe('a server under hostile load', () => {
  let server: TinyObsProgram;
  const dataDir = mkdtempSync(join(tmpdir(), 'tinyobs-hostile-'));
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });

  beforeAll(async () => {
    server = await startTinyObs(dataDir, [
      ...['--set', 'limits.requestsPerMinute=off'],
      ...['--set', 'selfMonitoring.interval=1s'],
    ]);
    await importText(server.url, 'known{a="b"} 7 1700000000000\n');
  });
  afterAll(async () => {
    agent.destroy();
    expect(await server.stop()).toBe(0);
    await rm(dataDir, { recursive: true });
  });

  const ask = ({ method = 'GET', path, headers, body }: Omit<Hostile, 'what' | 'status'>) =>
    new Promise<{ status: number; headers: OutgoingHttpHeaders; body: string }>((resolve, reject) => {
      const { hostname, port } = new URL(server.url);
      const sent = send({ hostname, port, method, path, headers, agent, timeout: HANG_MS }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        );
        answer.on('error', reject);
      });
      sent.on('timeout', () => sent.destroy(new Error('no answer')));
      sent.on('error', reject);
      sent.end(body?.());
    });

  const expectKnown = async () => {
    const { data } = await getApi(server.url, '/api/v1/query', { query: 'known', time: 1_700_000_000 });
    expect(data.result).toEqual([{ metric: { __name__: 'known', a: 'b' }, value: [1_700_000_000, '7'] }]);
  };
  const peakBytes = (): number => {
    const status = readFileSync(`/proc/${server.child.pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
  };
  const metric = async (line: RegExp): Promise<number> => {
    const exposed = await (await fetch(`${server.url}/metrics`)).text();
    return Number(line.exec(exposed)?.[1] ?? 0);
  };

  it(`takes every sample of a steady client while another tries ${NEW_SERIES} new series of a metric`, async () => {
    const steady = { sent: 0, accepted: 0, isOver: false };
    const client = (async () => {
      while (!steady.isOver) {
        const lines = Array.from({ length: STEADY_SERIES }, (_, i) => `steady{i="${i}"} ${steady.sent}\n`);
        const { status } = await ask({
          method: 'POST',
          path: '/api/v1/import/prometheus',
          body: () => lines.join(''),
        });
        steady.sent++;
        if (status === 204) steady.accepted++;
      }
    })();
    let refused = 0;
    for (let from = 0; from < NEW_SERIES; from += ROWS_PER_BODY) {
      const lines = Array.from({ length: ROWS_PER_BODY }, (_, i) => `flood{i="${from + i}"} 1\n`);
      const answer = await ask({
        method: 'POST',
        path: '/api/v1/import/prometheus',
        body: () => lines.join(''),
      });
      expect([204, 429]).toContain(answer.status);
      if (answer.status !== 429) continue;
      const { code, message, refusedCount } = JSON.parse(answer.body);
      expect(code).toBe('too_many_series_per_metric');
      expect(message).toContain('limits.seriesPerMetric');
      refused += refusedCount;
    }
    steady.isOver = true;
    await client;
    expect(refused).toBe(NEW_SERIES - 100_000);
    expect(steady.sent).toBeGreaterThan(10);
    expect(steady.accepted).toBe(steady.sent);
    expect(
      await metric(/^tinyobs_ingest_refused_samples_total\{.*too_many_series_per_metric.*\} (\d+)$/m),
    ).toBe(refused);
    const status = await getApi(server.url, '/api/v1/status/tsdb');
    expect(
      (status.data as unknown as { seriesCountByMetricName: unknown }).seriesCountByMetricName,
    ).toContainEqual({
      name: 'flood',
      value: 100_000,
    });
    await expectKnown();
    expect(peakBytes()).toBeLessThan(PEAK_BYTES_MAX);
  }, 120_000);

  it.each([...BODIES, ...PATHS, ...REQUESTS])(
    'refuses $what, and goes on',
    async ({ status, ...hostile }) => {
      const answer = await ask(hostile);
      expect(status, answer.body.slice(0, 300)).toContain(answer.status);
      expect(answer.headers).not.toHaveProperty('x-injected');
      expect(answer.headers).not.toHaveProperty('set-cookie');
      await expectKnown();
    },
    60_000,
  );

  it('takes labels that are named like properties of objects for what they are', async () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      const sent = await ask({
        ...ingest('', () => row(`{${JSON.stringify(name)}:"x"}`, `named_${name}`), []),
      });
      expect(sent.status).toBe(200);
      const { data } = await getApi(server.url, '/api/v1/series', {
        'match[]': `{__name__="named_${name}"}`,
      });
      expect(JSON.stringify(data)).toBe(`[{"__name__":"named_${name}",${JSON.stringify(name)}:"x"}]`);
    }
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
    await expectKnown();
  });

  it('is not held by 300 connections that say nothing, and 50 that send a byte at a time', async () => {
    const { hostname, port } = new URL(server.url);
    const sockets: Socket[] = [];
    const open = (start: string) =>
      new Promise<Socket>((resolve, reject) => {
        const socket = connect({ host: hostname, port: Number(port) }, () => {
          if (start !== '') socket.write(start);
          resolve(socket);
        });
        socket.on('error', reject);
        sockets.push(socket);
      });
    for (let i = 0; i < 300; i++) await open('');
    const head =
      'POST /v1/ingest HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{';
    const slow = await Promise.all(Array.from({ length: 50 }, () => open(head)));
    for (let round = 0; round < 5; round++) {
      for (const socket of slow) socket.write(' ');
      await expectKnown();
    }
    for (const socket of sockets) socket.destroy();
    await expectKnown();
  });

  it('is itself after all that: alive, bounded, without a 5xx', async () => {
    await expectKnown();
    expect(server.child.exitCode).toBeNull();
    expect(peakBytes()).toBeLessThan(PEAK_BYTES_MAX);
    expect(await metric(/^tinyobs_http_requests_total\{.*status="5\d\d".*\} (\d+)$/m)).toBe(0);
    expect(server.output()).not.toMatch(/"level":(?:50|60)/);
  });
});
