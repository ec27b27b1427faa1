import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getApi, importText, rawRequest, startTestServer, type TestServer } from '../testServer.js';

const T0 = 1_700_000_000;

/** Shapes are those that Prometheus 2.42 gives when it has none, and what 3.x added. */
describe('the rest of the Prometheus API', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ query: { timeout: '90s' } });
    const lines = Array.from({ length: 3000 }, (_, i) => `many{id="${i}",job="${i % 2}"} ${i} ${T0 * 1000}`);
    await importText(server.url, `${lines.join('\n')}\none 1 ${T0 * 1000}\n`);
  });
  afterAll(() => server.close());

  const ask = async (path: string) => {
    const response = await fetch(server.url + path);
    return { httpStatus: response.status, ...((await response.json()) as object) };
  };

  it.each([
    ['targets', { activeTargets: [], droppedTargets: [], droppedTargetCounts: {} }],
    ['targets?state=active', { activeTargets: [], droppedTargets: [], droppedTargetCounts: {} }],
    ['targets/metadata?match_target={job="a"}&metric=x&limit=2', []],
    ['scrape_pools', { scrapePools: [] }],
    ['alertmanagers', { activeAlertmanagers: [], droppedAlertmanagers: [] }],
    ['alerts', { alerts: [] }],
    ['rules', { groups: [] }],
    [
      'rules?type=alert&rule_name[]=a&rule_group[]=b&file[]=c&match[]=x&exclude_alerts=true&group_limit=5',
      { groups: [] },
    ],
    ['notifications', []],
    ['query_exemplars?query=up&start=0&end=1', []],
    ['status/walreplay', { min: 0, max: 0, current: 0 }],
    ['format_query?query=foo%2Bbar', 'foo + bar'],
    ['parse_query?query=-1', { type: 'numberLiteral', val: '-1' }],
  ])('answers %s', async (path, data) => {
    const { httpStatus, ...body } = await ask(`/api/v1/${path}`);
    expect(httpStatus).toBe(200);
    expect(body).toEqual({ status: 'success', data });
  });

  it.each([
    ['rules?type=x', 'invalid parameter "type": not supported value "x"'],
    ['rules?exclude_alerts=maybe', /exclude_alerts/],
    ['rules?group_limit=0', /group_limit/],
    ['rules?group_next_token=a', /group_limit/],
    ['rules?match[]={', /"match\[\]": 1:2: parse error/],
    ['targets/metadata?limit=x', 'limit must be a number'],
    ['targets/metadata?match_target={', /"match_target": 1:2: parse error/],
    ['query_exemplars?query=up(', /^1:1: parse error: unknown function/],
    ['query_exemplars?query=up&start=5&end=1', /end timestamp must not be before start/],
    ['format_query?query=(', 'invalid parameter "query": 1:2: parse error: unclosed left parenthesis'],
    ['parse_query', 'invalid parameter "query": 1:1: parse error: no expression found in input'],
    ['status/tsdb?limit=0', 'limit must be a positive number'],
    ['status/tsdb?limit=10001', 'limit must not exceed 10000'],
  ])('refuses %s', async (path, error) => {
    const answer = await ask(`/api/v1/${path}`);
    expect(answer.httpStatus).toBe(400);
    expect(answer).toMatchObject({
      errorType: 'bad_data',
      error: typeof error === 'string' ? error : expect.stringMatching(error),
    });
  });

  it('has no content for exemplars of nothing', async () => {
    expect((await fetch(`${server.url}/api/v1/query_exemplars?query=1`)).status).toBe(204);
  });

  it('tells names and values there are many of', async () => {
    const { data } = await getApi(server.url, '/api/v1/status/tsdb', { limit: 2 });
    expect(data).toMatchObject({
      headStats: { numSeries: 3001, numLabelPairs: 3004, minTime: T0 * 1000, maxTime: T0 * 1000 },
      seriesCountByMetricName: [
        { name: 'many', value: 3000 },
        { name: 'one', value: 1 },
      ],
      labelValueCountByLabelName: [
        { name: 'id', value: 3000 },
        { name: '__name__', value: 2 },
      ],
      memoryInBytesByLabelName: [
        { name: 'id', value: 10 + 180 + 2700 + 8000 },
        { name: '__name__', value: 7 },
      ],
      seriesCountByLabelValuePair: [
        { name: '__name__=many', value: 3000 },
        { name: 'job=0', value: 1500 },
      ],
    });
  });

  it('tells its flags, configuration and runtime', async () => {
    expect((await getApi(server.url, '/api/v1/status/flags')).data).toMatchObject({
      'query.timeout': '1m30s',
      'query.max-concurrency': '20',
      'query.lookback-delta': '5m',
    });
    const { yaml } = (await getApi(server.url, '/api/v1/status/config')).data as unknown as { yaml: string };
    expect(yaml).toMatch(/^query:\n {2}lookback: 5m\n {2}timeout: 90s$/m);
    expect((await getApi(server.url, '/api/v1/status/runtimeinfo')).data).toMatchObject({
      startTime: expect.stringMatching(/Z$/),
      reloadConfigSuccess: true,
      corruptionCount: 0,
      storageRetention: '',
    });
  });

  it.each(['/-/healthy', '/-/ready', '/api/v1/labels'])('answers HEAD of %s', async (path) => {
    const response = await fetch(server.url + path, { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('');
  });

  it.each([
    ['POST', '/api/v1/label/job/values', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/api/v1/query', 'GET, POST, HEAD, OPTIONS'],
    ['PUT', '/api/v1/rules', 'GET, HEAD, OPTIONS'],
    ['GET', '/api/v1/admin/tsdb/delete_series', 'POST, PUT, OPTIONS'],
  ])('refuses %s of %s', async (method, path, allow) => {
    const response = await fetch(server.url + path, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
    expect(await response.json()).toMatchObject({ status: 'error', errorType: 'bad_data' });
  });

  it('answers what it does not have in the shape of the API', async () => {
    expect(await getApi(server.url, '/api/v1/nothing')).toMatchObject({
      httpStatus: 404,
      errorType: 'not_found',
    });
  });

  it('takes a form and the URL together, the form first', async () => {
    const body = new URLSearchParams({ query: '2' });
    const response = await fetch(`${server.url}/api/v1/query?query=1&time=5`, { method: 'POST', body });
    expect(await response.json()).toMatchObject({ data: { result: [5, '2'] } });
  });

  it('takes the URL alone where the body is no form', async () => {
    const post = { method: 'POST', headers: { 'Content-Type': 'application/json' } };
    for (const body of [undefined, '{"query":"2"}']) {
      const response = await fetch(`${server.url}/api/v1/query?query=1&time=5`, { ...post, body });
      expect(response.headers.get('content-type')).toBe('application/json');
      expect(await response.json()).toMatchObject({ data: { result: [5, '1'] } });
    }
  });

  it.each([
    ['in pieces', '/api/v1/series?match[]=many', 100_000],
    ['whole', '/api/v1/label/id/values?limit=500', 2000],
  ])('compresses answers %s for who takes it', async (_how, path, bytesMin) => {
    const get = (encoding: string) =>
      rawRequest(server.url + path, { headers: { 'Accept-Encoding': encoding } });
    const compressed = await get('br;q=1, gzip;q=0.5');
    expect(compressed.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
    const plain = await get('gzip;q=0');
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(plain.body.length).toBeGreaterThan(bytesMin);
    expect(compressed.body.length).toBeLessThan(plain.body.length / 2);
    expect(gunzipSync(compressed.body)).toEqual(plain.body);
  });

  it('does not compress what is short', async () => {
    const { headers, body } = await rawRequest(`${server.url}/api/v1/query?query=1`, {
      headers: { 'Accept-Encoding': 'gzip' },
    });
    expect(headers['content-encoding']).toBeUndefined();
    expect(headers['content-length']).toBe(String(body.length));
  });
});
