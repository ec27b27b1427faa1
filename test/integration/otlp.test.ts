import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  asJson,
  asProtobuf,
  type OtlpRequest,
  readMessage,
  requestOf,
} from '../../packages/formats/src/otlp/otlpMessages.suite.js';
import { getApi, metricValue, rawRequest, startTestServer, type TestServer } from '../testServer.js';

const ADMIN_KEY = 'an-admin-key-of-many-characters';

type Attributes = Readonly<Record<string, string>>;

const nowMs = Date.now();
const nanos = (timeMs: number) => `${timeMs}000000`;
const attributesOf = (attributes: Attributes) =>
  Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } }));

function sum(name: string, points: readonly object[], aggregationTemporality = 1): object {
  return { name, sum: { aggregationTemporality, isMonotonic: true, dataPoints: points } };
}

function point(asInt: number, timeMs: number, attributes: Attributes = {}): object {
  return { timeUnixNano: nanos(timeMs), asInt, attributes: attributesOf(attributes) };
}

const ENCODINGS = {
  protobuf: { type: 'application/x-protobuf', encode: asProtobuf },
  json: { type: 'application/json', encode: asJson },
};

type Encoding = keyof typeof ENCODINGS;

async function post(url: string, body: Uint8Array, headers: Record<string, string>, path = '/v1/metrics') {
  const answer = await rawRequest(url + path, { method: 'POST', headers, body: Buffer.from(body) });
  return { ...answer, type: answer.headers['content-type'] };
}

/** Sends a request; the status, and what the answer says in either encoding. */
async function send(
  url: string,
  request: OtlpRequest,
  encoding: Encoding = 'protobuf',
  path = '/v1/metrics',
) {
  const { type, encode } = ENCODINGS[encoding];
  const answer = await post(url, encode(request), { 'Content-Type': type }, path);
  expect(answer.type).toBe(type);
  const kind = answer.status === 200 ? 'Response' : 'Status';
  const said = encoding === 'json' ? JSON.parse(answer.body.toString()) : readMessage(kind, answer.body);
  return { status: answer.status, headers: answer.headers, said: said as Record<string, unknown> };
}

/** The values of an instant query by their labels. */
async function valuesAt(url: string, query: string, timeMs = nowMs): Promise<Record<string, number>> {
  const { data } = await getApi(url, '/api/v1/query', { query, time: timeMs / 1000 });
  const found = data.result as { metric: Record<string, string>; value: [number, string] }[];
  return Object.fromEntries(
    found.map(({ metric, value }) => [
      Object.entries(metric)
        .filter(([name]) => name !== '__name__')
        .map(([name, text]) => `${name}=${text}`)
        .join(),
      Number(value[1]),
    ]),
  );
}

