import { mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seriesOf } from '../answers.js';
import { eventually } from '../eventually.js';
import { hasNodeExporter, type NodeExporter, startNodeExporter } from '../nodeExporter.js';
import { hasPrometheus, type Prometheus, startPrometheus } from '../prometheus.js';
import { hasPushgateway, type Pushgateway, startPushgateway } from '../pushgateway.js';
import { type ScrapedApp, startScrapedApp } from '../scrapedApp.js';
import { getApi, startTestServer, type TestServer } from '../testServer.js';

const SCRAPERS = ['Prometheus', 'TinyObs'];

/** Scrapes of each job that are compared. */
const SCRAPES = 6;

const STEP_SECONDS = 0.1;

/** What is scraped, beside `/<path>`, for each job. */
const JOBS: readonly { readonly name: string; readonly path: string; readonly more?: object }[] = [
  { name: 'node', path: '/node' },
  { name: 'changing', path: '/changing' },
  { name: 'timestamps', path: '/timestamps' },
  { name: 'without timestamps', path: '/timestamps', more: { honor_timestamps: false } },
  { name: 'labels', path: '/labels' },
  { name: 'honored', path: '/labels', more: { honor_labels: true } },
  { name: 'openmetrics', path: '/openmetrics' },
  { name: 'dies', path: '/dies' },
  { name: 'broken', path: '/broken' },
  { name: 'typeless', path: '/typeless' },
  { name: 'html', path: '/html' },
  { name: 'sample limit', path: '/many', more: { sample_limit: 10 } },
  { name: 'label limit', path: '/labels', more: { label_limit: 5 } },
  { name: 'label value limit', path: '/labels', more: { label_value_length_limit: 7 } },
  { name: 'label name limit', path: '/labels', more: { label_name_length_limit: 8 } },
  { name: 'body limit', path: '/long', more: { body_size_limit: '1KB' } },
  { name: 'target limit', path: '/changing', more: { target_limit: 1, isDoubled: true } },
  { name: 'gzip', path: '/gzip' },
  { name: 'redirect', path: '/redirect' },
  { name: 'no redirect', path: '/redirect', more: { follow_redirects: false } },
  { name: 'slow', path: '/slow', more: { scrape_timeout: '800ms' } },
  { name: 'secret', path: '/secret', more: { basic_auth: { username: 'user', password: 'pass' } } },
  { name: 'refused', path: '/secret', more: { authorization: { credentials: 'wrong' } } },
  {
    name: 'relabelled',
    path: '/changing',
    more: {
      metric_relabel_configs: [
        { source_labels: ['__name__'], regex: 'nan|once', action: 'drop' },
        {
          source_labels: ['__name__', 'n'],
          regex: 'twice;(.*)',
          target_label: '__name__',
          replacement: 'double_$1',
        },
        { regex: 'n', action: 'labeldrop' },
        { source_labels: ['count'], action: 'uppercase', target_label: 'count' },
      ],
    },
  },
];

/** Real exporters, of which both scrapers get the same. */
const EXPORTERS = ['node exporter', 'Pushgateway'];

/** After as many scrapes the node exporter dies, and another group is pushed. */
const ALIVE_SCRAPES = 4;

const isInstalled = [hasPrometheus(), hasNodeExporter(), hasPushgateway()].every(Boolean);

