import { encodeRemoteWrite } from '@tinyobs/formats';
import { Labels, WriteBatch } from '@tinyobs/model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { message, bodyOf as rawBody, text } from '../../packages/formats/src/remoteWrite/messages.suite.js';
import {
  bodyOf,
  SymbolWriter,
  TYPE,
  type WrittenSeries,
} from '../../packages/formats/src/remoteWrite2/requests.suite.js';
import { seriesOf } from '../answers.js';
import { getApi, metricValue, startTestServer, type TestServer } from '../testServer.js';

const HEADERS = {
  'Content-Type': 'application/x-protobuf;proto=io.prometheus.write.v2.Request',
  'Content-Encoding': 'snappy',
  'X-Prometheus-Remote-Write-Version': '2.0.0',
};

interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly count: number;
  readonly refusedCount: number;
  readonly refused: readonly { readonly row: number; readonly code: string; readonly message: string }[];
}

/** What of a series of a request is not its labels. */
type Rest = Omit<WrittenSeries, 'labelsRefs' | 'metadata'> & {
  readonly type?: number;
  readonly help?: string;
};

type Series = readonly [labels: Readonly<Record<string, string>>, rest: Rest];

describe('remote write 2.0 over HTTP', () => {
  const nowMs = Date.now();
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({
      limits: { requestBytes: '1MB', seriesPerMetric: 3, labelsPerSeries: 5 },
      storage: { retention: { raw: '10d' } },
    });
  });
  afterAll(() => server.close());

  const write = (body: Uint8Array, headers: Record<string, string> = HEADERS) =>
    fetch(`${server.url}/api/v1/write`, { method: 'POST', headers, body: Buffer.from(body) });

  /** All samples of a selector up to a time, as `labels value@seconds before now`. */
  const samplesOf = async (selector: string, endMs = nowMs) => {
    const answer = await getApi(server.url, '/api/v1/query', {
      query: `${selector}[30d]`,
      time: endMs / 1000,
    });
    return seriesOf(answer).flatMap(({ labels, points }) =>
      points.map(
        ([timeS, value]) => `${Labels.from(JSON.parse(labels))} ${value}@${Math.round(timeS * 1000) - nowMs}`,
      ),
    );
  };

  /** The value of an instant query that has one series. */
  const answerOf = async (query: string, timeMs = nowMs) =>
    seriesOf(await getApi(server.url, '/api/v1/query', { query, time: timeMs / 1000 }))[0]?.points[0][1];

  it('stores samples by value and time, and says how many', async () => {
    const response = await write(
      requestOf(
        [{ __name__: 'written', at: 'whole' }, { samples: [{ value: 42, timestamp: nowMs - 1000 }] }],
        [
          { __name__: 'written', at: 'two' },
          {
            samples: [
              { value: -0.1, timestamp: nowMs - 2000 },
              { value: Number.NEGATIVE_INFINITY, timestamp: nowMs - 500 },
            ],
          },
        ],
      ),
    );
    expect([response.status, await response.text(), writtenOf(response)]).toEqual([204, '', ['3', '0', '0']]);
    expect(await samplesOf('written')).toEqual([
      'written{at="two"} -0.1@-2000',
      'written{at="two"} -Inf@-500',
      'written{at="whole"} 42@-1000',
    ]);
  });

  it('takes the same body again, and the next one of the series it knows', async () => {
    const body = (value: number, timeMs: number) =>
      requestOf([{ __name__: 'repeated', at: 'a' }, { samples: [{ value, timestamp: timeMs }] }]);
    for (const _ of [1, 2]) expect(writtenOf(await write(body(1, nowMs - 2000)))).toEqual(['1', '0', '0']);
    expect((await write(body(2, nowMs - 1000))).status).toBe(204);
    expect(await samplesOf('repeated')).toEqual(['repeated{at="a"} 1@-2000', 'repeated{at="a"} 2@-1000']);
  });

  it('finds series again that came by version 1.0', async () => {
    const batch = new WriteBatch();
    const labels = Labels.fromObject({ __name__: 'both', at: 'a' });
    batch.addSample(batch.addSeries(labels), nowMs - 2000, 1, 0);
    const headers = { 'Content-Type': 'application/x-protobuf', 'Content-Encoding': 'snappy' };
    const response = await write(encodeRemoteWrite(batch), headers);
    expect([response.status, ...writtenOf(response)]).toEqual([204, null, null, null]);
    const second = requestOf([
      { __name__: 'both', at: 'a' },
      { samples: [{ value: 2, timestamp: nowMs - 1000 }] },
    ]);
    expect((await write(second)).status).toBe(204);
    expect(await samplesOf('both')).toEqual(['both{at="a"} 1@-2000', 'both{at="a"} 2@-1000']);
  });

  it('keeps the metadata of families', async () => {
    const samples = [{ value: 1, timestamp: nowMs }];
    const help = 'How long it took.';
    const response = await write(
      requestOf(
        [
          { __name__: 'took_seconds_bucket', le: '1' },
          { samples, type: TYPE.histogram, help },
        ],
        [{ __name__: 'took_seconds_sum' }, { samples, type: TYPE.histogram, help }],
        [{ __name__: 'described_total' }, { samples, type: TYPE.counter, help: 'Described.' }],
      ),
    );
    expect(response.status).toBe(204);
    const { data } = await getApi(server.url, '/api/v1/metadata');
    expect(data).toMatchObject({
      took_seconds: [{ type: 'histogram', help, unit: '' }],
      described_total: [{ type: 'counter', help: 'Described.', unit: '' }],
    });
    expect(data).not.toHaveProperty('took_seconds_sum');
  });

  it('keeps exemplars, and says how many', async () => {
    const symbols = new SymbolWriter();
    const exemplar = (traceId: string, timestamp: number) => ({
      labelsRefs: symbols.labels({ trace_id: traceId }),
      value: 0.5,
      timestamp,
    });
    const timeseries = [
      {
        labelsRefs: symbols.labels({ __name__: 'traced_total', at: 'a' }),
        samples: [{ value: 1, timestamp: nowMs - 1000 }],
        exemplars: [exemplar('first', nowMs - 1500), exemplar('second', nowMs - 1000)],
      },
    ];
    const response = await write(bodyOf({ symbols: symbols.symbols, timeseries }));
    expect([response.status, writtenOf(response)]).toEqual([204, ['1', '0', '2']]);
    const { data } = await getApi(server.url, '/api/v1/query_exemplars', {
      query: 'traced_total',
      start: nowMs / 1000 - 10,
      end: nowMs / 1000,
    });
    expect(data).toEqual([
      {
        seriesLabels: { __name__: 'traced_total', at: 'a' },
        exemplars: [
          { labels: { trace_id: 'first' }, value: '0.5', timestamp: (nowMs - 1500) / 1000 },
          { labels: { trace_id: 'second' }, value: '0.5', timestamp: (nowMs - 1000) / 1000 },
        ],
      },
    ]);
  });

  it('stores what is valid beside what is not, names each, and tells the sender not to repeat it', async () => {
    const at = (name: string, more: Readonly<Record<string, string>> = {}) => ({
      __name__: 'partly',
      at: name,
      ...more,
    });
    const samples = [{ value: 1, timestamp: nowMs }];
    const wide = Object.fromEntries(['b', 'c', 'd', 'e'].map((name) => [name, '1']));
    const response = await write(
      requestOf(
        [at('good'), { samples }],
        [at('future'), { samples: [{ value: 2, timestamp: nowMs + 3_600_000 }] }],
        [{ at: 'nameless' }, { samples }],
        [at('wide', wide), { samples, type: TYPE.counter, createdTimestamp: nowMs - 1000 }],
        [at('histogram'), { histograms: [{ sum: 1, timestamp: nowMs }] }],
        [at('last'), { samples }],
      ),
    );
    expect([response.status, writtenOf(response)]).toEqual([400, ['2', '0', '0']]);
    const answer = (await response.json()) as Refusal;
    expect([answer.count, answer.refusedCount]).toEqual([2, 4]);
    expect(answer.refused.map(({ row, code }) => [row, code])).toEqual([
      [1, 'sample_too_new'],
      [2, 'invalid_metric_name'],
      [3, 'too_many_labels'],
      [4, 'invalid_value'],
    ]);
    expect(answer.refused[3].message).toContain('native histograms are not taken yet');
    expect(await samplesOf('partly', nowMs + 1)).toEqual(['partly{at="good"} 1@0', 'partly{at="last"} 1@0']);
  });

  it('refuses only new series past the limit of a metric, with 429, and is right after a retry', async () => {
    const body = (...ats: string[]) =>
      requestOf(
        ...ats.map(
          (at): Series => [
            { __name__: 'limited_total', at },
            {
              samples: [{ value: 5, timestamp: nowMs - 1000, startTimestamp: nowMs - 5000 }],
              type: TYPE.counter,
            },
          ],
        ),
      );
    const expected = ['a', 'b', 'c'].flatMap((at) => [
      `limited_total{at="${at}"} 0@-5000`,
      `limited_total{at="${at}"} 5@-1000`,
    ]);
    for (const _ of ['first', 'retry']) {
      const response = await write(body('a', 'b', 'c', 'd'));
      expect([response.status, writtenOf(response)]).toEqual([429, ['3', '0', '0']]);
      expect(await response.json()).toMatchObject({
        code: 'too_many_series_per_metric',
        count: 3,
        refusedCount: 1,
        refused: [{ row: 3, message: expect.stringMatching(/limited_total has its 3 /) }],
      });
      expect(await samplesOf('limited_total')).toEqual(expected);
    }
  });

  describe('when counters say when they began', () => {
    const started = (name: string, timeMs: number, value: number, startMs: number) =>
      requestOf([
        { __name__: name },
        { samples: [{ value, timestamp: timeMs, startTimestamp: startMs }], type: TYPE.counter },
      ]);

    it('lets increase see what was counted before the first sample', async () => {
      const startMs = nowMs - 40_000;
      const before = await metricValue(server.url, 'tinyobs_ingest_samples_total');
      for (const [i, value] of [5, 6, 8].entries()) {
        const response = await write(started('begun_total', nowMs - 30_000 + 10_000 * i, value, startMs));
        expect([response.status, writtenOf(response)]).toEqual([204, ['1', '0', '0']]);
      }
      expect(await samplesOf('begun_total')).toEqual([
        'begun_total 0@-40000',
        'begun_total 5@-30000',
        'begun_total 6@-20000',
        'begun_total 8@-10000',
      ]);
      // From the zero to the last sample there are 30 of 40 seconds: the whole of 8 is seen, extrapolated by a third.
      const increase = Number(await answerOf('increase(begun_total[40001ms])', nowMs));
      expect(increase).toBeGreaterThan(8);
      expect(await metricValue(server.url, 'tinyobs_ingest_samples_total')).toBe(before + 3);
    });

    it('stores a zero for a counter that began anew', async () => {
      for (const [timeMs, value, startMs] of [
        [-30_000, 5, -40_000],
        [-20_000, 6, -40_000],
        [-10_000, 7, -15_000],
        [-5000, 9, -15_000],
      ]) {
        await write(started('anew_total', nowMs + timeMs, value, nowMs + startMs));
      }
      expect((await samplesOf('anew_total')).filter((sample) => sample.includes(' 0@'))).toEqual([
        'anew_total 0@-40000',
        'anew_total 0@-15000',
      ]);
      expect(await answerOf('resets(anew_total[1m])')).toBe('1');
    });

    it('takes the start of release candidates of the specification as well', async () => {
      const body = requestOf([
        { __name__: 'candidate_total' },
        { samples: [{ value: 5, timestamp: nowMs }], createdTimestamp: nowMs - 7000, type: TYPE.counter },
      ]);
      expect((await write(body)).status).toBe(204);
      expect(await samplesOf('candidate_total', nowMs + 1)).toEqual([
        'candidate_total 0@-7000',
        'candidate_total 5@0',
      ]);
    });

    it('leaves starts out that are older than what is kept, and refuses nothing for them', async () => {
      const day = 24 * 3_600_000;
      const oldestMs = nowMs - 10 * day + 3_600_000;
      const response = await write(started('old_total', oldestMs, 5, oldestMs - 2 * 3_600_000));
      expect([response.status, writtenOf(response)]).toEqual([204, ['1', '0', '0']]);
      expect((await write(started('older_total', nowMs - 1000, 5, nowMs - 20 * day))).status).toBe(204);
      expect(await samplesOf('old_total')).toEqual([`old_total 5@${oldestMs - nowMs}`]);
      expect(await samplesOf('older_total')).toEqual(['older_total 5@-1000']);
    });
  });

  describe('refuses with a status that senders do not repeat, says that nothing was written, and lives on', () => {
    const good = requestOf([
      { __name__: 'survived', at: 'a' },
      { samples: [{ value: 1, timestamp: nowMs - 1000 }] },
    ]);
    const version1 = encodeRemoteWrite(
      (() => {
        const batch = new WriteBatch();
        batch.addSample(batch.addSeries(Labels.fromObject({ __name__: 'lost' })), nowMs, 1, 0);
        return batch;
      })(),
    );
    const exploding = (() => {
      const symbols = ['', '__name__', 'x'.repeat(20_000)].flatMap((symbol) => text(4, symbol));
      const series = message(5, [...message(1, [1, 2]), ...message(2, [])]);
      return rawBody(symbols, ...Array<readonly number[]>(1000).fill(series));
    })();

    it.each<[string, Uint8Array, Record<string, string>, number, string]>([
      ['nothing', new Uint8Array(), {}, 400, 'malformed_body'],
      ['half a body', good.subarray(0, good.length / 2), {}, 400, 'malformed_body'],
      ['snappy around what is not protobuf', rawBody(text(4, 'x'), [0x2a, 9]), {}, 400, 'malformed_body'],
      ['a message of version 1.0', version1, {}, 400, 'malformed_body'],
      ['4 GB declared', Buffer.from('ffffffff0f00', 'hex'), {}, 413, 'body_too_large'],
      ['28 kB that name 20 MB', exploding, {}, 413, 'body_too_large'],
      ['gzip', good, { 'Content-Encoding': 'gzip' }, 415, 'unsupported_encoding'],
      ['zstd', good, { 'Content-Encoding': 'zstd' }, 415, 'unsupported_encoding'],
    ])('%s', async (_what, body, headers, status, code) => {
      const response = await write(body, { ...HEADERS, ...headers });
      expect([response.status, writtenOf(response)]).toEqual([status, ['0', '0', '0']]);
      expect(await response.json()).toMatchObject({ code, message: expect.stringMatching(/.{20}/) });
      expect((await write(good)).status).toBe(204);
      expect(await samplesOf('survived')).toEqual(['survived{at="a"} 1@-1000']);
    });

    it.each([
      ['application/x-protobuf;proto=io.prometheus.write.v3.Request', 'prometheus.WriteRequest or'],
      ['application/x-protobuf;proto=', 'io.prometheus.write.v2.Request'],
      ['application/x-protobuf-other', 'application/x-protobuf, with proto='],
      ['application/json', 'application/x-protobuf, with proto='],
    ])('the type %s', async (type, advice) => {
      const response = await write(good, { ...HEADERS, 'Content-Type': type });
      expect([response.status, writtenOf(response)]).toEqual([415, [null, null, null]]);
      const { code, message: said } = (await response.json()) as Refusal;
      expect([code, said]).toEqual(['unsupported_media_type', expect.stringContaining(advice)]);
    });
  });

  it.each([
    'application/x-protobuf; proto=io.prometheus.write.v2.Request',
    'application/x-protobuf;charset=utf-8;PROTO="io.prometheus.write.v2.Request"',
  ])('goes by the Content-Type, not by the header of the version: %s', async (type) => {
    const body = requestOf([{ __name__: 'typed', at: type }, { samples: [{ value: 1, timestamp: nowMs }] }]);
    const headers = { 'Content-Type': type, 'X-Prometheus-Remote-Write-Version': '0.1.0' };
    const response = await write(body, headers);
    expect([response.status, writtenOf(response)]).toEqual([204, ['1', '0', '0']]);
  });
});

/** A request with a symbol for every text. */
function requestOf(...series: readonly Series[]): Uint8Array {
  const symbols = new SymbolWriter();
  const timeseries = series.map(([labels, { type = 0, help = '', ...rest }]) => ({
    labelsRefs: symbols.labels(labels),
    metadata: { type, helpRef: symbols.ref(help) },
    ...rest,
  }));
  return bodyOf({ symbols: symbols.symbols, timeseries });
}

/** What an answer says was written of samples, native histograms and exemplars. */
function writtenOf({ headers }: Response): (string | null)[] {
  return ['Samples', 'Histograms', 'Exemplars'].map((what) =>
    headers.get(`X-Prometheus-Remote-Write-${what}-Written`),
  );
}
