import { request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import type { TinyObsOptions } from '@tinyobs/server';
import { afterEach, describe, expect, it } from 'vitest';
import { encodeSnappy } from '../../packages/formats/src/remoteWrite/encodeSnappy.js';
import { getApi, startTestServer, type TestServer } from '../testServer.js';
import { type RefusalAnswer, type Row, send, sendRows, WAYS_IN, type WayIn } from '../waysIn.js';

const HOUR_MS = 3_600_000;
const BODY_BYTES_MAX = 100_000;

let test: TestServer;
afterEach(() => test.close());

async function start(options: TinyObsOptions): Promise<void> {
  test = await startTestServer(options);
}

/** The value of a counter on `/metrics`, 0 where it has none. */
async function counter(name: string, labels: string): Promise<number> {
  const page = await (await fetch(`${test.url}/metrics`)).text();
  const line = page.split('\n').find((one) => one.startsWith(`${name}{${labels}} `));
  return line === undefined ? 0 : Number(line.split(' ').at(-1));
}

/** All series that are stored, with the last value of each. */
async function stored(): Promise<Record<string, string>> {
  const { data } = await getApi(test.url, '/api/v1/query', {
    query: 'last_over_time({__name__=~".+"}[12h])',
  });
  const series = data.result as { metric: Record<string, string>; value: [number, string] }[];
  return Object.fromEntries(
    series.map(({ metric: { __name__: name = '', ...labels }, value }) => [
      [name, ...Object.values(labels)].join(' '),
      value[1],
    ]),
  );
}

function row(name: string, labels: Record<string, string>, timeMs = Date.now()): Row {
  return { name, labels, value: 1, timeMs };
}

interface LimitCase {
  readonly limit: string;
  readonly options: TinyObsOptions;
  /** What is refused after `known{at="before"}` was stored, each row a series of its own. */
  readonly refused: () => Row[];
  readonly status: number;
  readonly code: string;
  /** What the message of a row says beside the name of the limit. */
  readonly says: RegExp;
  readonly prepare?: () => Promise<unknown>;
}

const wide = Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [name, '1']));

const CASES: readonly LimitCase[] = [
  {
    limit: 'limits.labelsPerSeries',
    options: { limits: { labelsPerSeries: 4 } },
    refused: () => [row('bad', wide), row('bad', { ...wide, e: '2' })],
    status: 400,
    code: 'too_many_labels',
    says: /^bad: more than 4 labels; drop some/,
  },
  {
    limit: 'limits.labelNameBytes',
    options: { limits: { labelNameBytes: 20 } },
    refused: () => [row('bad', { ['n'.repeat(21)]: '1' }), row('bad', { ['m'.repeat(500)]: '1' })],
    status: 400,
    code: 'label_name_too_long',
    says: /^bad: a label name of more than 20 bytes; shorten it/,
  },
  {
    limit: 'limits.labelValueBytes',
    options: { limits: { labelValueBytes: 20 } },
    refused: () => [row('bad', { at: '€'.repeat(7) }), row('bad', { at: 'v'.repeat(5000) })],
    status: 400,
    code: 'label_value_too_long',
    says: /^bad: a label value of more than 20 bytes; shorten it/,
  },
  {
    limit: 'limits.labelValueBytes',
    options: { limits: { labelValueBytes: 100 } },
    refused: () => [row(`bad${'m'.repeat(5000)}`, {}), row(`bad${'m'.repeat(98)}`, { at: 'x' })],
    status: 400,
    code: 'label_value_too_long',
    says: /^badm{61}…: a label value of more than 100 bytes/,
  },
  {
    limit: 'limits.futureTime',
    options: { limits: { futureTime: '5m' } },
    refused: () => [
      row('known', { at: 'before' }, Date.now() + 310_000),
      row('bad', {}, Date.now() + HOUR_MS),
    ],
    status: 400,
    code: 'sample_too_new',
    says: /: the timestamp is more than 300 s in the future; check/,
  },
  {
    limit: 'storage.retention.raw',
    options: { storage: { retention: { raw: '1h' } } },
    refused: () => [
      row('known', { at: 'before' }, Date.now() - 2 * HOUR_MS),
      row('bad', {}, Date.now() - 90 * 60_000),
    ],
    status: 400,
    code: 'sample_too_old',
    says: /: the timestamp is older than what is kept; send samples sooner/,
  },
  {
    limit: 'limits.seriesPerMetric',
    options: { limits: { seriesPerMetric: 1 } },
    refused: () => [row('known', { at: 'new' }), row('known', {})],
    status: 429,
    code: 'too_many_series_per_metric',
    says: /^known has its 1 active series; find the label .*\/v1\/cardinality/,
  },
  {
    limit: 'limits.series',
    options: { limits: { series: 1 } },
    refused: () => [row('known', { at: 'new' }), row('bad', {})],
    status: 429,
    code: 'too_many_series',
    says: /: the store has its 1 active series; find the label .*\/v1\/cardinality/,
  },
  {
    limit: 'limits.indexedSeries',
    options: { limits: { indexedSeries: 1 } },
    refused: () => [row('known', { at: 'new' }), row('bad', {})],
    status: 429,
    code: 'too_many_series',
    says: /: the store keeps samples of its 1 indexed series; find the label/,
    prepare: async () => {
      for (const work of ['flush', 'compact']) {
        await fetch(`${test.url}/api/v1/admin/${work}`, { method: 'POST' });
      }
    },
  },
];