describe('TinyObs and Prometheus 2.42 that scrape the same targets', () => {
  let folder: string;
  let app: ScrapedApp;
  let nodeExporter: NodeExporter;
  let pushgateway: Pushgateway;
  let server: TestServer;
  let prometheus: Prometheus;
  beforeAll(async () => {
    if (!isInstalled) return;
    folder = mkdtempSync(join(tmpdir(), 'tinyobs-scrape-peer-'));
    [nodeExporter, pushgateway] = await Promise.all([startNodeExporter(), startPushgateway()]);
    await push('one', 'pushed_total 1\n');
    app = await startScrapedApp({
      '/node-exporter': {
        url: `${nodeExporter.url}/metrics`,
        before: async (count) => (count === ALIVE_SCRAPES ? nodeExporter.stop() : undefined),
      },
      '/pushgateway': {
        url: `${pushgateway.url}/metrics`,
        before: async (count) => (count === ALIVE_SCRAPES ? push('two', 'pushed_total 2\n') : undefined),
      },
    });
    const config = configFor(app.address, join(folder, 'targets.json'));
    writeTargets([app.address]);
    prometheus = await startPrometheus(folder, config);
    server = await startTestServer({ scrape: structuredClone(config) as never });
    // Past the limit of targets none is asked.
    const asked = JOBS.filter(({ name }) => name !== 'target limit');
    await scraped([...EXPORTERS, ...asked.map(({ name }) => name)], SCRAPES + 1);
  });
  afterAll(async () => {
    if (!isInstalled) return;
    await Promise.all([server?.close(), prometheus?.stop()]);
    await Promise.all([app?.close(), nodeExporter?.stop(), pushgateway?.stop()]);
    await rm(folder, { recursive: true });
  });

  /** Waits until both have scraped each of the jobs as often. */
  async function scraped(jobs: readonly string[], scrapes: number): Promise<void> {
    await eventually('enough scrapes', async () => {
      const fewest = Math.min(...jobs.flatMap((name) => SCRAPERS.map((one) => app.count(name, one))));
      return fewest >= scrapes ? undefined : `${fewest} scrapes of a job`;
    });
  }

  async function push(group: string, text: string): Promise<void> {
    const url = `${pushgateway.url}/metrics/job/pushed/group/${group}`;
    expect((await fetch(url, { method: 'PUT', body: text })).status).toBe(200);
  }

  function writeTargets(targets: readonly string[]): void {
    const file = join(folder, 'targets.json');
    writeFileSync(`${file}.new`, JSON.stringify([{ targets, labels: { from: 'file' } }]));
    renameSync(`${file}.new`, file);
  }

  /** What each series of a job was in its first scrapes, '-' where it was not there any more. */
  async function historyOf(url: string, job: string): Promise<Record<string, string[]>> {
    const up = seriesOf(await getApi(url, '/api/v1/query', { query: `up{job="${job}"}[2m]` }));
    const firstSeconds = Math.min(...up.map(({ points }) => points[0][0]));
    const answer = await getApi(url, '/api/v1/query_range', {
      // The job that has its labels honoured calls itself another.
      query: `{job="${job === 'honored' ? 'own' : job}", __name__!="scrape_duration_seconds"}`,
      start: firstSeconds,
      end: firstSeconds + SCRAPES - 0.5,
      step: STEP_SECONDS,
    });
    expect(answer.status, answer.error).toBe('success');
    return Object.fromEntries(seriesOf(answer).map(({ labels, points }) => [labels, statesOf(points)]));
  }

  it.skipIf(!isInstalled).each(JOBS)('have the same series, values and gaps of $name', async ({ name }) => {
    const [ours, theirs] = await Promise.all([server.url, prometheus.url].map((url) => historyOf(url, name)));
    expect(Object.keys(theirs).length).toBeGreaterThan(name === 'honored' ? 1 : 3);
    for (const labels of [...Object.keys(theirs), ...Object.keys(ours)]) {
      const [mine, other] = [ours[labels] ?? [], theirs[labels] ?? []];
      const length = Math.min(mine.length, other.length);
      expect(mine.slice(0, length), labels).toEqual(other.slice(0, length));
      // A busy machine may have left one scrape out, which may be a gap and what is behind it.
      if (!isUnmarked(name, labels)) expect(Math.abs(mine.length - other.length), labels).toBeLessThan(3);
    }
  });

  it.skipIf(!isInstalled).each(EXPORTERS)(
    'have the same series, values and gaps of a real %s',
    async (name) => {
      const [ours, theirs] = await Promise.all(
        [server.url, prometheus.url].map((url) => historyOf(url, name)),
      );
      expect(Object.keys(theirs).length).toBeGreaterThan(name === 'Pushgateway' ? 30 : 300);
      expect(Object.keys(ours).sort()).toEqual(Object.keys(theirs).sort());
      for (const [labels, states] of Object.entries(theirs)) {
        const length = Math.min(ours[labels].length, states.length);
        expect(ours[labels].slice(0, length), labels).toEqual(states.slice(0, length));
        expect(Math.abs(ours[labels].length - states.length), labels).toBeLessThan(3);
      }
      const up = Object.entries(theirs).find(([labels]) => labels.includes('["__name__","up"]'))?.[1];
      expect(up).toEqual(name === 'Pushgateway' ? ['1'] : ['1', '0']);
    },
  );

  it.skipIf(!isInstalled)('say the same of the health of their targets', async () => {
    const [ours, theirs] = await Promise.all(
      [server.url, prometheus.url].map(async (url) => {
        const { data } = await getApi(url, '/api/v1/targets', { state: 'active' });
        const { activeTargets } = data as unknown as { activeTargets: Record<string, unknown>[] };
        const steady = activeTargets.filter(({ scrapePool }) =>
          /^(html|target limit|refused|no redirect|node|gzip)$/.test(String(scrapePool)),
        );
        return steady
          .map(
            ({
              labels,
              scrapePool,
              scrapeUrl,
              globalUrl,
              health,
              scrapeInterval,
              scrapeTimeout,
              lastError,
            }) => ({
              ...{ labels, scrapePool, scrapeUrl, globalUrl, health, scrapeInterval, scrapeTimeout },
              isWrong: lastError !== '',
            }),
          )
          .sort((a, b) => (JSON.stringify(a.labels) < JSON.stringify(b.labels) ? -1 : 1));
      }),
    );
    expect(ours.length).toBeGreaterThan(5);
    expect(ours).toEqual(theirs);
  });

  it.skipIf(!isInstalled)('have the same metadata of a target', async () => {
    const parameters = { match_target: '{job="changing"}' };
    const [ours, theirs] = await Promise.all(
      [server.url, prometheus.url].map(
        async (url) => (await getApi(url, '/api/v1/targets/metadata', parameters)).data,
      ),
    );
    expect(ours).toEqual(theirs);
    const [pools, theirPools] = await Promise.all(
      [server.url, prometheus.url].map(
        async (url) =>
          (await getApi(url, '/api/v1/scrape_pools')).data as unknown as { scrapePools: string[] },
      ),
    );
    expect([...pools.scrapePools].sort()).toEqual([...theirPools.scrapePools].sort());
  });

  it.skipIf(!isInstalled)('end the series of a target that goes, some time after', async () => {
    const now = (url: string) => getApi(url, '/api/v1/query', { query: '{job="leaving"}' });
    for (const url of [server.url, prometheus.url]) expect(seriesOf(await now(url))).toHaveLength(6);
    writeTargets([]);
    for (const url of [server.url, prometheus.url]) {
      await eventually('the end of its series', async () => {
        const count = seriesOf(await now(url)).length;
        return count === 0 ? undefined : `${count} series`;
      });
    }
  });
});