describe.each(['protobuf', 'json'] as const)('OTLP over HTTP as %s', (encoding) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ limits: { requestBytes: '100KB', seriesPerMetric: 3 } });
  });
  afterAll(() => server.close());
  const { type, encode } = ENCODINGS[encoding];

  it('stores what it is sent at either path, and says nothing more', async () => {
    for (const [i, path] of ['/v1/metrics', '/api/v1/otlp/v1/metrics'].entries()) {
      const request = requestOf([sum('requests', [point(5 + i, nowMs - 1000, { at: path })], 2)]);
      const { status, said } = await send(server.url, request, encoding, path);
      expect([status, said]).toEqual([200, {}]);
    }
    expect(await valuesAt(server.url, 'requests_total')).toEqual({
      'at=/v1/metrics': 5,
      'at=/api/v1/otlp/v1/metrics': 6,
    });
  });

  it('takes gzip, and a request for nothing', async () => {
    const body = gzipSync(encode(requestOf([sum('zipped', [point(7, nowMs - 1000)], 2)])));
    const zipped = await post(server.url, body, { 'Content-Type': type, 'Content-Encoding': 'gzip' });
    expect(zipped.status).toBe(200);
    expect(await valuesAt(server.url, 'zipped_total')).toEqual({ '': 7 });
    expect((await send(server.url, {}, encoding)).status).toBe(200);
  });

  it('says beside 200 which points were refused, and stores the others', async () => {
    const points = ['a', 'b', 'c', 'd', 'e'].map((at, i) => point(i, nowMs - 1000, { at }));
    const request = requestOf([sum('partly', [...points, { asInt: 1 }, point(9, nowMs + 3_600_000)], 2)]);
    const { status, said } = await send(server.url, request, encoding);
    expect(status).toBe(200);
    const { rejectedDataPoints, errorMessage } = said.partialSuccess as Record<string, unknown>;
    expect(Number(rejectedDataPoints)).toBe(4);
    expect(errorMessage).toMatch(
      /^4 data points refused, 3 samples stored; first: data point 3: too_many_series_/,
    );
    expect(await valuesAt(server.url, 'partly_total')).toEqual({ 'at=a': 0, 'at=b': 1, 'at=c': 2 });
  });

  it('counts a histogram of which several series are refused once', async () => {
    const dataPoints = [
      { timeUnixNano: nanos(nowMs), count: '6', bucketCounts: [1, 2, 1, 1, 1], explicitBounds: [1, 2, 3, 4] },
    ];
    const histogram = { name: 'wide', histogram: { aggregationTemporality: 2, dataPoints } };
    const { said } = await send(server.url, requestOf([histogram]), encoding);
    expect(Number((said.partialSuccess as Record<string, unknown>).rejectedDataPoints)).toBe(1);
  });

  it.each([
    [400, 3, /^malformed_/, Buffer.from([0x0a, 0x7f]), {}],
    [413, 3, /^body_too_large: /, Buffer.alloc(200_000), {}],
    [415, 3, /^unsupported_encoding: /, Buffer.alloc(1), { 'Content-Encoding': 'br' }],
  ])(
    'answers a request that is wrong with %i and a status of gRPC',
    async (status, code, message, body, more) => {
      const answer = await post(server.url, body, { 'Content-Type': type, ...more });
      expect([answer.status, answer.type]).toEqual([status, type]);
      const said =
        encoding === 'json' ? JSON.parse(answer.body.toString()) : readMessage('Status', answer.body);
      expect(said).toEqual({ code, message: expect.stringMatching(message) });
    },
  );

  it('asks for a key, and again later, in the same shape', async () => {
    const limited = await startTestServer({
      auth: { adminKey: ADMIN_KEY },
      limits: { requestsPerMinute: 2 },
    });
    try {
      const refused = await send(limited.url, {}, encoding);
      expect([refused.status, refused.said]).toEqual([
        401,
        { code: 16, message: expect.stringMatching(/^key_required: /) },
      ]);
      await send(limited.url, {}, encoding);
      const late = await send(limited.url, {}, encoding);
      expect([late.status, late.said.code]).toEqual([429, 8]);
      expect(Number(late.headers['retry-after'])).toBeGreaterThan(0);
    } finally {
      await limited.close();
    }
  });

  it('asks to be sent again what finds the disk full', async () => {
    const full = await startTestServer({ storage: { minFreeBytes: '1000TiB' } });
    try {
      const request = requestOf([sum('kept_back', [point(1, nowMs)], 2)]);
      const { status, headers, said } = await send(full.url, request, encoding);
      expect([status, headers['retry-after'], said.code]).toEqual([503, '30', 14]);
      expect(said.message).toMatch(/^store_full: .*\(request [^)]+\)$/);
    } finally {
      await full.close();
    }
  });
});

