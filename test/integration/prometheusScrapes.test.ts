import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AnsweredSeries, differenceOf, labelsKey, readApiValue, seriesOf } from '../answers.js';
import { eventually } from '../eventually.js';
import { hasPrometheus, type Prometheus, startPrometheus } from '../prometheus.js';
import { getApi, postJson, startTestServer, type TestServer } from '../testServer.js';

const PUSHED: readonly {
  name: string;
  type: string;
  value: number | string;
  labels: Record<string, string>;
}[] = [
  { name: 'orders_total', type: 'counter', value: 42, labels: { job: 'shop', instance: 'a', kind: 'web' } },
  { name: 'stock_items', type: 'gauge', value: -1.5e-7, labels: { job: 'shop', instance: 'b' } },
  {
    name: 'notes',
    type: 'gauge',
    value: 7,
    labels: { job: 'shop', instance: 'a', text: 'a "quoted"\\path\nline é' },
  },
  { name: 'highest', type: 'gauge', value: '+Inf', labels: { job: 'shop' } },
  { name: 'orders_total', type: 'counter', value: 5, labels: { job: 'other', instance: 'a' } },
];

const isInstalled = hasPrometheus();

describe('a real Prometheus that scrapes TinyObs', () => {
  let folder: string;
  let server: TestServer;
  let prometheus: Prometheus;
  beforeAll(async () => {
    if (!isInstalled) return;
    server = await startTestServer();
    expect((await postJson(server.url, { metrics: PUSHED })).status).toBe(200);
    folder = mkdtempSync(join(tmpdir(), 'tinyobs-scrapes-'));
    prometheus = await startPrometheus(folder, scrapeConfig(new URL(server.url).host));
  });
  afterAll(async () => {
    if (!isInstalled) return;
    await Promise.all([server?.close(), prometheus?.stop()]);
    await rm(folder, { recursive: true });
  });

  /** The answer, once it has series. */
  const answerOf = async (query: string): Promise<AnsweredSeries[]> => {
    let series: AnsweredSeries[] = [];
    await eventually(query, async () => {
      series = seriesOf(await getApi(prometheus.url, '/api/v1/query', { query }));
      return series.length === 0 ? 'without an answer' : undefined;
    });
    return series;
  };

  it.skipIf(!isInstalled)('finds its targets up', async () => {
    const jobs = ['tinyobs', 'federated', 'renamed'];
    for (const job of jobs) await answerOf(`up{job="${job}"} == 1`);
    const { data } = await getApi(prometheus.url, '/api/v1/targets');
    const { activeTargets } = data as unknown as { activeTargets: { health: string; lastError: string }[] };
    expect(activeTargets.map(({ health, lastError }) => [health, lastError])).toEqual(
      jobs.map(() => ['up', '']),
    );
  });

  it.skipIf(!isInstalled)('gets the pushed series with their labels and values, and no others', async () => {
    await answerOf('highest');
    const series = await answerOf('{__name__=~"orders_total|stock_items|notes|highest",job!="renamed"}');
    const pushed = PUSHED.filter(({ labels }) => labels.job === 'shop');
    const expected = pushed.map(({ name, value, labels }): [string, number] => [
      labelsKey({ __name__: name, ...labels }),
      readApiValue(String(value)),
    ]);
    expect(new Map(series.map(({ labels, points }) => [labels, readApiValue(points[0][1])]))).toEqual(
      new Map(expected),
    );
  });

  it.skipIf(!isInstalled)('sees a later push', async () => {
    expect((await postJson(server.url, { metrics: [{ ...PUSHED[0], value: 43 }] })).status).toBe(200);
    expect(await answerOf('orders_total == 43')).toHaveLength(1);
  });

  it.skipIf(!isInstalled)('gets the own metrics', async () => {
    const [{ points }] = await answerOf('tinyobs_ingest_samples_total{job="tinyobs",protocol="json"}');
    expect(Number(points[0][1])).toBeGreaterThanOrEqual(PUSHED.length);
  });

  it.skipIf(!isInstalled)('gets our samples with their times, of any of its selectors', async () => {
    await answerOf('highest');
    const names = '{__name__=~"orders_total|stock_items|notes|highest",job="shop"}[10m]';
    const time = (Date.now() / 1000).toFixed(3);
    const [ours, theirs] = await Promise.all(
      [server.url, prometheus.url].map((url) => getApi(url, '/api/v1/query', { query: names, time })),
    );
    expect(seriesOf(theirs)).toHaveLength(4);
    expect(differenceOf(ours, theirs)).toBeUndefined();
  });

  it.skipIf(!isInstalled)('keeps our labels beside its own where it does not honour them', async () => {
    const { host } = new URL(server.url);
    const [{ labels, points }] = await answerOf('stock_items{job="renamed"}');
    expect(labels).toBe(
      labelsKey({
        __name__: 'stock_items',
        exported_instance: 'b',
        exported_job: 'shop',
        instance: host,
        job: 'renamed',
      }),
    );
    expect(readApiValue(points[0][1])).toBe(-1.5e-7);
  });
});

function scrapeConfig(target: string): object {
  const static_configs = [{ targets: [target] }];
  const federated = (job_name: string, honor_labels: boolean, selectors: readonly string[]) => ({
    job_name,
    honor_labels,
    metrics_path: '/federate',
    params: { 'match[]': selectors },
    static_configs,
  });
  return {
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: [
      { job_name: 'tinyobs', static_configs },
      federated('federated', true, [
        'orders_total{job="shop"}',
        '{__name__=~"notes|stock.*",job="shop"}',
        'highest',
      ]),
      federated('renamed', false, ['stock_items']),
    ],
  };
}