function configFor(address: string, file: string): object {
  return {
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: [
      ...JOBS.map(({ name, path, more }) => {
        const { isDoubled, ...keys } = { isDoubled: false, ...more };
        const targets = isDoubled ? [address, address.replace('127.0.0.1', 'localhost')] : [address];
        return {
          job_name: name,
          metrics_path: path,
          params: { job: [name] },
          static_configs: [{ targets }],
          ...keys,
        };
      }),
      ...EXPORTERS.map((name) => ({
        job_name: name,
        metrics_path: `/${name.toLowerCase().replace(' ', '-')}`,
        params: { job: [name] },
        honor_labels: name === 'Pushgateway',
        static_configs: [{ targets: [address] }],
      })),
      { job_name: 'leaving', metrics_path: '/leaving', file_sd_configs: [{ files: [file] }] },
    ],
  };
}

/**
 * A scrape that is given up leaves series without a marker of their end in 2.42, if they were met before that; here all
 * have one.
 */
function isUnmarked(job: string, labels: string): boolean {
  return job === 'sample limit' && labels.includes('"many"');
}

/** Values one after the other, and '-' for a time without one; the same again is not repeated. */
function statesOf(points: readonly (readonly [seconds: number, value: string])[]): string[] {
  const states: string[] = [];
  let lastSeconds = Number.NaN;
  for (const [seconds, value] of points) {
    if (seconds - lastSeconds > 1.5 * STEP_SECONDS) states.push('-');
    if (states.at(-1) !== value) states.push(value);
    lastSeconds = seconds;
  }
  return states;
}
