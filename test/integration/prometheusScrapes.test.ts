import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labelsKey, readApiValue, seriesOf } from '../answers.js';
import { checkMetrics, hasPrometheus, type Prometheus, startPrometheus } from '../prometheus.js';
import { getApi, postJson, startTestServer, type TestServer } from '../testServer.js';

const POLL_MS = 100;
/** Enough for several scrapes on a busy machine. */
const DEADLINE_MS = 20_000;

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

/** Exit codes of the lint: nothing to say, and advice on names and help texts. */
const LINT_CODES = [0, 3];

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

  /** Asks until the answer has series, since Prometheus tells nobody when it has scraped. */
  const eventually = async (query: string) => {
    for (const deadline = Date.now() + DEADLINE_MS; ; await wait(POLL_MS)) {
      const series = seriesOf(await getApi(prometheus.url, '/api/v1/query', { query }));
      if (series.length > 0) return series;
      if (Date.now() > deadline) throw new Error(`${query} has no answer after ${DEADLINE_MS} ms`);
    }
  };

  it.skipIf(!isInstalled)('finds both targets up', async () => {
    for (const job of ['tinyobs', 'federated']) await eventually(`up{job="${job}"} == 1`);
    const { data } = await getApi(prometheus.url, '/api/v1/targets');
    const { activeTargets } = data as unknown as { activeTargets: { health: string; lastError: string }[] };
    expect(activeTargets.map(({ health, lastError }) => [health, lastError])).toEqual([
      ['up', ''],
      ['up', ''],
    ]);
  });

  it.skipIf(!isInstalled)('gets the pushed series with their labels and values, and no others', async () => {
    await eventually('highest');
    const series = await eventually('{__name__=~"orders_total|stock_items|notes|highest"}');
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
    expect(await eventually('orders_total == 43')).toHaveLength(1);
  });

  it.skipIf(!isInstalled)('gets the own metrics', async () => {
    const [{ points }] = await eventually('tinyobs_ingest_samples_total{job="tinyobs",protocol="json"}');
    expect(Number(points[0][1])).toBeGreaterThanOrEqual(PUSHED.length);
  });

  it.skipIf(!isInstalled).each(['/metrics', '/federate?match[]={job="shop"}'])(
    'serves %s in the text format, as promtool reads it',
    async (path) => {
      const text = await (await fetch(`${server.url}${path}`)).text();
      const { code, output } = checkMetrics(text);
      expect(text.length).toBeGreaterThan(100);
      expect(LINT_CODES, output).toContain(code);
    },
  );
});

function scrapeConfig(target: string): object {
  const static_configs = [{ targets: [target] }];
  return {
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: [
      { job_name: 'tinyobs', static_configs },
      {
        job_name: 'federated',
        honor_labels: true,
        metrics_path: '/federate',
        params: { 'match[]': ['{job="shop"}'] },
        static_configs,
      },
    ],
  };
}
