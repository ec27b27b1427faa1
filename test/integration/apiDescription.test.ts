import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeRemoteWrite } from '@tinyobs/formats';
import { Labels, WriteBatch } from '@tinyobs/model';
import { type ConfigInput, createTinyObs } from '@tinyobs/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRequestBody } from '../../packages/formats/src/remoteRead/readMessages.suite.js';
import { bodyOf } from '../../packages/formats/src/remoteWrite2/requests.suite.js';
import { curlCommand } from '../../packages/server/src/apiDescription/curlCommand.js';
import { openApiDocument } from '../../packages/server/src/apiDescription/openApi.js';
import { OPERATION_GROUPS } from '../../packages/server/src/apiDescription/operationGroups.js';
import { DescribedApi } from '../describedApi.js';
import { runShell } from '../docs/runSnippet.js';
import { rawRequest, startTestServer, type TestServer } from '../testServer.js';
import { callDashboards, callPanels } from './dashboardCalls.js';
import { exampleBody, exampleDashboard, exampleGrant } from './exampleDashboard.js';

const ADMIN_KEY = 'test-admin-key-0123456789abcdef';
const KEY = { Authorization: `Bearer ${ADMIN_KEY}` };
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };
const JSON_BODY = { 'Content-Type': 'application/json' };
const OTLP = { 'Content-Type': 'application/x-protobuf' };
const PROTOBUF_2 = {
  'Content-Type': 'application/x-protobuf;proto=io.prometheus.write.v2.Request',
  'Content-Encoding': 'snappy',
};
const OPEN_METRICS = { 'Content-Type': 'application/openmetrics-text; version=1.0.0; charset=utf-8' };
const PROTOBUF = { 'Content-Type': 'application/x-protobuf', 'Content-Encoding': 'snappy' };

const operations = OPERATION_GROUPS.flatMap((group) => group.operations);
const api = new DescribedApi(openApiDocument(OPERATION_GROUPS));

/** A sample of one series, as remote write. */
function remoteWriteBody(): Buffer {
  const batch = new WriteBatch();
  batch.addSample(batch.addSeries(Labels.from([['__name__', 'written']])), Date.now(), 1, 0);
  return Buffer.from(encodeRemoteWrite(batch));
}

/** The same as remote write 2.0. */
function remoteWrite2Body(): Buffer {
  const samples = [{ value: 1, timestamp: Date.now() }];
  const symbols = ['', '__name__', 'written'];
  return Buffer.from(bodyOf({ symbols, timeseries: [{ labelsRefs: [1, 2], samples }] }));
}

type Call = readonly [
  status: number,
  method: string,
  path: string,
  headers?: Readonly<Record<string, string>>,
  body?: string | Buffer,
];

const titled = (calls: readonly Call[]) => calls.map((call) => [call[0], call[1], call[2], call] as const);

const metric = (name: string, value: unknown, labels = {}) =>
  JSON.stringify({ metrics: [{ name, value, labels, type: 'gauge', help: 'h', unit: 'seconds' }] });

/** A point of a gauge as OTLP. */
const otlpBody = (timeUnixNano: string) =>
  JSON.stringify({
    resourceMetrics: [
      { scopeMetrics: [{ metrics: [{ name: 'm', gauge: { dataPoints: [{ timeUnixNano, asInt: '1' }] } }] }] },
    ],
  });

