import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getApi, postJson, startTestServer, type TestServer } from '../testServer.js';

interface Refusal {
  status: string;
  code: string;
  message: string;
  count: number;
  refusedCount: number;
  refused: { row: number; code: string; message: string }[];
}

describe('ingest over HTTP', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({
      limits: { requestBytes: '1MB', seriesPerMetric: 3, labelsPerSeries: 5 },
    });
  });
  afterAll(() => server.close());

  const valuesOf = async (query: string) => {
    const { data } = await getApi(server.url, '/api/v1/query', { query });
    return (data.result as { value: [number, string] }[]).map(({ value }) => value[1]);
  };

  it('stores the rows of a JSON body and says how many', async () => {
    const response = await postJson(server.url, {
      metrics: [
        { name: 'stored', type: 'gauge', value: 1, labels: { at: 'a' } },
        {
          name: 'stored',
          type: 'gauge',
          value: '+Inf',
          labels: { at: 'b' },
          timestamp: new Date().toISOString(),
        },
      ],
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: 'ok', count: 2, message: 'stored 2 samples' });
    expect(await valuesOf('stored{at="a"}')).toEqual(['1']);
    expect(await valuesOf('stored{at="b"}')).toEqual(['+Inf']);
  });

  it('takes gzip', async () => {
    const body = gzipSync(JSON.stringify({ metrics: [{ name: 'zipped', value: 5 }] }));
    const headers = { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' };
    const response = await fetch(`${server.url}/v1/ingest`, { method: 'POST', headers, body });
    expect(response.status).toBe(200);
    expect(await valuesOf('zipped')).toEqual(['5']);
  });

  it('keeps good rows, stores nothing of bad ones, and names each', async () => {
    const response = await postJson(server.url, {
      metrics: [
        { name: 'partly', value: 1, labels: { at: 'good' } },
        { name: 'partly', value: 'many', labels: { at: 'bad value' } },
        { name: 'partly', value: 1, labels: { at: 'future' }, timestamp: Date.now() + 3_600_000 },
        { name: 7, value: 1 },
        { name: 'partly', value: 1, labels: { a: '1', b: '2', c: '3', d: '4', e: '5' } },
      ],
    });
    expect(response.status).toBe(400);
    const body = (await response.json()) as Refusal;
    expect(body.count).toBe(1);
    expect(body.refusedCount).toBe(4);
    expect(body.refused.map(({ row, code }) => [row, code])).toEqual([
      [1, 'invalid_value'],
      [2, 'sample_too_new'],
      [3, 'invalid_metric_name'],
      [4, 'too_many_labels'],
    ]);
    expect(await valuesOf('partly')).toEqual(['1']);
  });

  it('refuses only new series past the limit of a metric, and goes on with known ones', async () => {
    const rows = (hosts: string[], value: number) => ({
      metrics: hosts.map((host) => ({ name: 'limited', value, labels: { host } })),
    });
    expect((await postJson(server.url, rows(['a', 'b', 'c'], 1))).status).toBe(200);
    const response = await postJson(server.url, rows(['a', 'd', 'b', 'e', 'c'], 2));
    expect(response.status).toBe(429);
    const body = (await response.json()) as Refusal;
    expect(body).toMatchObject({ code: 'too_many_series_per_metric', count: 3, refusedCount: 2 });
    expect(body.refused[0]).toMatchObject({
      row: 1,
      message: expect.stringMatching(/limited has its 3 .*limits.seriesPerMetric/),
    });
    expect((await valuesOf('limited')).sort()).toEqual(['2', '2', '2']);
  });

  it('imports Prometheus text and names bad lines', async () => {
    const text = '# TYPE imported counter\nimported{a="1"} 5\nimported{a="2" 6\nimported{a="3"} 7\n';
    const response = await fetch(`${server.url}/api/v1/import/prometheus`, { method: 'POST', body: text });
    expect(response.status).toBe(400);
    const body = (await response.json()) as Refusal;
    expect(body).toMatchObject({ count: 2, refusedCount: 1 });
    expect(body.refused[0].row).toBe(3);
    expect((await valuesOf('imported')).sort()).toEqual(['5', '7']);
  });

  it('counts what it took and refused', async () => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    expect(text).toMatch(/tinyobs_ingest_samples_total\{protocol="json"\} [1-9]/);
    expect(text).toMatch(
      /tinyobs_ingest_refused_samples_total\{code="too_many_series_per_metric",protocol="json"\} 2/,
    );
    expect(text).toMatch(/tinyobs_ingest_refused_samples_total\{code="[a-z_]+",protocol="text"\} 1/);
  });

  describe('refuses with a code, a place and advice', () => {
    const send = (body: BodyInit, headers: Record<string, string> = {}) =>
      fetch(`${server.url}/v1/ingest`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body,
      });

    it.each([
      ['half a body', '{"metrics":[{"name":"x","value":1}', 400, 'malformed_json'],
      ['NaN without quotes', '{"metrics":[{"name":NaN,"value":1}]}', 400, 'malformed_json'],
      ['no metrics', '{"metric":[]}', 400, 'malformed_json'],
      ['an array', '[]', 400, 'malformed_json'],
      ['nothing', '', 400, 'malformed_json'],
    ])('%s', async (_what, body, status, code) => {
      const response = await send(body);
      expect(response.status).toBe(status);
      expect(await response.json()).toMatchObject({
        status: 'error',
        code,
        message: expect.stringMatching(/.{20}/),
      });
    });

    it('a body over the limit, before and after decompression', async () => {
      const large = JSON.stringify({
        metrics: [{ name: 'x', value: 1, labels: { big: 'y'.repeat(2_000_000) } }],
      });
      const zipped = gzipSync(large);
      expect(zipped.length).toBeLessThan(100_000);
      for (const response of [await send(large), await send(zipped, { 'Content-Encoding': 'gzip' })]) {
        expect(response.status).toBe(413);
        expect(await response.json()).toMatchObject({
          code: 'body_too_large',
          message: expect.stringContaining('limits.requestBytes'),
        });
      }
    });

    it('what is not gzip though it says so', async () => {
      const response = await send('{"metrics":[]}', { 'Content-Encoding': 'gzip' });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ code: 'malformed_body' });
    });

    it('unknown encodings and types', async () => {
      expect((await send('{}', { 'Content-Encoding': 'br' })).status).toBe(415);
      expect((await send('{}', { 'Content-Type': 'text/html' })).status).toBe(415);
    });

    it('a method the path does not take, and says which it does', async () => {
      const response = await fetch(`${server.url}/v1/ingest`);
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe('POST, OPTIONS');
      expect(await response.json()).toMatchObject({ code: 'method_not_allowed' });
    });

    it('a path that is not there', async () => {
      const response = await fetch(`${server.url}/v1/nothing`);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({
        code: 'not_found',
        message: expect.stringContaining('/v1/nothing'),
      });
    });
  });

  it('keeps labels named like parts of Object.prototype as plain labels', async () => {
    const body = '{"metrics":[{"name":"plain","value":1,"labels":{"__proto__":"a","constructor":"b"}}]}';
    expect((await postJson(server.url, body)).status).toBe(200);
    const answer = await fetch(`${server.url}/api/v1/series?match[]=plain`);
    expect(await answer.text()).toContain('"__proto__":"a","constructor":"b"');
  });
});
