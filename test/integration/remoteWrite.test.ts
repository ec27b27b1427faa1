import { createHash } from 'node:crypto';
import { encodeRemoteWrite } from '@tinyobs/formats';
import { Labels, WriteBatch } from '@tinyobs/model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  bodyOf,
  label,
  message,
  sample,
  series,
  text,
} from '../../packages/formats/src/remoteWrite/messages.suite.js';
import { getApi, startTestServer, type TestServer } from '../testServer.js';

const HEADERS = {
  'Content-Type': 'application/x-protobuf',
  'Content-Encoding': 'snappy',
  'X-Prometheus-Remote-Write-Version': '0.1.0',
};

interface Refusal {
  code: string;
  message: string;
  count: number;
  refusedCount: number;
  refused: { row: number; code: string; message: string }[];
}

type Row = readonly [labels: Record<string, string>, timeMs: number, value: number | 'stale'];

describe('remote write over HTTP', () => {
  const nowMs = Date.now();
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({
      limits: { requestBytes: '1MB', seriesPerMetric: 3, labelsPerSeries: 5 },
    });
  });
  afterAll(() => server.close());

  const write = (body: Uint8Array, headers: Record<string, string> = HEADERS) =>
    fetch(`${server.url}/api/v1/write`, { method: 'POST', headers, body: Buffer.from(body) });

  /** The values of an instant query, by the label `at`. */
  const valuesAt = async (query: string, timeMs: number) => {
    const { data } = await getApi(server.url, '/api/v1/query', { query, time: timeMs / 1000 });
    const found = data.result as { metric: { at: string }; value: [number, string] }[];
    return Object.fromEntries(found.map(({ metric, value }) => [metric.at, value[1]]));
  };

  it('stores every sample by value and time', async () => {
    const rows: Row[] = [
      [{ __name__: 'written', at: 'whole' }, nowMs - 1000, 42],
      [{ __name__: 'written', at: 'fraction' }, nowMs - 1000, -0.1],
      [{ __name__: 'written', at: 'infinite' }, nowMs - 1000, Number.NEGATIVE_INFINITY],
    ];
    const response = await write(bodyOfRows(rows));
    expect([response.status, await response.text()]).toEqual([204, '']);
    expect(await valuesAt('written', nowMs)).toEqual({ whole: '42', fraction: '-0.1', infinite: '-Inf' });
    expect(await valuesAt('timestamp(written{at="whole"})', nowMs)).toEqual({
      whole: String((nowMs - 1000) / 1000),
    });
    expect(await valuesAt('written', nowMs - 1001)).toEqual({});
  });

  it('takes several samples of a series, one of them NaN, and the same body again', async () => {
    const times = [5, 4, 3, 2].map((seconds) => nowMs - seconds * 1000);
    const rows = times.map(
      (timeMs, i): Row => [{ __name__: 'steps', at: 'a' }, timeMs, i === 1 ? Number.NaN : i],
    );
    for (let round = 0; round < 2; round++) expect((await write(bodyOfRows(rows))).status).toBe(204);
    const { data } = await getApi(server.url, '/api/v1/query', { query: 'steps[10s]', time: nowMs / 1000 });
    const expected = times.map((timeMs, i) => [timeMs / 1000, i === 1 ? 'NaN' : String(i)]);
    expect((data.result as { values: unknown }[])[0].values).toEqual(expected);
  });

  it('ends a series at its stale marker', async () => {
    const rows: Row[] = [
      [{ __name__: 'ending', at: 'ends' }, nowMs - 60_000, 7],
      [{ __name__: 'ending', at: 'stays' }, nowMs - 60_000, 8],
      [{ __name__: 'ending', at: 'ends' }, nowMs - 30_000, 'stale'],
    ];
    expect((await write(bodyOfRows(rows))).status).toBe(204);
    expect(await valuesAt('ending', nowMs - 30_001)).toEqual({ ends: '7', stays: '8' });
    expect(await valuesAt('ending', nowMs - 30_000)).toEqual({ stays: '8' });
  });

  it('keeps metadata that comes in a request of its own', async () => {
    const batch = new WriteBatch();
    batch.metadata.push({ metric: 'described_total', type: 'counter', help: 'Things described.', unit: '' });
    expect((await write(encodeRemoteWrite(batch))).status).toBe(204);
    const { data } = await getApi(server.url, '/api/v1/metadata', { metric: 'described_total' });
    expect(data).toMatchObject({ described_total: [{ type: 'counter', help: 'Things described.' }] });
  });

  it('stores what is valid beside what is not, names each, and tells the sender not to repeat it', async () => {
    const body = bodyOf(
      series(label('__name__', 'partly'), label('at', 'good'), sample(1, nowMs)),
      series(label('__name__', 'partly'), label('at', 'future'), sample(2, nowMs + 3_600_000)),
      series(label('at', 'nameless'), sample(3, nowMs)),
      series(
        label('__name__', 'partly'),
        label('at', 'wide'),
        ...['b', 'c', 'd', 'e'].map((name) => label(name, '1')),
        sample(4, nowMs),
      ),
      series(label('__name__', 'partly'), label('at', 'histogram'), message(4, [])),
      series(label('__name__', 'partly'), label('at', 'last'), sample(6, nowMs)),
    );
    const response = await write(body);
    expect(response.status).toBe(400);
    const answer = (await response.json()) as Refusal;
    expect([answer.count, answer.refusedCount]).toEqual([2, 4]);
    expect(answer.refused.map(({ row, code }) => [row, code])).toEqual([
      [1, 'sample_too_new'],
      [2, 'invalid_metric_name'],
      [3, 'too_many_labels'],
      [4, 'invalid_value'],
    ]);
    expect(await valuesAt('partly', nowMs)).toEqual({ good: '1', last: '6' });
  });

  it('refuses only new series past the limit of a metric, with 429', async () => {
    const rowsOf = (ats: string[], value: number) =>
      bodyOfRows(ats.map((at): Row => [{ __name__: 'limited', at }, nowMs - 1000 + value, value]));
    expect((await write(rowsOf(['a', 'b', 'c'], 1))).status).toBe(204);
    const response = await write(rowsOf(['a', 'b', 'c', 'd'], 2));
    expect(response.status).toBe(429);
    expect(await response.json()).toMatchObject({
      code: 'too_many_series_per_metric',
      count: 3,
      refused: [{ row: 3, message: expect.stringMatching(/limited has its 3 /) }],
    });
    expect(await valuesAt('limited', nowMs)).toEqual({ a: '2', b: '2', c: '2' });
  });

  it('names the metric of a refused sample whose series it knows from earlier bodies', async () => {
    const bodyAt = (timeMs: number) =>
      bodyOf(series(label('__name__', 'well_known'), label('at', 'x'), sample(1, timeMs)));
    for (const step of [1, 2, 3]) expect((await write(bodyAt(nowMs - step))).status).toBe(204);
    const response = await write(bodyAt(nowMs + 3_600_000));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ count: 0, refused: [{ row: 0, code: 'sample_too_new' }] });
    expect(await valuesAt('well_known', nowMs)).toEqual({ x: '1' });
  });

  it('counts what it took and refused', async () => {
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toMatch(/tinyobs_ingest_samples_total\{protocol="remote_write"\} [1-9]/);
    expect(metrics).toContain(
      'tinyobs_ingest_refused_samples_total{code="invalid_value",protocol="remote_write"} 1',
    );
    expect(metrics).toContain(
      'tinyobs_ingest_refused_samples_total{code="too_many_series_per_metric",protocol="remote_write"} 1',
    );
  });

  describe('refuses with a status that senders do not repeat, and lives on', () => {
    const good = bodyOf(series(label('__name__', 'survived'), label('at', 'a'), sample(1, nowMs)));
    const zeros = Uint8Array.from([...[0x80, 0x80, 0x40], ...Array(16_384).fill([0xfe, 1, 0]).flat()]);
    const broken = bodyOf(text(1, 'not a series'));
    it.each<[string, Uint8Array, Record<string, string>, number, string]>([
      ['nothing', new Uint8Array(), {}, 400, 'malformed_body'],
      ['what is not snappy', Buffer.from('{"metrics":[]}'), {}, 400, 'malformed_body'],
      ['the framed format', Buffer.from('ff060000734e61507059', 'hex'), {}, 400, 'malformed_body'],
      ['half a body', good.subarray(0, good.length / 2), {}, 400, 'malformed_body'],
      ['snappy around what is not protobuf', broken, {}, 400, 'malformed_body'],
      ['a declared length that cannot be', Buffer.from('80a0010000', 'hex'), {}, 400, 'malformed_body'],
      ['4 GB declared', Buffer.from('ffffffff0f00', 'hex'), {}, 413, 'body_too_large'],
      ['50 kB that decompress to 1 MiB', zeros, {}, 413, 'body_too_large'],
      ['gzip', good, { 'Content-Encoding': 'gzip' }, 415, 'unsupported_encoding'],
      ['text', good, { 'Content-Type': 'text/plain' }, 415, 'unsupported_media_type'],
      [
        'a message of nobody',
        good,
        { 'Content-Type': 'application/x-protobuf;proto=io.prometheus.write.v3.Request' },
        415,
        'unsupported_media_type',
      ],
    ])('%s', async (_what, body, headers, status, code) => {
      const response = await write(body, { ...HEADERS, ...headers });
      expect(response.status).toBe(status);
      expect(await response.json()).toMatchObject({ code, message: expect.stringMatching(/.{20}/) });
      expect((await write(good, { ...HEADERS, 'Content-Encoding': 'identity' })).status).toBe(204);
      expect(await valuesAt('survived', nowMs)).toEqual({ a: '1' });
    });

    it('other methods', async () => {
      const response = await fetch(`${server.url}/api/v1/write`);
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST, OPTIONS']);
    });
  });

  it('takes the message of version 1.0 named in the Content-Type', async () => {
    const type = 'application/x-protobuf;proto=prometheus.WriteRequest';
    const body = bodyOfRows([[{ __name__: 'named', at: 'a' }, nowMs, 1]]);
    expect((await write(body, { ...HEADERS, 'Content-Type': type })).status).toBe(204);
    expect(await valuesAt('named', nowMs)).toEqual({ a: '1' });
  });
});