const ANSWERED: readonly Call[] = [
  [200, 'POST', '/v1/ingest', JSON_BODY, metric('one', 1, { a: 'b' })],
  [204, 'POST', '/api/v1/import/prometheus', {}, 'two{a="b"} 2\n'],
  [204, 'PUT', '/api/v1/import/prometheus?timestamp=1', {}, 'two{a="b"} 2 1700000000000\n'],
  [204, 'POST', '/api/v1/import/prometheus', OPEN_METRICS, 'two{a="b"} 2 # {c="d"} 1\n# EOF\n'],
  [204, 'POST', '/api/v1/write', PROTOBUF, remoteWriteBody()],
  [204, 'POST', '/api/v1/write', PROTOBUF_2, remoteWrite2Body()],
  [200, 'POST', '/v1/metrics', JSON_BODY, otlpBody(`${Date.now()}000000`)],
  [200, 'POST', '/v1/metrics', JSON_BODY, otlpBody('0')],
  [200, 'POST', '/api/v1/otlp/v1/metrics', OTLP, ''],
  ...['', '@base64'].flatMap((form): Call[] => [
    [
      200,
      'PUT',
      `/metrics/job${form}/YmFja3Vw`,
      {},
      '# TYPE h histogram\nh_bucket{le="+Inf"} 1\nh_count 1\n',
    ],
    [200, 'POST', `/metrics/job${form}/YmFja3Vw`, {}, 'one 1\n'],
  ]),
  [200, 'GET', '/api/v1/metrics'],
  [200, 'GET', '/v1/pushgateway/groups'],
  [202, 'DELETE', '/metrics/job/YmFja3Vw'],
  [202, 'DELETE', '/metrics/job@base64/YmFja3Vw'],
  [204, 'POST', '/write?precision=ms', {}, 'w,a=b v=1 1700000000000'],
  [204, 'POST', '/api/v2/write?precision=s', {}, 'w,a=b v=1 1700000000'],
  [204, 'GET', '/ping'],
  [200, 'POST', '/v1/import', JSON_BODY, '{"metrics":[{"name":"one","value":1,"timestamp":1700000000000}]}'],
  [200, 'GET', '/v1/export?metric=one&format=json&start=2023-11-14T00:00:00&end=2023-11-15T00:00:00Z'],
  [200, 'GET', '/v1/query'],
  [200, 'GET', '/v1/query/range?metric=one&start=1700000000&maxPoints=5'],
  [200, 'GET', '/v1/metrics/list'],
  [200, 'GET', '/v1/stats'],
  [200, 'GET', '/v1/health'],
  [200, 'GET', '/api/v1/query?query=one&stats=all'],
  [200, 'GET', '/api/v1/query?query=one[1h]'],
  [200, 'GET', '/api/v1/query?query=1&time=2026-11-21T05:00:00Z&timeout=5s'],
  [200, 'GET', '/api/v1/query?query="text"'],
  [200, 'GET', '/api/v1/query?query=rate(one[5m])'],
  [200, 'POST', '/api/v1/query', FORM, 'query=one&max_source_resolution=auto&lookback_delta=5m&limit=1'],
  [200, 'GET', '/api/v1/query_range?query=vector(1)&start=0&end=60&step=15s&stats=all'],
  [200, 'POST', '/api/v1/query_range', FORM, 'query=one&start=0&end=60&step=15&nocache=1'],
  [200, 'GET', '/api/v1/format_query?query=a%2Bb'],
  [200, 'POST', '/api/v1/format_query', FORM, 'query=a'],
  [200, 'GET', '/api/v1/parse_query?query=sum(a)'],
  [200, 'POST', '/api/v1/parse_query', FORM, 'query=a'],
  [200, 'GET', '/api/v1/series?match[]=one&match[]=two&limit=1'],
  [200, 'POST', '/api/v1/series', FORM, 'match[]=one&start=0'],
  [200, 'GET', '/api/v1/labels?limit=1'],
  [200, 'POST', '/api/v1/labels', FORM, 'match[]=one'],
  [200, 'GET', '/api/v1/label/__name__/values'],
  [200, 'GET', '/api/v1/metadata?limit=5'],
  [200, 'GET', '/federate?match[]=one'],
  [200, 'GET', '/metrics'],
  [200, 'GET', '/federate?match[]=one', { Accept: 'application/openmetrics-text' }],
  [200, 'GET', '/metrics', { Accept: 'application/openmetrics-text' }],
  [200, 'GET', '/api/v1/status/tsdb?limit=2'],
  [200, 'GET', '/v1/cardinality?limit=2&metric=one&label=a&match[]=one'],
  [200, 'GET', '/v1/status?limit=5'],
  [200, 'GET', '/v1/config'],
  [200, 'GET', '/v1/ingest/status'],
  [200, 'GET', '/v1/forward/status'],
  [200, 'POST', '/api/v1/read', PROTOBUF, Buffer.from(readRequestBody([]))],
  [200, 'POST', '/api/v1/read', PROTOBUF, Buffer.from(readRequestBody([], [1]))],
  [200, 'POST', '/-/reload'],
  [200, 'PUT', '/-/reload'],
  [200, 'GET', '/api/v1/status/buildinfo'],
  [200, 'GET', '/api/v1/status/runtimeinfo'],
  [200, 'GET', '/api/v1/status/flags'],
  [200, 'GET', '/api/v1/status/config'],
  [200, 'GET', '/api/v1/status/walreplay'],
  [200, 'GET', '/api/v1/rules?type=alert&exclude_alerts=true'],
  [200, 'GET', '/api/v1/alerts'],
  [200, 'GET', '/api/v1/targets?state=active'],
  [200, 'GET', '/api/v1/targets/metadata'],
  [200, 'GET', '/api/v1/scrape_pools'],
  [200, 'GET', '/api/v1/alertmanagers'],
  [200, 'GET', '/api/v1/notifications'],
  [200, 'GET', '/api/v1/query_exemplars?query=one'],
  [204, 'GET', '/api/v1/query_exemplars?query=1'],
  [200, 'POST', '/api/v1/query_exemplars', FORM, 'query=one'],
  [204, 'POST', '/api/v1/admin/flush'],
  [204, 'PUT', '/api/v1/admin/flush'],
  [204, 'POST', '/api/v1/admin/compact'],
  [204, 'PUT', '/api/v1/admin/compact'],
  [204, 'POST', '/api/v1/admin/tsdb/delete_series', FORM, 'match[]=two'],
  [204, 'PUT', '/api/v1/admin/tsdb/delete_series?match[]=two&end=5'],
  [204, 'POST', '/api/v1/admin/tsdb/clean_tombstones'],
  [204, 'PUT', '/api/v1/admin/tsdb/clean_tombstones'],
  [201, 'POST', '/v1/keys', JSON_BODY, '{"name":"a","scopes":["read"],"expires":"1h","limits":{"series":5}}'],
  [200, 'GET', '/v1/keys'],
  [200, 'GET', '/v1/whoami'],
  [200, 'GET', '/v1/audit?limit=5'],
  [200, 'GET', '/v1/queries'],
  [200, 'GET', '/v1/live?seconds=1'],
  [200, 'GET', '/debug/cpu-profile?seconds=1'],
  [200, 'GET', '/health'],
  [200, 'GET', '/ready'],
  [200, 'GET', '/-/healthy'],
  [200, 'GET', '/-/ready'],
  [200, 'GET', '/docs'],
  [200, 'GET', '/v1/openapi.json'],
];

