import { gzipSync } from 'node:zlib';
import { HttpError, InfluxDB, Point, setLogger } from '@influxdata/influxdb-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { getApi, startTestServer, type TestServer } from '../testServer.js';

const ADMIN_KEY = 'admin-key-of-the-influx-test-0123';
const TIME_MS = 1_700_000_000_123;

setLogger({ error: () => undefined, warn: () => undefined });

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ limits: { seriesPerMetric: 10 } });
});
afterAll(() => server.close());

/** Values and times in ms, by labels, of a metric. */
async function samplesOf(metric: string): Promise<Record<string, [timeMs: number, value: string]>> {
  const { data } = await getApi(server.url, '/api/v1/query', { query: `${metric}[10y]` });
  const result = data.result as { metric: Record<string, string>; values: [number, string][] }[];
  return Object.fromEntries(
    result.map(({ metric: { __name__: _name, ...labels }, values }) => {
      const [seconds, value] = values[values.length - 1];
      return [JSON.stringify(labels), [Math.round(seconds * 1000), value]];
    }),
  );
}

const write = (path: string, body: string | Uint8Array, headers: Record<string, string> = {}) =>
  fetch(server.url + path, { method: 'POST', body: Buffer.from(body), headers });

it('takes what the client library of InfluxDB writes', async () => {
  const influx = new InfluxDB({ url: server.url, token: 'any' });
  const api = influx.getWriteApi('org', 'bucket', 'ms', { defaultTags: { host: 'a b' }, gzipThreshold: 10 });
  const point = new Point('weather station')
    .tag('city', 'Köln, West')
    .floatField('temp', 21.5)
    .intField('count', -7)
    .uintField('big', '18446744073709551615')
    .booleanField('wet', true)
    .stringField('note', 'it said "hi", twice\nand more')
    .timestamp(TIME_MS);
  api.writePoint(point);
  await api.close();
  const labels = JSON.stringify({ city: 'Köln, West', host: 'a b' });
  for (const [field, value] of Object.entries({
    temp: '21.5',
    count: '-7',
    wet: '1',
    big: '18446744073709552000',
  })) {
    expect(await samplesOf(`weather_station_${field}`)).toEqual({ [labels]: [TIME_MS, value] });
  }
  expect(await samplesOf('weather_station_note')).toEqual({});
  expect(await (await fetch(`${server.url}/metrics`)).text()).toContain('tinyobs_influx_text_fields_total 1');
});

it('tells the client library which line is wrong, and stores the others', async () => {
  const failed: unknown[] = [];
  const influx = new InfluxDB({ url: server.url, token: 'any' });
  const api = influx.getWriteApi('org', 'bucket', 'ms', {
    maxRetries: 0,
    writeFailed: (error) => {
      failed.push(error);
    },
  });
  api.writeRecords([`partly,a=b x=1 ${TIME_MS}`, 'partly,a=b x=', `partly,a=b y=2 ${TIME_MS}`]);
  await api.close().catch(() => undefined);
  const [error] = failed as HttpError[];
  expect(error).toBeInstanceOf(HttpError);
  expect([error.statusCode, error.code]).toEqual([400, 'invalid']);
  expect(error.message).toMatch(/partial write: line 2: unable to parse "partly,a=b x=".* dropped=1/);
  expect(JSON.parse(error.body ?? '')).toMatchObject({
    line: 2,
    error: expect.stringContaining('partial write'),
  });
  expect(await samplesOf('partly_y')).toEqual({ '{"a":"b"}': [TIME_MS, '2'] });
});

it.each([
  ['', `${TIME_MS}000000`],
  ['n', `${TIME_MS}999999`],
  ['ns', `${TIME_MS}000000`],
  ['u', `${TIME_MS}000`],
  ['us', `${TIME_MS}000`],
  ['ms', `${TIME_MS}`],
  ['s', '1700000000'],
  ['m', '28333333'],
  ['h', '472222'],
])('reads times in the precision %j', async (precision, written) => {
  const scales: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000 };
  const scale = scales[precision];
  const answer = await write(`/write?db=x&precision=${precision}`, `timed,p=p${precision} v=1 ${written}\n`);
  expect([answer.status, await answer.text()]).toEqual([204, '']);
  const expected = scale ? Number(written) * scale : TIME_MS;
  expect(await samplesOf(`timed_v{p="p${precision}"}`)).toEqual({
    [`{"p":"p${precision}"}`]: [expected, '1'],
  });
});

it('takes gzip, and answers probes', async () => {
  const zipped = gzipSync('zipped v=1i\n');
  expect((await write('/api/v2/write?org=o&bucket=b', zipped, { 'Content-Encoding': 'gzip' })).status).toBe(
    204,
  );
  expect(Object.values(await samplesOf('zipped_v'))).toEqual([[expect.any(Number), '1']]);
  for (const method of ['GET', 'HEAD']) {
    const ping = await fetch(`${server.url}/ping`, { method });
    expect([ping.status, ping.headers.get('x-influxdb-version')]).toEqual([204, '1.8.0']);
  }
  expect((await fetch(`${server.url}/health`)).status).toBe(200);
});

it('refuses in the words of InfluxDB', async () => {
  const bad = await write('/write?precision=days', 'a b=1\n');
  expect([bad.status, await bad.json()]).toEqual([
    400,
    { code: 'invalid', message: expect.stringContaining('precision'), error: expect.any(String) },
  ]);
  const rows = Array.from({ length: 12 }, (_, i) => `many,i=${i} v=1`).join('\n');
  const limited = await write('/write', rows);
  expect([limited.status, await limited.json()]).toMatchObject([
    429,
    {
      code: 'too many requests',
      message: expect.stringMatching(/many_v has its 10 active series.*dropped=2/),
      line: 11,
    },
  ]);
});

it('takes a key as the token of the client library', async () => {
  const guarded = await startTestServer({ auth: { adminKey: ADMIN_KEY } });
  try {
    const codes: (number | undefined)[] = [];
    for (const token of [ADMIN_KEY, 'wrong']) {
      const api = new InfluxDB({ url: guarded.url, token }).getWriteApi('o', 'b', 'ms', {
        maxRetries: 0,
        writeSuccess: () => void codes.push(204),
        writeFailed: (error) => void codes.push((error as HttpError).statusCode),
      });
      api.writeRecord('keyed v=1');
      await api.close().catch(() => undefined);
    }
    expect(codes).toEqual([204, 401]);
  } finally {
    await guarded.close();
  }
});