describe.each(WAYS_IN)('by $protocol', (way) => {
  it.each(CASES)('$code: rows past $limit are refused, named and counted, all others stored', async (one) => {
    await start(one.options);
    expect((await sendRows(test.url, way, [row('known', { at: 'before' })])).status).toBe(way.okStatus);
    await one.prepare?.();
    const [first, second] = one.refused();
    const good = { ...row('known', { at: 'before' }), value: 2 };
    const response = await sendRows(test.url, way, [first, good, second]);
    expect(response.status).toBe(one.status);
    const answer = (await response.json()) as RefusalAnswer;
    expect(answer).toMatchObject({ code: one.code, count: 1, refusedCount: 2 });
    const firstRow = way.protocol === 'text' ? 1 : 0;
    expect(answer.refused?.map((refusal) => [refusal.row, refusal.code])).toEqual([
      [firstRow, one.code],
      [firstRow + 2, one.code],
    ]);
    for (const { message } of answer.refused ?? []) expect(message).toContain(one.limit);
    expect(answer.refused?.[0].message).toMatch(one.says);
    expect(answer.message).toContain(answer.refused?.[0].message);
    expect(await stored()).toEqual({ 'known before': '2' });
    const labels = `code="${one.code}",protocol="${way.protocol}"`;
    expect(await counter('tinyobs_ingest_refused_samples_total', labels)).toBe(2);
    expect(await counter('tinyobs_ingest_refused_requests_total', labels)).toBe(0);
  });

  interface BodyCase {
    readonly what: string;
    readonly code: string;
    readonly status: number;
    readonly says: RegExp;
    readonly post: () => Promise<Response | { status: number; body: string }>;
    /** The ways in it is about; all when it is not said. */
    readonly protocols?: readonly string[];
  }
  const tooLarge = {
    code: 'body_too_large',
    status: 413,
    says: /larger than 100000 bytes; send smaller batches, or raise limits\.requestBytes and memory\.max/,
  };
  const zipped = { 'Content-Encoding': 'gzip' };
  const BODIES: readonly BodyCase[] = [
    {
      what: 'that says it is too large, before it is sent',
      ...tooLarge,
      post: () => declare(way, BODY_BYTES_MAX + 1),
    },
    {
      what: 'that turns out to be too large',
      ...tooLarge,
      post: () =>
        send(
          test.url,
          way,
          endless(() => Buffer.alloc(10_000, ' ')),
        ),
    },
    {
      what: 'that decompresses to more',
      ...tooLarge,
      protocols: ['json', 'text'],
      post: () => send(test.url, way, gzipSync(Buffer.alloc(BODY_BYTES_MAX + 1, ' ')), zipped),
    },
    {
      what: 'of compressed bytes without end that decompress to nothing',
      ...tooLarge,
      protocols: ['json', 'text'],
      post: () => send(test.url, way, endless(emptyBlocks()), zipped),
    },
    {
      what: 'that decompresses to more',
      ...tooLarge,
      protocols: ['remote_write'],
      post: () => send(test.url, way, encodeSnappy(new Uint8Array(BODY_BYTES_MAX + 1))),
    },
    {
      what: 'that declares to decompress to more',
      ...tooLarge,
      protocols: ['remote_write'],
      post: () => send(test.url, way, Buffer.from('ffffffff0f00', 'hex')),
    },
    {
      what: 'that cannot be decompressed',
      code: 'malformed_body',
      status: 400,
      says: /./,
      post: () => send(test.url, way, Buffer.from('no such bytes'), way.takesGzip ? zipped : {}),
    },
    {
      what: 'of an encoding that is not known',
      code: 'unsupported_encoding',
      status: 415,
      says: /Content-Encoding br is not known here; send/,
      post: () => send(test.url, way, Buffer.from('{}'), { 'Content-Encoding': 'br' }),
    },
  ];

  it.each(BODIES.filter(({ protocols }) => protocols?.includes(way.protocol) ?? true))(
    '$code: a body $what is refused and counted, and nothing of it stored',
    async ({ code, status, says, post }) => {
      await start({ limits: { requestBytes: BODY_BYTES_MAX } });
      const known = row('known', { at: 'before' });
      expect((await sendRows(test.url, way, [known])).status).toBe(way.okStatus);
      const response = await post();
      expect(response.status).toBe(status);
      const body = response instanceof Response ? await response.text() : response.body;
      const answer = JSON.parse(body) as RefusalAnswer;
      expect(answer).toMatchObject({ code, message: expect.stringMatching(says) as string });
      const labels = `code="${code}",protocol="${way.protocol}"`;
      expect(await counter('tinyobs_ingest_refused_requests_total', labels)).toBe(1);
      expect(await counter('tinyobs_ingest_refused_samples_total', labels)).toBe(0);
      expect(await stored()).toEqual({ 'known before': '1' });
      expect((await sendRows(test.url, way, [{ ...known, value: 2 }])).status).toBe(way.okStatus);
      expect(await stored()).toEqual({ 'known before': '2' });
    },
  );
});