const rows = (count: number) => Array.from({ length: count }, (_, i) => `many{id="${i}"} 1`).join('\n');

const REFUSED: readonly Call[] = [
  [400, 'POST', '/v1/ingest', JSON_BODY, '{"metrics":'],
  [400, 'POST', '/v1/ingest', JSON_BODY, metric('one', 'x')],
  [400, 'POST', '/v1/ingest', { ...JSON_BODY, 'Content-Encoding': 'gzip' }, 'not gzip'],
  [413, 'POST', '/v1/ingest', JSON_BODY, metric('one', 1, { long: 'x'.repeat(200_000) })],
  [415, 'POST', '/v1/ingest', { 'Content-Type': 'text/html' }, '{}'],
  [415, 'POST', '/v1/ingest', { ...JSON_BODY, 'Content-Encoding': 'br' }, '{}'],
  [429, 'POST', '/api/v1/import/prometheus', {}, rows(20)],
  [400, 'POST', '/api/v1/import/prometheus', {}, 'a{\nb 1\n'],
  [400, 'PUT', '/api/v1/import/prometheus?timestamp=x', {}, 'a 1\n'],
  [400, 'POST', '/api/v1/import/prometheus', OPEN_METRICS, 'a 1\n'],
  [
    415,
    'POST',
    '/api/v1/import/prometheus',
    { 'Content-Type': 'application/openmetrics-text; version=2.0.0' },
    '',
  ],
  [400, 'POST', '/api/v1/write', PROTOBUF, 'not snappy'],
  [400, 'POST', '/api/v1/write', PROTOBUF_2, 'not snappy'],
  [415, 'POST', '/api/v1/write', { 'Content-Type': 'text/plain' }, 'x'],
  [400, 'POST', '/v1/metrics', JSON_BODY, '{'],
  [400, 'POST', '/v1/metrics', OTLP, 'x'],
  [415, 'POST', '/v1/metrics', {}, 'x'],
  [401, 'POST', '/v1/metrics', { ...JSON_BODY, Authorization: 'Bearer wrong' }, '{}'],
  [413, 'POST', '/api/v1/otlp/v1/metrics', OTLP, 'x'.repeat(200_000)],
  [400, 'PUT', '/metrics/job/a', {}, 'a{\n'],
  [400, 'POST', '/metrics/job@base64/*', {}, 'a 1\n'],
  [415, 'POST', '/metrics/job/a', OTLP, ''],
  [429, 'PUT', '/metrics/job/a', {}, rows(20)],
  [400, 'POST', '/write', {}, 'w'],
  [401, 'POST', '/api/v2/write', { Authorization: 'Token wrong' }, 'w v=1'],
  [413, 'POST', '/api/v2/write', {}, 'x'.repeat(200_000)],
  [400, 'POST', '/v1/import', JSON_BODY, '{"metrics":[{"name":"one","value":1}]}'],
  [415, 'POST', '/v1/import', { 'Content-Type': 'text/csv' }, 'x'],
  [400, 'GET', '/v1/export?format=csv'],
  [400, 'GET', '/v1/query?start=yesterday'],
  [400, 'GET', '/v1/query/range?metric=one&maxPoints=5001'],
  [400, 'GET', '/api/v1/query?query=sum('],
  [400, 'GET', '/api/v1/query?query=rate(one)'],
  [400, 'GET', '/api/v1/query?query=one&time=x'],
  [413, 'POST', '/api/v1/query', FORM, `query=${'a'.repeat(200_000)}`],
  [422, 'GET', '/api/v1/query?query=many%2Bignoring(id)many'],
  [503, 'GET', '/api/v1/query?query=one&timeout=-1'],
  [400, 'GET', '/api/v1/query_range?query=one&start=0&end=100000&step=1'],
  [400, 'POST', '/api/v1/parse_query', FORM, 'query=('],
  [400, 'GET', '/api/v1/series'],
  [422, 'GET', '/api/v1/series?match[]=many'],
  [400, 'GET', '/api/v1/label/%zz/values'],
  [400, 'GET', '/federate?match[]={'],
  [422, 'GET', '/federate?match[]=many'],
  [400, 'GET', '/api/v1/status/tsdb?limit=0'],
  [400, 'GET', '/api/v1/rules?type=x'],
  [400, 'GET', '/api/v1/targets/metadata?limit=x'],
  [400, 'POST', '/api/v1/admin/tsdb/delete_series'],
  [400, 'POST', '/v1/keys', JSON_BODY, '{"name":"a"}'],
  [400, 'POST', '/v1/keys', JSON_BODY, '{'],
  [404, 'DELETE', '/v1/keys/000000000000'],
  [404, 'DELETE', '/v1/queries/nobody'],
  [400, 'GET', '/v1/live?seconds=0'],
  [400, 'GET', '/debug/cpu-profile?seconds=61'],
  [400, 'GET', '/v1/audit?limit=5000'],
  [400, 'GET', '/v1/status?limit=0'],
  [401, 'GET', '/metrics', { Authorization: '' }],
  [401, 'GET', '/federate', { Authorization: 'Bearer wrong' }],
  [401, 'POST', '/api/v1/admin/flush', { Authorization: 'Bearer wrong' }],
];

