import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { eventually } from '../eventually.js';
import { hasPrometheus, type Prometheus, startPrometheus } from '../prometheus.js';
import { ROOT } from '../sources.js';
import { getApi, startTestServer, type TestServer } from '../testServer.js';

type Labels = Readonly<Record<string, string>>;

interface Case {
  readonly name: string;
  readonly labels: Labels;
  readonly rules: readonly object[];
  readonly expected: Labels | null;
}

interface Targets {
  readonly activeTargets: readonly {
    readonly scrapePool: string;
    readonly labels: Labels;
    readonly scrapeUrl: string;
  }[];
  readonly droppedTargets: readonly { readonly discoveredLabels: Labels }[];
}

const CASES = parse(
  readFileSync(join(ROOT, 'packages/scrape/testdata/relabelCases.yaml'), 'utf8'),
) as readonly Case[];

/** What of a target more than its labels can be changed by relabelling. */
const OTHERS: readonly Case[] = [
  {
    name: 'address, path, scheme and parameters',
    labels: { __param_module: 'http 2xx*', __meta_host: 'example.test:1234', path: '/probe me' },
    rules: [
      { source_labels: ['__address__'], target_label: '__param_target' },
      { source_labels: ['__meta_host'], target_label: '__address__' },
      { source_labels: ['path'], target_label: '__metrics_path__' },
      { target_label: '__scheme__', replacement: 'https' },
      { target_label: 'instance', replacement: 'chosen' },
    ],
    expected: { path: '/probe me', instance: 'chosen' },
  },
  {
    name: 'another job',
    labels: { a: 'one' },
    rules: [{ source_labels: ['job'], regex: '(.*)', target_label: 'job', replacement: 'not $1' }],
    expected: { a: 'one', job: 'not another job' },
  },
  {
    name: 'without a path',
    labels: {},
    rules: [{ target_label: '__metrics_path__', replacement: '' }],
    expected: {},
  },
];

const CONFIG = {
  global: { scrape_interval: '1d' },
  scrape_configs: [...CASES, ...OTHERS].map(({ name, labels, rules }) => ({
    job_name: name,
    params: { module: ['first', 'second'] },
    static_configs: [{ targets: ['127.0.0.1:1'], labels }],
    relabel_configs: rules,
  })),
};

const isInstalled = hasPrometheus();

describe('relabelling here and in Prometheus 2.42', () => {
  let folder: string;
  let server: TestServer;
  let prometheus: Prometheus;
  let ours: Targets;
  let theirs: Targets;
  beforeAll(async () => {
    if (!isInstalled) return;
    folder = mkdtempSync(join(tmpdir(), 'tinyobs-relabel-'));
    server = await startTestServer({ scrape: structuredClone(CONFIG) as never });
    prometheus = await startPrometheus(folder, CONFIG);
    [ours, theirs] = await Promise.all([server.url, prometheus.url].map(targetsOf));
  });
  afterAll(async () => {
    if (!isInstalled) return;
    await Promise.all([server?.close(), prometheus?.stop()]);
    await rm(folder, { recursive: true });
  });

  /** The targets, once all jobs have theirs. */
  async function targetsOf(url: string): Promise<Targets> {
    let targets: Targets | undefined;
    await eventually('all targets', async () => {
      targets = (await getApi(url, '/api/v1/targets')).data as unknown as Targets;
      const count = targets.activeTargets.length + targets.droppedTargets.length;
      return count === CONFIG.scrape_configs.length ? undefined : `${count} targets`;
    });
    return targets!;
  }

  // Not the discovered labels of active targets: in 2.42 relabelling changes them, too.
  const activeOf = ({ activeTargets }: Targets, job: string) => {
    const found = activeTargets.find(({ scrapePool }) => scrapePool === job);
    return found && { labels: found.labels, url: found.scrapeUrl };
  };
  const droppedOf = ({ droppedTargets }: Targets, job: string) =>
    droppedTargets.find(({ discoveredLabels }) => discoveredLabels.job === job)?.discoveredLabels;

  it.skipIf(!isInstalled).each([...CASES, ...OTHERS])('are equal: $name', ({ name, expected }) => {
    expect(activeOf(ours, name)).toEqual(activeOf(theirs, name));
    expect(droppedOf(ours, name)).toEqual(droppedOf(theirs, name));
    if (expected === null) return expect(droppedOf(theirs, name)).toBeDefined();
    const kept = Object.entries(expected).filter(([label]) => !label.startsWith('__'));
    expect(activeOf(theirs, name)?.labels).toEqual({
      job: name,
      instance: '127.0.0.1:1',
      ...Object.fromEntries(kept),
    });
  });
});
