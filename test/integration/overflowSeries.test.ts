import { afterEach, describe, expect, it } from 'vitest';
import { getApi, postJson, startTestServer, type TestServer } from '../testServer.js';

describe('overflow series', () => {
  let server: TestServer;
  afterEach(() => server.close());

  const start = async (limits: NonNullable<Parameters<typeof startTestServer>[0]>['limits']) => {
    server = await startTestServer({ limits, selfMonitoring: { interval: '50ms' } });
  };
  const write = (name: string, ...ats: string[]) =>
    postJson(server.url, { metrics: ats.map((at) => ({ name, value: 100, labels: { at } })) });
  const valuesOf = async (query: string): Promise<[labels: Record<string, string>, value: string][]> => {
    const { data } = await getApi(server.url, '/api/v1/query', { query });
    const result = data.result as { metric: Record<string, string>; value: [number, string] }[];
    return result.map(({ metric, value }) => [metric, value[1]]);
  };

  it('tell of each metric how many of its samples were refused, and leave all others as they are', async () => {
    await start({ seriesPerMetric: 2, overflowSeries: true });
    expect((await write('full', 'a', 'b')).status).toBe(200);
    expect((await write('full', 'a', 'c', 'd')).status).toBe(429);
    expect((await write('full', 'c')).status).toBe(429);
    expect((await write('roomy', 'a')).status).toBe(200);
    await expect
      .poll(() => valuesOf('{tinyobs_overflow="true", __name__!~"(tinyobs|nodejs)_.*"}'))
      .toEqual([[{ __name__: 'full', tinyobs_overflow: 'true' }, '3']]);
    expect(await valuesOf('sum(full{tinyobs_overflow=""})')).toEqual([[{}, '200']]);
    expect(await valuesOf('count(full)')).toEqual([[{}, '3']]);
    // It takes no room: the metric stays at its limit, and what is known goes on.
    expect((await write('full', 'a', 'b')).status).toBe(200);
    expect((await write('full', 'e')).status).toBe(429);
    await expect.poll(() => valuesOf('full{tinyobs_overflow="true"}')).toMatchObject([[{}, '4']]);
  });

  it('are written when the store is full, too', async () => {
    await start({ series: 5, overflowSeries: true });
    await expect.poll(() => valuesOf('count({job="tinyobs"})')).toEqual([[{}, '5']]);
    expect((await write('late', 'a')).status).toBe(429);
    await expect.poll(() => valuesOf('late')).toMatchObject([[{ tinyobs_overflow: 'true' }, '1']]);
  });

  it('are not there unless they are asked for', async () => {
    await start({ seriesPerMetric: 100 });
    const rows = Array.from({ length: 101 }, (_, i) => String(i));
    expect((await write('full', ...rows)).status).toBe(429);
    // Own metrics are written after what was refused.
    const written = async () =>
      Number((await valuesOf('tinyobs_ingest_refused_samples_total{protocol="json"}'))[0]?.[1]);
    await expect.poll(written).toBeGreaterThan(0);
    expect(await valuesOf('count({tinyobs_overflow="true"})')).toEqual([]);
  });

  it('are there from when the configuration in force asks for them', async () => {
    await start({ seriesPerMetric: 2 });
    const reload = (overflowSeries: boolean) => {
      const { obs } = server.server;
      return obs.reload({
        listen: '127.0.0.1:0',
        dataDir: server.dataDir,
        log: { level: 'silent' },
        selfMonitoring: { interval: '50ms' },
        storage: { retention: { raw: 'off' } },
        limits: { requestsPerMinute: 'off', seriesPerMetric: 2, overflowSeries },
      });
    };
    expect((await write('full', 'a', 'b', 'c')).status).toBe(429);
    expect((await reload(true)).changes.map(({ key }) => key)).toEqual(['limits.overflowSeries']);
    expect((await write('full', 'd')).status).toBe(429);
    await expect.poll(() => valuesOf('full{tinyobs_overflow="true"}')).toMatchObject([[{}, '1']]);
  });
});