/** A server with a key that can read its configuration again, which finds it as it was. */
function startReadingServer(given: ConfigInput, { worker = false } = {}): Promise<TestServer> {
  const input: ConfigInput = {
    ...given,
    debug: { enabled: true },
    auth: { adminKey: ADMIN_KEY },
    listen: '127.0.0.1:0',
    dataDir: mkdtempSync(join(tmpdir(), 'tinyobs-described-')),
    log: { level: 'silent' },
    selfMonitoring: { interval: 'off' },
    storage: { retention: { raw: 'off' } },
  };
  return startTestServer({ ...input, worker, readConfig: () => input });
}

const SLOW = 'quantile_over_time(0.5, vector(time() ^ 2 % 9973)[24h:1s])';

/** Begins a query that takes many seconds; its answer, and what the list has of it. */
async function startQuery(url: string) {
  const query = new URLSearchParams({ query: SLOW, start: '0', end: '10000', step: '1' });
  const answer = rawRequest(`${url}/api/v1/query_range?${query}`, { headers: KEY });
  const list = () => rawRequest(`${url}/v1/queries`, { headers: KEY });
  const idsOf = ({ body }: { body: Buffer }) =>
    (JSON.parse(body.toString()) as { queries: { id: string }[] }).queries.map(({ id }) => id);
  await expect.poll(async () => idsOf(await list())).toHaveLength(1);
  const listed = await list();
  return { answer, listed, id: idsOf(listed)[0] };
}