describe('OTLP', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({
      otlp: { promoteResourceAttributes: 'host.name', promoteScopeMetadata: true },
    });
  });
  afterAll(() => server.close());

  it('refuses a content type of neither encoding, or none', async () => {
    const wrong: Record<string, string>[] = [{ 'Content-Type': 'text/plain' }, {}];
    for (const headers of wrong) {
      const answer = await post(server.url, Buffer.from('{}'), headers);
      expect([answer.status, answer.type]).toEqual([415, 'application/json']);
      expect(JSON.parse(answer.body.toString()).message).toMatch(/^unsupported_media_type: /);
    }
  });

  it('names services and hosts as it is told to', async () => {
    const resource = attributesOf({
      'service.name': 's',
      'service.namespace': 'n',
      'host.name': 'h',
      os: 'x',
    });
    const gauge = { name: 'g', gauge: { dataPoints: [point(1, nowMs)] } };
    await send(server.url, requestOf([gauge], { attributes: resource }, { name: 'lib', version: '1' }));
    expect(await valuesAt(server.url, 'g')).toEqual({
      'host_name=h,job=n/s,otel_scope_name=lib,otel_scope_version=1': 1,
    });
    expect(await valuesAt(server.url, 'g * on (job) group_left (os) target_info')).toEqual({
      'host_name=h,job=n/s,os=x,otel_scope_name=lib,otel_scope_version=1': 1,
    });
  });

  it('ends a series that has no more values', async () => {
    const gauge = (timeMs: number, more: object) =>
      requestOf([{ name: 'ending', gauge: { dataPoints: [{ ...point(1, timeMs), ...more }] } }]);
    await send(server.url, gauge(nowMs - 20_000, {}));
    await send(server.url, gauge(nowMs - 10_000, { flags: 1 }));
    expect(await valuesAt(server.url, 'ending', nowMs - 10_001)).toEqual({ '': 1 });
    expect(await valuesAt(server.url, 'ending')).toEqual({});
  });

  it('keeps exemplars of counters and histograms', async () => {
    const exemplars = [
      { timeUnixNano: nanos(nowMs - 500), asDouble: 0.5, traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8) },
    ];
    const histogram = {
      ...point(0, nowMs),
      count: 1,
      sum: 0.5,
      bucketCounts: [1, 0],
      explicitBounds: [1],
      exemplars,
    };
    const metrics = [
      sum('traced', [{ ...point(1, nowMs), exemplars }], 2),
      { name: 'traced.duration', histogram: { aggregationTemporality: 2, dataPoints: [histogram] } },
    ];
    await send(server.url, requestOf(metrics));
    const parameters = { query: '{__name__=~"traced.*"}', start: nowMs / 1000 - 60, end: nowMs / 1000 };
    const { data } = await getApi(server.url, '/api/v1/query_exemplars', parameters);
    const kept = data as unknown as { seriesLabels: Record<string, string>; exemplars: object[] }[];
    const labels = { trace_id: 'ab'.repeat(16), span_id: 'cd'.repeat(8) };
    const expected = [{ labels, value: '0.5', timestamp: (nowMs - 500) / 1000 }];
    expect(Object.fromEntries(kept.map((one) => [one.seriesLabels.__name__, one.exemplars]))).toEqual({
      traced_total: expected,
      traced_duration_bucket: expected,
    });
  });

  it('keeps what a metric is, and counts what came', async () => {
    const metric = { ...sum('described', [point(1, nowMs)], 2), description: 'What it is.', unit: 'By' };
    await send(server.url, requestOf([metric]));
    const { data } = await getApi(server.url, '/api/v1/metadata', { metric: 'described_bytes_total' });
    expect(data).toEqual({
      described_bytes_total: [{ type: 'counter', help: 'What it is.', unit: 'bytes' }],
    });
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toMatch(/tinyobs_ingest_samples_total\{protocol="otlp"\} [1-9]/);
    expect(metrics).toMatch(
      /tinyobs_ingest_refused_requests_total\{code="unsupported_media_type",protocol="otlp"\} 2/,
    );
  });
});