describe('remote write with little memory', () => {
  it('asks to repeat what finds no room at the moment, and has room again later', async () => {
    // All bodies, decompressed and decoded, share 16 MiB; each of these takes about 3 MB of them three times.
    const server = await startTestServer({ memory: { max: '64MiB' } });
    const body = largeBody();
    const write = () =>
      fetch(`${server.url}/api/v1/write`, { method: 'POST', headers: HEADERS, body: Buffer.from(body) });
    const responses = await Promise.all(Array.from({ length: 16 }, write));
    const busy = responses.filter(({ status }) => status === 503);
    expect(responses.filter(({ status }) => status === 204).length + busy.length).toBe(responses.length);
    expect(busy.length).toBeGreaterThan(0);
    expect(busy[0].headers.get('retry-after')).toBe('2');
    expect(await busy[0].json()).toMatchObject({ code: 'store_busy' });
    for (const _ of responses) expect((await write()).status).toBe(204);
    await server.close();
  });
});

function bodyOfRows(rows: readonly Row[]): Uint8Array {
  const batch = new WriteBatch();
  rows.forEach(([labels, timeMs, value], row) => {
    const series = batch.addSeries(Labels.fromObject(labels));
    if (value === 'stale') batch.addStaleMarker(series, timeMs, row);
    else batch.addSample(series, timeMs, value, row);
  });
  return encodeRemoteWrite(batch);
}

/** Series of long labels that are not compressed: 3 MB. */
function largeBody(): Uint8Array {
  const batch = new WriteBatch();
  for (let series = 0; series < 1000; series++) {
    const text = createHash('shake256', { outputLength: 1500 }).update(String(series)).digest('hex');
    const index = batch.addSeries(Labels.fromObject({ __name__: 'large', text }));
    batch.addSample(index, Date.now(), series, series);
  }
  return encodeRemoteWrite(batch);
}