describe('what a server tells of itself', () => {
  it('has the shape described, and so has the end of a query', async () => {
    // In a thread of its own: the heap of the tests' is as large as all tests together.
    const server = await startReadingServer({}, { worker: true });
    const ask = async (method: string, path: string) => {
      const answer = await rawRequest(server.url + path, { method, headers: KEY });
      api.expectDescribed(method, path, answer);
      return answer.status;
    };
    try {
      const { answer, listed, id } = await startQuery(server.url);
      api.expectDescribed('GET', '/v1/queries', listed);
      expect(await ask('DELETE', `/v1/queries/${id}`)).toBe(204);
      const ended = await answer;
      api.expectDescribed('GET', '/api/v1/query_range', ended);
      expect(JSON.parse(ended.body.toString())).toMatchObject({
        code: 'query_canceled',
        requestId: ended.headers['x-request-id'],
      });
      expect(await ask('GET', '/debug/heap-snapshot')).toBe(200);
    } finally {
      await server.close();
    }
  });

  it('has the shape described while writes are refused', async () => {
    const server = await startTestServer({ storage: { minFreeBytes: '1000TiB' } });
    try {
      for (const path of ['/ready', '/-/ready', '/health', '/v1/health']) {
        const answer = await rawRequest(server.url + path, { headers: {} });
        expect(answer.status).toBe(path === '/health' ? 200 : 503);
        api.expectDescribed('GET', path, answer);
      }
    } finally {
      await server.close();
    }
  });
});

describe('the API as it is described', () => {
  let server: TestServer;
  let readKey: string;
  beforeAll(async () => {
    server = await startReadingServer({
      limits: { requestBytes: '100KB', seriesPerMetric: 10, requestsPerMinute: 'off' },
      query: { series: 9 },
    });
    const made = await send([201, 'POST', '/v1/keys', JSON_BODY, '{"name":"reader","scopes":["read"]}']);
    readKey = (JSON.parse(made.body.toString()) as { key: string }).key;
  });
  afterAll(() => server.close());

  const send = ([, method, path, headers = {}, body]: Call) =>
    rawRequest(server.url + path.replace('[]', '%5B%5D'), { method, headers: { ...KEY, ...headers }, body });

  it('has the methods that the server takes, path by path', async () => {
    for (const path of new Set(operations.map((operation) => operation.path))) {
      const methods = operations.filter((one) => one.path === path).flatMap((one) => one.methods);
      const { status, headers } = await send([204, 'OPTIONS', path.replace(/:\w+/, 'x')]);
      const expected = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'];
      expect([status, headers.allow?.split(', ').sort()], path).toEqual([204, expected.sort()]);
    }
  });

  it.each(titled(ANSWERED))(
    'answers %i to %s %s in the shape described',
    async (status, method, path, call) => {
      const answer = await send(call);
      expect(answer.status, answer.body.toString()).toBe(status);
      api.expectDescribed(method, path, answer);
    },
  );

  it.each(titled(REFUSED))(
    'refuses with %i %s %s in the shape described',
    async (status, method, path, call) => {
      const answer = await send(call);
      expect(answer.status, answer.body.toString()).toBe(status);
      api.expectDescribed(method, path, answer);
    },
  );

  it('revokes a key, and refuses one without the scope, in the shape described', async () => {
    const id = readKey.split('_')[1];
    const refused = await send([403, 'DELETE', `/v1/keys/${id}`, { Authorization: `Bearer ${readKey}` }]);
    expect(refused.status).toBe(403);
    api.expectDescribed('DELETE', `/v1/keys/${id}`, refused);
    const revoked = await send([200, 'DELETE', `/v1/keys/${id}`]);
    expect(revoked.status).toBe(200);
    api.expectDescribed('DELETE', `/v1/keys/${id}`, revoked);
  });

  it('keeps dashboards and shows single panels, in the shape described', async () => {
    const call = async (status: number, method: string, path: string, body?: object) => {
      const given = body === undefined ? undefined : JSON.stringify(body);
      const answer = await send([status, method, path, JSON_BODY, given]);
      expect(answer.status, answer.body.toString()).toBe(status);
      api.expectDescribed(method, path, answer);
      return JSON.parse(answer.body.toString() || '{}') as { id: string };
    };
    await callDashboards(call);
    await callPanels(call, await exampleDashboard(server.url, KEY));
  });

  it('has been asked for every operation, and refused what is not described', () => {
    expect(api.unseen()).toEqual([]);
    const answer = {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from('{"status":"ok","more":1}'),
    };
    expect(() => api.expectDescribed('GET', '/v1/keys', answer)).toThrow(/additional properties/);
    expect(() => api.expectDescribed('GET', '/v1/keys', { ...answer, status: 418 })).toThrow(/418/);
  });
});