describe('deltas', () => {
  const exponential = (timeMs: number, offset: number, bucketCounts: number[]) => ({
    timeUnixNano: nanos(timeMs),
    count: String(bucketCounts.reduce((all, count) => all + count, 0)),
    sum: 1,
    scale: 0,
    positive: { offset, bucketCounts },
  });
  const deltaOf = (name: string, dataPoint: object) =>
    requestOf([{ name, exponentialHistogram: { aggregationTemporality: 1, dataPoints: [dataPoint] } }]);

  it('are added up, whatever comes twice, and go on after a restart', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'tinyobs-deltas-'));
    const first = await startTestServer({ dataDir });
    const deltas = [3, 4, 5, 6];
    const timeOf = (i: number) => nowMs - 60_000 + 10_000 * i;
    const requests = deltas.map((delta, i) =>
      requestOf([
        sum('added', [point(delta, timeOf(i), { at: 'a' }), point(10 * delta, timeOf(i), { at: 'b' })]),
        {
          name: 'up_down',
          sum: { aggregationTemporality: 1, dataPoints: [point(i % 2 === 0 ? 2 : -1, timeOf(i))] },
        },
        {
          name: 'took',
          histogram: {
            aggregationTemporality: 1,
            dataPoints: [
              {
                timeUnixNano: nanos(timeOf(i)),
                count: '3',
                sum: delta,
                bucketCounts: [1, 2],
                explicitBounds: [1],
              },
            ],
          },
        },
      ]),
    );
    for (const request of [requests[0], requests[1], requests[1], requests[0]]) {
      expect((await send(first.url, request)).said).toEqual({});
    }
    expect(await metricValue(first.url, 'tinyobs_otlp_duplicate_points_total')).toBe(8);
    expect(await valuesAt(first.url, 'added_total')).toEqual({ 'at=a': 7, 'at=b': 70 });
    await first.server.close();
    const second = await startTestServer({ dataDir });
    try {
      for (const request of [requests[1], requests[2], requests[3]]) await send(second.url, request, 'json');
      expect(await metricValue(second.url, 'tinyobs_otlp_duplicate_points_total')).toBe(4);
      expect(await valuesAt(second.url, 'added_total')).toEqual({ 'at=a': 18, 'at=b': 180 });
      expect(await valuesAt(second.url, 'up_down')).toEqual({ '': 2 });
      expect(await valuesAt(second.url, 'took_bucket')).toEqual({ 'le=1': 4, 'le=+Inf': 12 });
      expect(await valuesAt(second.url, 'took_sum')).toEqual({ '': 18 });
      expect(await valuesAt(second.url, 'took_count')).toEqual({ '': 12 });
    } finally {
      await second.close();
    }
  });

  it('of exponential histograms go on in all buckets, after a restart too', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'tinyobs-deltas-'));
    const first = await startTestServer({ dataDir });
    await send(first.url, deltaOf('e', exponential(nowMs - 30_000, 0, [1, 2, 3])));
    await send(first.url, deltaOf('e', exponential(nowMs - 20_000, 1, [4])));
    const expected = { 'le=1': 0, 'le=2': 1, 'le=4': 7, 'le=8': 10, 'le=+Inf': 10 };
    expect(await valuesAt(first.url, 'e_bucket')).toEqual(expected);
    await first.server.close();
    const second = await startTestServer({ dataDir });
    try {
      await send(second.url, deltaOf('e', exponential(nowMs - 10_000, 3, [5])));
      expect(await valuesAt(second.url, 'e_bucket')).toEqual({ ...expected, 'le=16': 15, 'le=+Inf': 15 });
    } finally {
      await second.close();
    }
  });

  it('that come at the same time are added one after the other', async () => {
    const server = await startTestServer();
    try {
      const sent = Array.from({ length: 20 }, (_, i) =>
        send(server.url, requestOf([sum('racing', [point(1, nowMs - 1000 + i)])])),
      );
      await Promise.all(sent);
      const found = await valuesAt(server.url, 'racing_total');
      const missed = await metricValue(server.url, 'tinyobs_otlp_duplicate_points_total');
      expect(found[''] + missed).toBe(20);
      expect(await valuesAt(server.url, 'resets(racing_total[10s])')).toEqual({ '': 0 });
    } finally {
      await server.close();
    }
  });
});
