import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AskedQuery,
  readRequestBody,
  seriesOfFrames,
  seriesOfSamples,
} from '../../packages/formats/src/remoteRead/readMessages.suite.js';
import { differenceOf } from '../answers.js';
import { hasPrometheus, type Prometheus, startPrometheus } from '../prometheus.js';
import { getApi, importText, rawRequest, startTestServer, type TestServer } from '../testServer.js';

const isInstalled = hasPrometheus();
const HEADERS = { 'Content-Type': 'application/x-protobuf', 'Content-Encoding': 'snappy' };
const STALE = 0x7ff0000000000002n;
const JOBS = ['z', 'mail', 'api', 'ü'];
const SAMPLES = 300;
const STEP_MS = 15_000;

describe('remote read', () => {
  const startMs = Date.now() - SAMPLES * STEP_MS;
  const endMs = startMs + (SAMPLES - 1) * STEP_MS;
  let server: TestServer;
  let folder: string;
  let prometheus: Prometheus;
  beforeAll(async () => {
    server = await startTestServer({ query: { responseBytes: '1MiB' } });
    // Written so that the order of ids is not that of labels, and half of it is in blocks.
    for (const half of [0, 1]) {
      const lines: string[] = [];
      for (let i = (half * SAMPLES) / 2; i < ((half + 1) * SAMPLES) / 2; i++) {
        for (const [at, job] of JOBS.entries()) {
          lines.push(`waiting{job="${job}"} ${Math.sin(i * (at + 1))} ${startMs + i * STEP_MS}`);
          lines.push(`done_total{job="${job}"} ${i * at} ${startMs + i * STEP_MS}`);
        }
      }
      await importText(server.url, `${lines.join('\n')}\n`);
      if (half === 0) await fetch(`${server.url}/api/v1/admin/flush`, { method: 'POST' });
    }
    await importText(server.url, `gone{job="a"} 1 ${startMs}\n`);
    await fetch(`${server.url}/v1/ingest`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        metrics: [{ name: 'gone', labels: { job: 'a' }, value: 'stale', timestamp: startMs + STEP_MS }],
      }),
    });
    if (!isInstalled) return;
    folder = mkdtempSync(join(tmpdir(), 'tinyobs-remote-read-'));
    const remote_read = [{ url: `${server.url}/api/v1/read`, read_recent: true }];
    prometheus = await startPrometheus(folder, { remote_read });
  });
  afterAll(async () => {
    await prometheus?.stop();
    await server.close();
    if (isInstalled) await rm(folder, { recursive: true });
  });

  const all = (matchers: AskedQuery['matchers']): AskedQuery => ({ startMs, endMs, matchers });
  const read = (queries: readonly AskedQuery[], types: readonly number[] = []) =>
    rawRequest(`${server.url}/api/v1/read`, {
      method: 'POST',
      headers: HEADERS,
      body: Buffer.from(readRequestBody(queries, types)),
    });

  it('answers samples and chunks of the same queries alike, in the order of labels', async () => {
    const queries = [
      all([[0, '__name__', 'waiting']]),
      all([
        [2, '__name__', 'done.*|gone'],
        [3, 'job', 'z|mail'],
      ]),
      { startMs: startMs + 1, endMs: startMs + 2 * STEP_MS, matchers: [[1, 'job', 'api']] as const },
    ];
    const samples = await read(queries);
    expect(samples.headers).toMatchObject({
      'content-type': 'application/x-protobuf',
      'content-encoding': 'snappy',
    });
    const series = seriesOfSamples(samples.body);
    expect(series.filter(({ query }) => query === 0).map(({ labels }) => labels.job)).toEqual(
      [...JOBS].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    );
    expect(series[0].samples.length).toBe(SAMPLES);
    expect(series.filter(({ query }) => query === 1).map(({ labels }) => labels.__name__)).toEqual([
      'done_total',
      'done_total',
      'gone',
    ]);
    expect(series.find(({ labels }) => labels.__name__ === 'gone')?.samples[1][1]).toBe(STALE);
    expect(series.findLast(({ query }) => query === 2)?.samples.map(([timeMs]) => timeMs)).toEqual([
      startMs + STEP_MS,
      startMs + 2 * STEP_MS,
    ]);
    const chunks = await read(queries, [1, 0]);
    expect(chunks.headers['content-type']).toBe(
      'application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse',
    );
    const streamed = seriesOfFrames(chunks.body, () => undefined);
    expect(streamed.map(({ chunkSizes, ...rest }) => rest)).toEqual(series);
    for (const { chunkSizes } of streamed) expect(Math.max(...chunkSizes)).toBeLessThanOrEqual(120);
  });

  it('chooses the first type that both know, and samples where none is named', async () => {
    const up = [all([[0, 'job', 'none']])];
    expect((await read(up, [0, 1])).headers['content-type']).toBe('application/x-protobuf');
    expect((await read(up, [5, 1])).headers['content-type']).toMatch(/^application\/x-streamed-protobuf/);
    const refused = await read(up, [5]);
    expect(refused.status).toBe(400);
    expect(refused.body.toString()).toContain('STREAMED_XOR_CHUNKS');
  });

  it('refuses what is wrong with a request, and more than may be asked', async () => {
    const bad = await read([all([[2, 'job', '(']])]);
    expect([bad.status, bad.body.toString()]).toEqual([400, expect.stringContaining('(')]);
    expect((await read([all([[0, '', 'a']])])).status).toBe(400);
    const broken = { method: 'POST', headers: HEADERS, body: Buffer.from('nonsense') };
    expect((await rawRequest(`${server.url}/api/v1/read`, broken)).status).toBe(400);
    expect((await fetch(`${server.url}/api/v1/read`)).status).toBe(405);
    const many = Array.from({ length: 30 }, () => all([]));
    const large = await read(many);
    expect([large.status, large.body.toString()]).toEqual([
      422,
      expect.stringContaining('query.responseBytes'),
    ]);
    // Chunks are sent as they are made: an answer of any size is one.
    expect((await read(many, [1])).status).toBe(200);
  });

  describe.skipIf(!isInstalled)('by a real Prometheus', () => {
    it.each([
      ['{job=~".+"}'],
      ['waiting{job!="z"}[10m]'],
      ['gone'],
      ['sum by (job) (rate(done_total[5m]))'],
      ['last_over_time(gone[2h])'],
      ['waiting{job!~"z|ü"} offset 10m'],
    ])('answers %s as TinyObs itself', async (query) => {
      // Never a whole window before a sample: Prometheus 2 counts what is at its beginning, 3 does not.
      for (const time of [endMs + 7000, startMs + STEP_MS / 2, startMs + 2 * STEP_MS + 1]) {
        const parameters = { query, time: (time / 1000).toFixed(3) };
        const [ours, theirs] = await Promise.all(
          [server.url, prometheus.url].map((url) => getApi(url, '/api/v1/query', parameters)),
        );
        expect(theirs.status).toBe('success');
        expect(differenceOf(ours, theirs, { tolerance: 1e-12 })).toBeUndefined();
      }
    });

    it('answers ranges as TinyObs itself, and what ended has ended', async () => {
      const parameters = { start: (startMs + 7000) / 1000, end: endMs / 1000, step: 30 };
      for (const query of ['gone', 'sum(waiting)', 'changes(waiting[5m])']) {
        const [ours, theirs] = await Promise.all(
          [server.url, prometheus.url].map((url) =>
            getApi(url, '/api/v1/query_range', { ...parameters, query }),
          ),
        );
        expect(differenceOf(ours, theirs, { tolerance: 1e-12 })).toBeUndefined();
      }
      const gone = await getApi(prometheus.url, '/api/v1/query', {
        query: 'gone',
        time: startMs / 1000 + 20,
      });
      expect(gone.data.result).toEqual([]);
    });
  });
});