describe('what is refused before a route is reached', () => {
  it('has the shape described', async () => {
    const server = await startTestServer({ limits: { requestsPerMinute: 1 } });
    const ask = (path: string, headers = {}) => rawRequest(server.url + path, { headers });
    try {
      for (const path of ['/api/v1/labels', '/metrics', '/federate']) {
        const foreign = await ask(path, { Host: 'evil.example' });
        expect(foreign.status).toBe(403);
        api.expectDescribed('GET', path, foreign);
      }
      await ask('/health');
      for (const path of ['/api/v1/labels', '/metrics', '/federate']) {
        const limited = await ask(path);
        expect(limited.status).toBe(429);
        api.expectDescribed('GET', path, limited);
      }
    } finally {
      await server.close();
    }
  });
});

describe('the examples of the description', () => {
  let server: TestServer;
  let cwd: string;
  beforeAll(async () => {
    server = await startReadingServer({ limits: { requestsPerMinute: 'off' } }, { worker: true });
    cwd = mkdtempSync(join(tmpdir(), 'tinyobs-examples-'));
    writeFileSync(join(cwd, 'request.snappy'), remoteWriteBody());
    writeFileSync(join(cwd, 'query.snappy'), readRequestBody([]));
    writeFileSync(join(cwd, 'dashboard.json'), exampleBody('createDashboard'));
    // Each example gets a dashboard of its own, which it saves as the next version.
    writeFileSync(join(cwd, 'change.json'), exampleBody('saveDashboard'));
  });
  afterAll(async () => {
    await server.close();
    await rm(cwd, { recursive: true });
  });

  it.each(operations.map((operation) => [operation.id, operation] as const))(
    '%s works',
    async (_id, operation) => {
      const made = await rawRequest(`${server.url}/v1/keys`, {
        method: 'POST',
        headers: { ...KEY, ...JSON_BODY },
        body: '{"name":"example","scopes":["read"]}',
      });
      const { id } = JSON.parse(made.body.toString()) as { id: string };
      const dashboard = /^\/v1\/(?:dashboards|embed)\//.test(operation.path)
        ? await exampleDashboard(server.url, KEY)
        : id;
      const query = operation.id === 'cancelQuery' ? (await startQuery(server.url)).id : '';
      const grant = operation.id === 'revokeGrant' ? await exampleGrant(server.url, dashboard, KEY) : '';
      const command = curlCommand(operation).replaceAll('http://127.0.0.1:8080', server.url);
      const variables = `KEY=${ADMIN_KEY}\nID=${dashboard}\nPANEL=panel-1\nGRANT=${grant}\nQUERY=${query}`;
      const output = await runShell(`${variables}\n${command} -w '\\n%{http_code}'`, cwd);
      expect(operation.answers.map(({ status }) => String(status))).toContain(output.split('\n').at(-1));
    },
  );
});

describe('the pages of the description', () => {
  it('are open to all, and the same below any path', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'tinyobs-docs-'));
    const obs = await createTinyObs({
      dataDir,
      basePath: '/deep/obs',
      auth: { adminKey: ADMIN_KEY },
      log: { level: 'silent' },
    });
    const host = createServer(obs.handler).listen(0, '127.0.0.1');
    await new Promise((resolve) => host.once('listening', resolve));
    const url = `http://127.0.0.1:${(host.address() as AddressInfo).port}/deep/obs`;
    try {
      const page = await fetch(`${url}/docs`);
      expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      expect(page.headers.get('content-security-policy')).toMatch(
        /default-src 'none'.*frame-ancestors 'none'/,
      );
      expect(page.headers.get('x-content-type-options')).toBe('nosniff');
      const built = readFileSync(
        new URL('../../packages/server/dist/docs/index.html', import.meta.url),
        'utf8',
      );
      expect(await page.text()).toBe(built);
      const slashed = await fetch(`${url}/docs/`, { redirect: 'manual' });
      expect(slashed.status).toBe(308);
      expect(new URL(slashed.headers.get('location') ?? '', `${url}/docs/`).href).toBe(`${url}/docs`);
      const [, target] = /class="spec" href="([^"]+)"/.exec(built) ?? [];
      const document = await fetch(new URL(target, `${url}/docs`));
      expect(document.url).toBe(`${url}/v1/openapi.json`);
      expect(await document.json()).toEqual(JSON.parse(JSON.stringify(openApiDocument(OPERATION_GROUPS))));
    } finally {
      await new Promise((resolve) => host.close(resolve).closeAllConnections());
      await obs.close();
      await rm(dataDir, { recursive: true });
    }
  });
});
