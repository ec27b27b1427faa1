import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importText, startTestServer, type TestServer } from '../testServer.js';

interface Answer {
  readonly httpStatus: number;
  readonly message?: string;
  readonly series?: unknown;
  readonly values?: unknown;
  readonly metrics: { readonly byIndexedSeries: unknown };
  readonly growth: { readonly byLastDay: readonly { readonly metric: string }[] };
}

describe('cardinality over HTTP', () => {
  const HOUR_MS = 3_600_000;
  const START_MS = 1_700_000_000_000 - (1_700_000_000_000 % (24 * HOUR_MS));
  let nowMs = START_MS;
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({
      now: () => nowMs,
      limits: { series: 1000, seriesPerMetric: 200, indexedSeries: 500 },
    });
    const old = Array.from({ length: 60 }, (_, i) => `old{pod="${i}",zone="a"} 1`);
    await importText(server.url, `${old.join('\n')}\n`);
    nowMs = START_MS + 5 * HOUR_MS;
    const requests = Array.from(
      { length: 100 },
      (_, i) => `requests{pod="${i}",zone="${i % 2 ? 'a' : 'b'}"} 1`,
    );
    await importText(server.url, `${requests.join('\n')}\nup 1\n`);
  });
  afterAll(() => server.close());

  const ask = async (parameters: string): Promise<Answer> => {
    const response = await fetch(`${server.url}/v1/cardinality?${parameters}`);
    expect(response.headers.get('content-type')).toBe('application/json');
    return { httpStatus: response.status, ...((await response.json()) as Omit<Answer, 'httpStatus'>) };
  };

  it('tells how many series there are of what, how much of the limits they take, and what grows', async () => {
    expect(await ask('limit=2')).toEqual({
      httpStatus: 200,
      status: 'ok',
      series: {
        active: { count: 101, limit: 1000, used: 0.101 },
        indexed: { count: 161, limit: 500, used: 0.322 },
      },
      memory: {
        indexBytes: expect.any(Number) as number,
        labelTextBytes: expect.any(Number) as number,
        postingBytes: expect.any(Number) as number,
      },
      metrics: {
        count: 3,
        activeSeriesLimit: 200,
        byActiveSeries: [
          { metric: 'requests', series: 100, used: 0.5 },
          { metric: 'up', series: 1, used: 0.005 },
        ],
        byIndexedSeries: [
          { metric: 'requests', series: 100 },
          { metric: 'old', series: 60 },
        ],
      },
      labels: {
        count: 3,
        pairs: 3 + 100 + 2,
        byValues: [
          { label: 'pod', values: 100 },
          { label: '__name__', values: 3 },
        ],
        bySeries: [
          { label: '__name__', series: 161 },
          { label: 'pod', series: 160 },
        ],
        byBytes: [
          { label: 'pod', bytes: 190 },
          { label: '__name__', bytes: 13 },
        ],
      },
      pairs: [
        { label: 'zone', value: 'a', series: 110 },
        { label: '__name__', value: 'requests', series: 100 },
      ],
      keys: [],
      growth: {
        since: new Date(START_MS).toISOString(),
        series: { lastHour: 101, lastDay: 161, perHour: 32.2 },
        byLastHour: [
          { metric: 'requests', lastHour: 100, lastDay: 100, perHour: 20 },
          { metric: 'up', lastHour: 1, lastDay: 1, perHour: 0.2 },
        ],
        byLastDay: [
          { metric: 'requests', lastHour: 100, lastDay: 100, perHour: 20 },
          { metric: 'old', lastHour: 0, lastDay: 60, perHour: 12 },
        ],
      },
    });
  });

  it('has the values of a label', async () => {
    expect((await ask('label=zone')).values).toEqual({
      label: 'zone',
      count: 2,
      bySeries: [
        { value: 'a', series: 110 },
        { value: 'b', series: 50 },
      ],
    });
    expect((await ask('label=nothing')).values).toEqual({ label: 'nothing', count: 0, bySeries: [] });
  });

  it.each([
    ['metric=old', 0, 60, 'old'],
    ['match[]=old', 0, 60, 'old'],
    ['match[]={zone="b"}&match[]=requests{pod=~"1."}', 55, 55, 'requests'],
    ['match[]={zone="a"}&metric=requests', 50, 50, 'requests'],
    ['metric=nothing', 0, 0, undefined],
  ])('is of the series selected by %s', async (parameters, active, indexed, metric) => {
    const answer = await ask(parameters);
    expect(answer.series).toMatchObject({ active: { count: active }, indexed: { count: indexed } });
    expect(answer.metrics.byIndexedSeries).toEqual(metric === undefined ? [] : [{ metric, series: indexed }]);
    expect(answer.growth.byLastDay.map((one) => one.metric)).toEqual(metric === undefined ? [] : [metric]);
  });

  it.each([
    ['limit=0', 'limit', 'limit must be a positive number'],
    ['limit=10001', 'limit', 'limit must not exceed 10000'],
    ['limit=many', 'limit', 'limit must be a number'],
    ['match[]={', 'match[]', /1:2: parse error/],
    ['match[]={pod=~".*"}', 'match[]', /at least one non-empty matcher/],
  ])('refuses %s', async (parameters, parameter, message) => {
    const { httpStatus, ...body } = await ask(parameters);
    expect(httpStatus).toBe(400);
    expect(body).toMatchObject({ status: 'error', details: { parameter } });
    expect(body.message).toEqual(typeof message === 'string' ? message : expect.stringMatching(message));
  });

  it('takes GET only', async () => {
    const response = await fetch(`${server.url}/v1/cardinality`, { method: 'POST' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
    expect(await response.json()).toMatchObject({ code: 'method_not_allowed' });
  });
});
