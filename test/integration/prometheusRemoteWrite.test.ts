import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differenceOf, seriesOf } from '../answers.js';
import { eventually } from '../eventually.js';
import { startTinyObs, type TinyObsProgram } from '../programs.js';
import { hasPrometheus, type Prometheus, startPrometheus } from '../prometheus.js';
import { getApi } from '../testServer.js';

/** Scrapes that Prometheus must have made while nobody took its samples. */
const SCRAPES_MISSED = 4;

const isInstalled = hasPrometheus();

describe('a real Prometheus that writes to TinyObs', () => {
  let folder: string;
  let tinyobs: TinyObsProgram;
  let prometheus: Prometheus;
  beforeAll(async () => {
    if (!isInstalled) return;
    folder = mkdtempSync(join(tmpdir(), 'tinyobs-remote-write-'));
    tinyobs = await startTinyObs(join(folder, 'tinyobs'));
    const targets = join(folder, 'targets.json');
    writeFileSync(targets, '[]');
    prometheus = await startPrometheus(folder, config(`${tinyobs.url}/api/v1/write`, targets));
    writeFileSync(targets, JSON.stringify([{ targets: [new URL(prometheus.url).host] }]));
  });
  afterAll(async () => {
    if (!isInstalled) return;
    // Prometheus first: it ends when what it has left is sent.
    await prometheus?.stop();
    await tinyobs?.stop();
    await rm(folder, { recursive: true });
  });

  const ask = (url: string, query: string, time = Date.now() / 1000) =>
    getApi(url, '/api/v1/query', { query, time: time.toFixed(3) });

  const numberOf = async (url: string, query: string) =>
    Number(seriesOf(await ask(url, query))[0]?.points[0]?.[1] ?? 0);

  /** Waits until both answer the same, every sample of ten minutes up to what Prometheus has now. */
  const expectSameSamples = async () => {
    const newest = await numberOf(prometheus.url, 'max(timestamp(up))');
    const both = () =>
      Promise.all([tinyobs.url, prometheus.url].map((url) => ask(url, '{job="self"}[10m]', newest)));
    await eventually('the same samples', async () => {
      const [ours, theirs] = await both();
      return differenceOf(ours, theirs);
    });
    return newest;
  };

  it.skipIf(!isInstalled)('delivers what it scrapes, to the letter', async () => {
    await eventually('two scrapes', async () =>
      (await numberOf(prometheus.url, 'count_over_time(up[10m])')) < 2 ? 'too few' : undefined,
    );
    await expectSameSamples();
    expect(await numberOf(tinyobs.url, 'up{job="self"}')).toBe(1);
    expect(await numberOf(tinyobs.url, 'prometheus_build_info{version=~"[0-9.]+.*"}')).toBe(1);
    expect(await numberOf(tinyobs.url, 'count({job="self"})')).toBeGreaterThan(300);
  });

  it.skipIf(!isInstalled)('delivers after a crash what it scraped meanwhile', async () => {
    const { port } = new URL(tinyobs.url);
    expect(await tinyobs.stop('SIGKILL')).toBe('SIGKILL');
    const before = await numberOf(prometheus.url, 'count_over_time(up[10m])');
    await eventually('scrapes while TinyObs is away', async () => {
      const now = await numberOf(prometheus.url, 'count_over_time(up[10m])');
      return now < before + SCRAPES_MISSED ? `${now - before} scrapes` : undefined;
    });
    tinyobs = await startTinyObs(join(folder, 'tinyobs'), ['--listen', `127.0.0.1:${port}`]);
    await expectSameSamples();
    const retried = await numberOf(prometheus.url, 'sum(prometheus_remote_storage_samples_retried_total)');
    expect(retried).toBeGreaterThan(0);
    const dropped = 'sum({__name__=~"prometheus_remote_storage_samples_(failed|dropped)_total"})';
    expect(await numberOf(prometheus.url, dropped)).toBe(0);
  });
});

function config(url: string, targets: string): object {
  return {
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: [{ job_name: 'self', file_sd_configs: [{ files: [targets], refresh_interval: '1s' }] }],
    remote_write: [{ url, queue_config: { batch_send_deadline: '500ms' } }],
  };
}
