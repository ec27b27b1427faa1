import { encodeRemoteWrite } from '@tinyobs/formats';
import { Labels, WriteBatch } from '@tinyobs/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getApi, metricValue, startTestServer, type TestServer } from '../testServer.js';

const T0 = 1_700_000_000;
const PATH = '/api/v1/query_exemplars';

interface Given {
  readonly series: Record<string, string>;
  readonly trace: string;
  readonly timeMs?: number;
  readonly value?: number;
}

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.close());

/** By remote write, with a sample of each series; the status of the answer. */
async function write(given: readonly Given[], sampleMs = T0 * 1000): Promise<number> {
  const batch = new WriteBatch();
  for (const [row, { series, trace, timeMs = T0 * 1000, value = 1 }] of given.entries()) {
    const place = batch.addSeries(Labels.fromObject(series));
    batch.addSample(place, sampleMs, 1, row);
    batch.exemplars.push({ series: place, labels: Labels.fromObject({ trace_id: trace }), value, timeMs });
  }
  const response = await fetch(`${server.url}/api/v1/write`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-protobuf', 'Content-Encoding': 'snappy' },
    body: encodeRemoteWrite(batch) as Uint8Array<ArrayBuffer>,
  });
  return response.status;
}

const ask = (parameters: Readonly<Record<string, string | number>>) => getApi(server.url, PATH, parameters);

/** Traces by the text of their series, in the order of the answer. */
async function tracesOf(
  parameters: Readonly<Record<string, string | number>>,
): Promise<[string, string[]][]> {
  const { data } = await ask(parameters);
  const found = data as unknown as {
    seriesLabels: Record<string, string>;
    exemplars: { labels: { trace_id: string } }[];
  }[];
  return found.map(({ seriesLabels, exemplars }) => [
    Labels.fromObject(seriesLabels).toString(),
    exemplars.map(({ labels }) => labels.trace_id),
  ]);
}