describe('by self monitoring', () => {
  const NONE = {
    labelsPerSeries: 64,
    labelNameBytes: 512,
    labelValueBytes: 4096,
    seriesPerMetric: 1e5,
    series: 1e6,
  };

  it.each<[keyof typeof NONE, number, string]>([
    ['labelsPerSeries', 3, 'too_many_labels'],
    ['labelNameBytes', 7, 'label_name_too_long'],
    ['labelValueBytes', 30, 'label_value_too_long'],
    ['seriesPerMetric', 2, 'too_many_series_per_metric'],
    ['series', 10, 'too_many_series'],
  ])('samples past limits.%s are refused and counted', async (limit, most, code) => {
    const limits = { ...NONE, [limit]: most };
    await start({ limits, selfMonitoring: { interval: '50ms' } });
    const refused = () => counter('tinyobs_ingest_refused_samples_total', `code="${code}",protocol="self"`);
    await expect.poll(refused).toBeGreaterThan(0);
    const { data } = await getApi(test.url, '/api/v1/query', { query: '{job="tinyobs"}' });
    const series = (data.result as { metric: Record<string, string> }[]).map(({ metric }) => metric);
    const perMetric = new Map<string, number>();
    for (const metric of series) {
      perMetric.set(metric.__name__, (perMetric.get(metric.__name__) ?? 0) + 1);
      expect(Object.keys(metric).length).toBeLessThanOrEqual(limits.labelsPerSeries);
      for (const [name, value] of Object.entries(metric)) {
        expect(name.length).toBeLessThanOrEqual(limits.labelNameBytes);
        expect(value.length).toBeLessThanOrEqual(limits.labelValueBytes);
      }
    }
    // Every series has a label of 8 bytes, the metric name.
    expect(series.length > 0).toBe(limit !== 'labelNameBytes');
    expect(series.length).toBeLessThanOrEqual(limits.series);
    expect(Math.max(0, ...perMetric.values())).toBeLessThanOrEqual(limits.seriesPerMetric);
  });
});

/** A request whose body is announced and never sent: the answer has to come before. */
function declare(way: WayIn, sizeBytes: number): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const headers = { ...way.headers, 'Content-Length': sizeBytes };
    const sent = httpRequest(test.url + way.path, { method: 'POST', headers }, (response) => {
      text(response).then((body) => {
        sent.destroy();
        resolve({ status: response.statusCode ?? 0, body });
      }, reject);
    });
    sent.on('error', reject);
    sent.flushHeaders();
  });
}

/** A body that goes on for as long as it is read. */
function endless(next: () => Uint8Array): ReadableStream {
  return new ReadableStream({ pull: (controller) => controller.enqueue(next()) });
}

/** The beginning of a gzip body, then stored blocks of no bytes. */
function emptyBlocks(): () => Uint8Array {
  const blocks = Buffer.from('000000ffff'.repeat(2000), 'hex');
  let isBegun = false;
  return () => {
    const head = isBegun ? Buffer.alloc(0) : Buffer.from('1f8b0800000000000003', 'hex');
    isBegun = true;
    return Buffer.concat([head, blocks]);
  };
}
