import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getApi, importText, type QueryAnswer, startTestServer, type TestServer } from '../testServer.js';

/** A fixed past, so that answers do not depend on when the test runs. */
const T0 = 1_700_000_000;

describe('the query API', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
    const lines = ['# HELP api_requests_total Requests.', '# TYPE api_requests_total counter'];
    for (let step = 0; step <= 60; step++) {
      const timeMs = (T0 + step * 15) * 1000;
      lines.push(
        `api_requests_total{code="200"} ${step * 30} ${timeMs}`,
        `api_requests_total{code="500"} ${step} ${timeMs}`,
      );
    }
    lines.push(`{"utf.name", "label.x"="v/1"} 1 ${T0 * 1000}`, `one ${1e-7} ${T0 * 1000}`);
    await importText(server.url, `${lines.join('\n')}\n`);
  });
  afterAll(() => server.close());

  it('answers an instant query as Prometheus shapes it', async () => {
    const { httpStatus, ...body } = await getApi(server.url, '/api/v1/query', {
      query: 'sum(api_requests_total)',
      time: T0 + 30,
    });
    expect(httpStatus).toBe(200);
    expect(body).toEqual({
      status: 'success',
      data: { resultType: 'vector', result: [{ metric: {}, value: [T0 + 30, '62'] }] },
    });
  });

  it('answers scalars and strings', async () => {
    expect((await getApi(server.url, '/api/v1/query', { query: '1+1', time: 1.5 })).data).toEqual({
      resultType: 'scalar',
      result: [1.5, '2'],
    });
    expect((await getApi(server.url, '/api/v1/query', { query: '"a"', time: 0 })).data).toEqual({
      resultType: 'string',
      result: [0, 'a'],
    });
  });

  it('answers a range query by POST form', async () => {
    const form = new URLSearchParams({
      query: 'rate(api_requests_total[1m])',
      start: `${T0 + 300}`,
      end: `${T0 + 330}`,
      step: '15s',
    });
    const response = await fetch(`${server.url}/api/v1/query_range`, { method: 'POST', body: form });
    const { data } = (await response.json()) as QueryAnswer;
    expect(data.resultType).toBe('matrix');
    const series = data.result as { metric: Record<string, string>; values: [number, string][] }[];
    expect(series.map(({ metric }) => metric)).toEqual([{ code: '200' }, { code: '500' }]);
    for (const [index, rate] of [2, 1 / 15].entries()) {
      expect(series[index].values.map(([seconds]) => seconds)).toEqual([T0 + 300, T0 + 315, T0 + 330]);
      for (const [, value] of series[index].values) expect(Number(value)).toBeCloseTo(rate, 12);
    }
  });

  it('takes RFC 3339 times', async () => {
    const time = new Date((T0 + 30) * 1000).toISOString();
    const { data } = await getApi(server.url, '/api/v1/query', {
      query: 'api_requests_total{code="500"}',
      time,
    });
    expect(data.result).toEqual([
      { metric: { __name__: 'api_requests_total', code: '500' }, value: [T0 + 30, '2'] },
    ]);
  });

  it('lists labels, values, series and metadata', async () => {
    const at = { start: T0, end: T0 + 900 };
    expect((await getApi(server.url, '/api/v1/labels', at)).data).toEqual(['__name__', 'code', 'label.x']);
    expect((await getApi(server.url, '/api/v1/label/code/values', at)).data).toEqual(['200', '500']);
    expect((await getApi(server.url, '/api/v1/label/U__label_2e_x/values', at)).data).toEqual(['v/1']);
    expect((await getApi(server.url, '/api/v1/series', { 'match[]': '{code="500"}', ...at })).data).toEqual([
      { __name__: 'api_requests_total', code: '500' },
    ]);
    expect((await getApi(server.url, '/api/v1/metadata', { metric: 'api_requests_total' })).data).toEqual({
      api_requests_total: [{ type: 'counter', help: 'Requests.', unit: '' }],
    });
  });

  it('says when a limit cut the answer', async () => {
    const answer = await getApi(server.url, '/api/v1/label/code/values', { limit: 1 });
    expect(answer.data).toEqual(['200']);
    expect(answer.warnings).toEqual(['results truncated due to limit']);
  });

  it('answers build information without the field that would make it another product', async () => {
    const { data } = await getApi(server.url, '/api/v1/status/buildinfo');
    expect(data).toMatchObject({ version: expect.stringMatching(/^3\./) });
    expect(data).not.toHaveProperty('features');
  });

  it.each([
    ['no query', '/api/v1/query', {}, 400, 'bad_data', /"query"/],
    [
      'bad PromQL',
      '/api/v1/query',
      { query: 'sum(' },
      400,
      'bad_data',
      /^invalid parameter "query": 1:5: parse error: unclosed left parenthesis$/,
    ],
    ['a bad time', '/api/v1/query', { query: '1', time: 'noon' }, 400, 'bad_data', /"time"/],
    [
      'end before start',
      '/api/v1/query_range',
      { query: '1', start: 10, end: 5, step: 1 },
      400,
      'bad_data',
      /end timestamp/,
    ],
    ['no step', '/api/v1/query_range', { query: '1', start: 0, end: 5 }, 400, 'bad_data', /"step"/],
    [
      'a negative limit',
      '/api/v1/query',
      { query: '1', limit: -1 },
      400,
      'bad_data',
      /"limit": limit must be non-negative$/,
    ],
    ['a limit of text', '/api/v1/labels', { limit: 'x' }, 400, 'bad_data', /"limit"/],
    [
      'a bad timeout',
      '/api/v1/query',
      { query: '1', timeout: 'x' },
      400,
      'bad_data',
      /^invalid parameter "timeout": cannot parse "x" to a valid duration$/,
    ],
    [
      'a timeout of nothing',
      '/api/v1/query',
      { query: '1', timeout: 0 },
      503,
      'timeout',
      /^query timed out in query queue$/,
    ],
    [
      'a bad lookback',
      '/api/v1/query',
      { query: '1', lookback_delta: 'x' },
      400,
      'bad_data',
      /"lookback_delta"/,
    ],
    [
      'a string over a range',
      '/api/v1/query_range',
      { query: '"a"', start: 0, end: 5, step: 1 },
      400,
      'bad_data',
      /^invalid expression type "string" for range query, must be Scalar or instant Vector$/,
    ],
    [
      'a selector of everything',
      '/api/v1/series',
      { 'match[]': '{a=""}' },
      400,
      'bad_data',
      /^invalid parameter "match\[\]": match\[\] must contain at least one non-empty matcher$/,
    ],
    [
      'a join of many to many',
      '/api/v1/query',
      { query: 'api_requests_total + on() api_requests_total', time: T0 },
      422,
      'execution',
      /many-to-many/,
    ],
    [
      'a step of zero',
      '/api/v1/query_range',
      { query: '1', start: 0, end: 5, step: 0 },
      400,
      'bad_data',
      /step/,
    ],
    [
      '11,001 points',
      '/api/v1/query_range',
      { query: '1', start: 0, end: 11_001, step: 1 },
      400,
      'bad_data',
      /11,000/,
    ],
    ['no match[]', '/api/v1/series', {}, 400, 'bad_data', /match\[\]/],
    ['a bad selector', '/api/v1/labels', { 'match[]': '{a=' }, 400, 'bad_data', /parse error/],
  ])('refuses %s', async (_what, path, parameters, status, errorType, message) => {
    const answer = await getApi(server.url, path, parameters as Record<string, string | number>);
    expect(answer.httpStatus).toBe(status);
    expect(answer).toMatchObject({ status: 'error', errorType, error: expect.stringMatching(message) });
  });

  it('takes 11,000 steps, as Prometheus counts them', async () => {
    const answer = await getApi(server.url, '/api/v1/query_range', {
      query: '1',
      start: 0,
      end: 11_000,
      step: 1,
    });
    expect(answer.httpStatus).toBe(200);
  });

  it.each([
    ['-5.5', -5.5],
    ['1435781451.7815', 1435781451.782],
    ['.5', 0.5],
    ['1e9', 1e9],
    ['2015-07-01T20:10:51.781Z', 1435781451.781],
    ['2015-07-01T20:10:51.781999999Z', 1435781451.781],
    ['2015-07-01T22:10:51+02:00', 1435781451],
    ['1960-01-01T00:00:00-05:30', -315599400],
  ])('reads the time %s', async (time, seconds) => {
    const { data } = await getApi(server.url, '/api/v1/query', { query: '1', time });
    expect(data.result).toEqual([seconds, '1']);
  });

  it.each([
    'noon',
    '1e300',
    '2015-07-01',
    '2015-07-01T20:10:51',
    '2015-02-29T00:00:00Z',
    '2015-07-01T24:00:00Z',
    'NaN',
    '+-1',
  ])('refuses the time %s', async (time) => {
    const answer = await getApi(server.url, '/api/v1/query', { query: '1', time });
    expect(answer).toMatchObject({
      httpStatus: 400,
      error: `invalid parameter "time": invalid time value for 'time': cannot parse ${JSON.stringify(time)} to a valid timestamp`,
    });
    const range = { query: '1', start: time, end: 1, step: 1 };
    expect(await getApi(server.url, '/api/v1/query_range', range)).toMatchObject({
      httpStatus: 400,
      error: `invalid parameter "start": cannot parse ${JSON.stringify(time)} to a valid timestamp`,
    });
  });

  it('takes the first and the last time of Prometheus for always', async () => {
    const always = { start: '-292273086-05-16T16:47:06Z', end: '292277025-08-18T07:12:54.999999999Z' };
    expect((await getApi(server.url, '/api/v1/labels', always)).data).toContain('code');
    expect((await getApi(server.url, '/api/v1/labels', { start: 5, end: 1 })).data).toEqual([]);
  });

  it('looks back as far as it is told to', async () => {
    const query = { query: 'one', time: T0 + 60 };
    const ask = async (lookback_delta: string) =>
      (await getApi(server.url, '/api/v1/query', { ...query, lookback_delta })).data.result;
    expect(await ask('30s')).toEqual([]);
    expect(await ask('60')).toEqual([]);
    expect(await ask('61')).toHaveLength(1);
    expect(await ask('0')).toHaveLength(1);
  });

  it.each([
    ['/api/v1/query', { query: 'api_requests_total', time: T0 }],
    ['/api/v1/query_range', { query: 'api_requests_total', start: T0, end: T0 + 15, step: 15 }],
    ['/api/v1/series', { 'match[]': 'api_requests_total' }],
    ['/api/v1/labels', {}],
    ['/api/v1/label/__name__/values', {}],
  ])('cuts %s at the limit, and says so', async (path, parameters) => {
    const listOf = ({ data }: QueryAnswer) => (Array.isArray(data) ? data : data.result) as unknown[];
    const cut = await getApi(server.url, path, { ...parameters, limit: 1 });
    expect(listOf(cut)).toHaveLength(1);
    expect(cut.warnings).toEqual(['results truncated due to limit']);
    const whole = await getApi(server.url, path, { ...parameters, limit: 100 });
    expect(listOf(whole).length).toBeGreaterThan(1);
    expect(whole.warnings).toBeUndefined();
  });

  it('tells what a query cost', async () => {
    const range = { query: 'rate(api_requests_total[1m])', start: T0 + 60, end: T0 + 90, step: 15 };
    const { data } = await getApi(server.url, '/api/v1/query_range', { ...range, stats: 'all' });
    const { timings, samples, tree } = (data as unknown as { stats: Record<string, Record<string, unknown>> })
      .stats;
    expect(Object.keys(timings)).toEqual([
      'evalTotalTime',
      'resultSortTime',
      'queryPreparationTime',
      'innerEvalTime',
      'execQueueTime',
      'execTotalTime',
    ]);
    for (const seconds of Object.values(timings)) expect(seconds).toBeGreaterThanOrEqual(0);
    expect(samples).toEqual({
      totalQueryableSamplesPerStep: [
        [T0 + 60, 8],
        [T0 + 75, 8],
        [T0 + 90, 8],
      ],
      totalQueryableSamples: 24,
      peakSamples: expect.any(Number),
    });
    expect(tree).toMatchObject({
      type: 'call',
      func: { name: 'rate' },
      args: [{ type: 'matrixSelector', stats: { series: 2, samplesRead: expect.any(Number) } }],
      stats: { evalTime: expect.any(Number), series: 2 },
    });
    const some = (await getApi(server.url, '/api/v1/query_range', { ...range, stats: 'true' })).data;
    expect(some).toMatchObject({ stats: { samples: { totalQueryableSamples: 24 } } });
    expect(JSON.stringify(some)).not.toMatch(/PerStep|tree/);
    expect((await getApi(server.url, '/api/v1/query_range', range)).data).not.toHaveProperty('stats');
  });

  it('limits metadata by metrics', async () => {
    const ask = async (parameters: Record<string, string | number>) =>
      getApi(server.url, '/api/v1/metadata', parameters);
    expect((await ask({ limit: 0 })).data).toEqual({});
    expect((await ask({ limit: 1 })).data).toHaveProperty('api_requests_total');
    const all = (await ask({})).data;
    expect(Object.keys(all as object)).toEqual(['api_requests_total']);
    for (const limit of [-1, 0, 1]) expect((await ask({ limit_per_metric: limit })).data).toEqual(all);
    expect((await ask({ metric: 'api_requests_total' })).data).toEqual(all);
    expect((await ask({ metric: 'none' })).data).toEqual({});
    expect(await ask({ limit_per_metric: 'x' })).toMatchObject({
      error: 'limit_per_metric must be a number',
    });
    expect(await ask({ limit: 'x' })).toMatchObject({ httpStatus: 400, error: 'limit must be a number' });
  });

  it('writes small numbers as Prometheus does', async () => {
    const { data } = await getApi(server.url, '/api/v1/query', { query: 'one', time: T0 });
    expect(data.result).toEqual([{ metric: { __name__: 'one' }, value: [T0, '1e-07'] }]);
  });

  it('has what is experimental in Prometheus only where it is asked for', async () => {
    const refused = await getApi(server.url, '/api/v1/query', { query: 'limitk(1, one)', time: T0 });
    expect(refused).toMatchObject({ httpStatus: 400, error: expect.stringContaining('experimental') });
    const other = await startTestServer({ promql: { experimental: true } });
    await importText(other.url, `one 1 ${T0 * 1000}\n`);
    const { data } = await getApi(other.url, '/api/v1/query', { query: 'limitk(1, one)', time: T0 });
    expect(data.result).toHaveLength(1);
    await other.close();
  });

  it('answers the same after a restart', async () => {
    const first = await startTestServer();
    await importText(first.url, `kept{a="1"} 42 ${T0 * 1000}\n`);
    await first.server.close();
    const second = await startTestServer({ dataDir: first.dataDir });
    const { data } = await getApi(second.url, '/api/v1/query', { query: 'kept', time: T0 });
    expect(data.result).toEqual([{ metric: { __name__: 'kept', a: '1' }, value: [T0, '42'] }]);
    await second.close();
  });
});