describe('exemplars over the API', () => {
  it('are answered as Prometheus does, by series and time', async () => {
    const bucket = { __name__: 'latency_bucket', le: '0.5' };
    await write([
      { series: bucket, trace: 'b', timeMs: T0 * 1000 + 479, value: 0.25 },
      { series: bucket, trace: 'a', timeMs: T0 * 1000, value: Number.POSITIVE_INFINITY },
      { series: { __name__: 'done_total', job: 'ü' }, trace: 'c"', value: 1e21 },
    ]);
    const query = 'rate(latency_bucket[5m]) / ignoring(le) group_left done_total offset 1h';
    const text = await (await fetch(`${server.url}${PATH}?query=${encodeURIComponent(query)}`)).text();
    expect(text).toBe(
      '{"status":"success","data":[' +
        '{"seriesLabels":{"__name__":"done_total","job":"ü"},"exemplars":[{"labels":{"trace_id":"c\\""},"value":"1e+21","timestamp":1700000000}]},' +
        '{"seriesLabels":{"__name__":"latency_bucket","le":"0.5"},"exemplars":[' +
        '{"labels":{"trace_id":"a"},"value":"+Inf","timestamp":1700000000},' +
        '{"labels":{"trace_id":"b"},"value":"0.25","timestamp":1700000000.479}]}]}',
    );
    const quantile = 'histogram_quantile(0.9, sum by (le) (rate(latency_bucket[5m])))';
    expect(await tracesOf({ query: quantile })).toEqual([['latency_bucket{le="0.5"}', ['a', 'b']]]);
    expect(await tracesOf({ query: 'latency_bucket or latency_bucket{le="0.5"}' })).toHaveLength(1);
    expect(await tracesOf({ query: 'latency_bucket', start: T0 + 0.001, end: T0 + 0.479 })).toEqual([
      ['latency_bucket{le="0.5"}', ['b']],
    ]);
    expect(await tracesOf({ query: 'latency_bucket', end: T0 - 1 })).toEqual([]);
    expect(await tracesOf({ query: 'none' })).toEqual([]);
    const form = await fetch(`${server.url}${PATH}`, {
      method: 'POST',
      body: new URLSearchParams({ query: 'done_total', start: String(T0), end: String(T0) }),
    });
    expect(((await form.json()) as { data: unknown[] }).data).toHaveLength(1);
  });

  it('are there once when a request is sent again, and are counted', async () => {
    const given = [{ series: { __name__: 'm' }, trace: 'a' }];
    for (const _ of [1, 2]) expect(await write(given)).toBe(204);
    expect(await tracesOf({ query: 'm' })).toEqual([['m', ['a']]]);
    const counted = 'tinyobs_ingest_exemplars_total';
    expect(await metricValue(server.url, counted)).toBe(2);
    expect(await metricValue(server.url, 'tinyobs_ingest_refused_exemplars_total')).toBe(0);
    expect(await metricValue(server.url, 'tinyobs_storage_exemplars')).toBe(1);
    expect(await metricValue(server.url, 'tinyobs_storage_exemplar_bytes')).toBeGreaterThan(0);
  });

  it('are refused with series that break a limit, and when they are too new', async () => {
    const future = Date.now() + 3_600_000;
    await write([
      { series: { __name__: 'm' }, trace: 'kept' },
      { series: { __name__: 'm' }, trace: 'too new', timeMs: future },
      { series: { __name__: 'm', long: 'x'.repeat(5000) }, trace: 'of a long label' },
    ]);
    expect(await tracesOf({ query: 'm' })).toEqual([['m', ['kept']]]);
    expect(await metricValue(server.url, 'tinyobs_ingest_refused_exemplars_total')).toBe(2);
  });

  it('are bounded in number, and go with the samples that are deleted', async () => {
    await server.close();
    server = await startTestServer({ storage: { exemplars: 3 } });
    for (const trace of ['a', 'b', 'c', 'd']) await write([{ series: { __name__: 'm' }, trace }]);
    await write([{ series: { __name__: 'other' }, trace: 'e' }]);
    expect(await tracesOf({ query: 'm or other' })).toEqual([
      ['m', ['c', 'd']],
      ['other', ['e']],
    ]);
    expect(await metricValue(server.url, 'tinyobs_storage_exemplars_evicted_total')).toBe(2);
    const limit = await (await fetch(`${server.url}/metrics`)).text();
    expect(limit).toMatch(/^tinyobs_limit_value\{limit="storage.exemplars"\} 3$/m);
    await fetch(`${server.url}/api/v1/admin/tsdb/delete_series?match[]=m`, { method: 'POST' });
    expect(await tracesOf({ query: 'm or other' })).toEqual([['other', ['e']]]);
  });

  it('are none with storage.exemplars off', async () => {
    await server.close();
    server = await startTestServer({ storage: { exemplars: 'off' } });
    expect(await write([{ series: { __name__: 'm' }, trace: 'a' }])).toBe(204);
    expect(await tracesOf({ query: 'm' })).toEqual([]);
    expect(await metricValue(server.url, 'tinyobs_ingest_refused_exemplars_total')).toBe(1);
  });

  it('are not answered where the answer would be too large, or of too many series', async () => {
    await server.close();
    server = await startTestServer({ query: { responseBytes: '8KiB', series: 5 } });
    await write(Array.from({ length: 200 }, (_, i) => ({ series: { __name__: 'm' }, trace: `trace ${i}` })));
    await write(
      Array.from({ length: 6 }, (_, i) => ({ series: { __name__: 'many', i: `${i}` }, trace: 't' })),
    );
    expect(await ask({ query: 'm' })).toMatchObject({ httpStatus: 422, code: 'query_response_too_large' });
    expect(await ask({ query: 'many' })).toMatchObject({ httpStatus: 422, code: 'query_too_many_series' });
    expect(await tracesOf({ query: 'many{i="1"}' })).toHaveLength(1);
  });

  it.each([
    [{ query: 'm(' }, 'query_parse'],
    [{ query: 'm', start: 'x' }, 'invalid_parameter'],
    [{ query: 'm', start: 2, end: 1 }, 'invalid_parameter'],
    [{}, 'query_parse'],
  ])('refuses %j', async (parameters, code) => {
    expect(await ask(parameters as Record<string, string>)).toMatchObject({
      httpStatus: 400,
      errorType: 'bad_data',
      code,
    });
  });
});
