import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seriesOf } from '../answers.js';
import { eventually } from '../eventually.js';
import { type OpenMetricsTarget, startOpenMetricsTarget, TARGET_METADATA } from '../openMetricsTarget.js';
import type { Program } from '../programs.js';
import { hasPrometheus, type Prometheus, startPrometheus } from '../prometheus.js';
import { getApi, metricValue, startTestServer, type TestServer } from '../testServer.js';
import { hasVmagent, startVmagent } from '../vmagent.js';

/** Scrapes that must have arrived before anything is looked at. */
const SCRAPES_MIN = 3;

/** Every series of the target: its name, more of its matchers, and its value after so many orders. */
const SERIES: readonly (readonly [name: string, matchers: string, value: (orders: number) => number])[] = [
  ['shop_orders_total', 'kind="größe"', (orders) => orders],
  ['shop_seconds_bucket', 'le=~"1|1.0"', (orders) => orders],
  ['shop_seconds_bucket', 'le="+Inf"', (orders) => orders],
  ['shop_seconds_sum', '', (orders) => orders / 2],
  ['shop_seconds_count', '', (orders) => orders],
];

const prometheusIsInstalled = hasPrometheus();
const vmagentIsInstalled = hasVmagent();

describe('real senders of remote write', () => {
  let folder: string;
  let server: TestServer;
  let target: OpenMetricsTarget;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tinyobs-senders-'));
    [server, target] = await Promise.all([startTestServer(), startOpenMetricsTarget()]);
  });
  afterAll(async () => {
    await Promise.all([server.close(), target.close()]);
    await rm(folder, { recursive: true });
  });

  const scrapeConfig = (job: string) => ({
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: [{ job_name: job, static_configs: [{ targets: [target.address] }] }],
  });

  const ask = (query: string, url = server.url) =>
    getApi(url, '/api/v1/query', { query, time: (Date.now() / 1000).toFixed(3) });

  /** The first values of a series of a job, one for each scrape that has arrived. */
  const firstValues = async (name: string, matchers: string, job: string) => {
    const found = seriesOf(await ask(`${name}{job="${job}",${matchers}}[10m]`));
    return found.flatMap(({ points }) => points.map(([, value]) => Number(value))).slice(0, SCRAPES_MIN);
  };

  /** Waits for some scrapes of a job, and until each of their samples is there, by value. */
  const expectScrapes = async (job: string) => {
    const enough = (values: readonly number[]) => values.length === SCRAPES_MIN;
    await eventually(`scrapes of ${job}`, async () => {
      const orders = await firstValues('shop_seconds_count', '', job);
      return enough(orders) ? undefined : `${orders}`;
    });
    const orders = await firstValues('shop_seconds_count', '', job);
    expect(new Set(orders).size).toBe(SCRAPES_MIN);
    for (const [name, matchers, value] of SERIES) {
      const expected = orders.map(value).join();
      await eventually(`${name}{${matchers}}`, async () => {
        const values = (await firstValues(name, matchers, job)).join();
        return values === expected ? undefined : `${values} for ${expected}`;
      });
    }
  };

  describe('Prometheus, with exemplars and metadata', () => {
    let prometheus: Prometheus;
    beforeAll(async () => {
      if (!prometheusIsInstalled) return;
      const remote = {
        url: `${server.url}/api/v1/write`,
        send_exemplars: true,
        metadata_config: { send: true, send_interval: '1s' },
        queue_config: { batch_send_deadline: '200ms' },
      };
      const config = { ...scrapeConfig('prometheus'), remote_write: [remote] };
      prometheus = await startPrometheus(folder, config, ['--enable-feature=exemplar-storage']);
    });
    afterAll(() => prometheus?.stop());

    it.skipIf(!prometheusIsInstalled)('writes every sample', () => expectScrapes('prometheus'));

    it.skipIf(!prometheusIsInstalled)('says what the metrics are', () =>
      eventually('metadata', async () => {
        const { data } = await getApi(server.url, '/api/v1/metadata');
        const found = data as unknown as Record<string, readonly { type: string; help: string }[]>;
        const missing = Object.entries(TARGET_METADATA).find(
          ([metric, { type, help }]) => found[metric]?.[0].type !== type || found[metric][0].help !== help,
        );
        return missing && `${missing[0]} is ${JSON.stringify(found[missing[0]])}`;
      }),
    );

    it.skipIf(!prometheusIsInstalled)('is refused neither samples nor exemplars nor metadata', async () => {
      await eventually('exemplars sent', async () => {
        const sent = await metricValue(prometheus.url, 'prometheus_remote_storage_exemplars_total');
        return sent >= SCRAPES_MIN ? undefined : `${sent}`;
      });
      for (const what of ['samples', 'exemplars', 'metadata']) {
        const name = `prometheus_remote_storage_${what}_failed_total`;
        expect([name, await metricValue(prometheus.url, name)]).toEqual([name, 0]);
      }
      expect(await metricValue(server.url, 'tinyobs_ingest_refused_samples_total')).toBeNaN();
    });
  });

  describe('vmagent', () => {
    let vmagent: Program;
    beforeAll(async () => {
      if (!vmagentIsInstalled) return;
      const writeUrl = `${server.url}/api/v1/write`;
      vmagent = await startVmagent(folder, { config: scrapeConfig('vmagent'), writeUrl });
    });
    afterAll(async () => {
      await vmagent?.stop();
    });

    it.skipIf(!vmagentIsInstalled)('writes every sample', () => expectScrapes('vmagent'));

    it.skipIf(!vmagentIsInstalled)('finds nothing to complain of, and ends', async () => {
      expect(vmagent.output().match(/^.*\t(?:error|warn|panic|fatal)\t.*$/gm)).toBeNull();
      expect(await vmagent.stop()).toBe(0);
    });
  });
});
