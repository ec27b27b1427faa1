import { setTimeout as wait } from 'node:timers/promises';
import type { BenchResult } from '../bench.js';
import { BenchRun, type Say } from '../benchRun.js';
import { withDataFolder } from '../dataFolder.js';
import { failureNotes } from '../failureNotes.js';
import { copyShop, type PreparedShop, withPreparedShop } from '../fairness/preparedShop.js';
import { runThread } from '../load/runThread.js';
import type { WriterResult, WriterTask } from '../load/writerThread.js';
import { describeMachine } from '../machine.js';
import type { Options } from '../options.js';
import { cell, renderReport } from '../report.js';
import { TINYOBS, withServer } from '../servers.js';
import { type Freshness, openDashboards } from './openDashboards.js';

const DASHBOARDS = 50;
const SAMPLES_PER_SECOND = 1_000;
const POLL_MS = 5_000;
const WARM_UP_SECONDS = 5;
const SECONDS = 60;
const SMALL_SECONDS = 5;

const CASES: readonly { readonly freshness: Freshness; readonly name: string }[] = [
  { freshness: 'none', name: 'none open' },
  { freshness: 'stream', name: `${DASHBOARDS} streams, nothing asked` },
  { freshness: 'live', name: `${DASHBOARDS} dashboards, by the stream` },
  { freshness: 'polling', name: `${DASHBOARDS} dashboards, asking every ${POLL_MS / 1000} s` },
];

interface Cost {
  /** Of a minute. */
  readonly cpuSeconds: number;
  /** A second. */
  readonly queries: number;
  readonly peakMemoryBytes: number;
}

/** What open dashboards cost the server, by the way they hear of newer samples. */
export async function runWeb(say: Say, options: Options): Promise<BenchResult> {
  const seconds = options.isSmall ? SMALL_SECONDS : SECONDS;
  const weight = seconds + WARM_UP_SECONDS + 5;
  const run = new BenchRun(say, CASES.length * weight);
  const costs: (Cost | undefined)[] = [];
  await withPreparedShop(options.isSmall, async (shop) => {
    for (const { freshness, name } of CASES) {
      costs.push(await run.attempt({ name, weight }, () => measure(freshness, seconds, shop), describe));
    }
  });
  return { report: report(costs, options, failureNotes(run.failures)), hasFailed: run.hasFailed };
}

function measure(freshness: Freshness, seconds: number, shop: PreparedShop): Promise<Cost> {
  return withDataFolder(async (folder) => {
    await copyShop(shop, folder);
    return withServer(TINYOBS, folder, async ({ url, process }) => {
      const { nowMs, size } = shop;
      const writing = runThread<WriterTask, WriterResult>('writerThread', {
        ...{ url, samplesPerSecond: SAMPLES_PER_SECOND, seconds: WARM_UP_SECONDS + seconds },
        shop: { nowMs, size },
      });
      const dashboards = openDashboards(url, { count: DASHBOARDS, freshness, pollMs: POLL_MS });
      await wait(WARM_UP_SECONDS * 1000);
      const before = { cpu: process.cpuSeconds(), asked: dashboards.asked(), ms: performance.now() };
      await wait(seconds * 1000);
      const passed = (performance.now() - before.ms) / 1000;
      const cost = {
        cpuSeconds: ((process.cpuSeconds() - before.cpu) / passed) * 60,
        queries: (dashboards.asked() - before.asked) / passed,
        peakMemoryBytes: process.peakMemoryBytes(),
      };
      await dashboards.close();
      await writing;
      await process.stop();
      return cost;
    });
  });
}

function describe({ cpuSeconds, queries }: Cost): string {
  return `${cpuSeconds.toFixed(1)} s of CPU a minute, ${queries.toFixed(1)} queries/s`;
}

function report(costs: readonly (Cost | undefined)[], options: Options, failures: string[]): string {
  return renderReport({
    title: 'What open dashboards cost the server, measured',
    machine: describeMachine(),
    command: options.command,
    isSmall: options.isSmall,
    notes: [
      `The unchanged program in its default configuration but for the rate limit, taking in ${SAMPLES_PER_SECOND} ` +
        'samples a second by remote write; dashboards of 8 panels over an hour, up to now. By the stream they ask when ' +
        'there is news, at multiples of 30 s, as the dashboard does for that range. Over a minute, after a warm-up; ' +
        'once each, in turn. The clients share the machine with what is measured.',
      ...failures,
    ],
    tables: [
      {
        columns: ['dashboards', 'CPU of the server, s a minute', 'queries/s', 'peak memory, MiB'],
        rows: CASES.map(({ name }, at) => [
          name,
          cell(costs[at]?.cpuSeconds, 1),
          cell(costs[at]?.queries, 1),
          cell(costs[at] && costs[at].peakMemoryBytes / 2 ** 20, 0),
        ]),
      },
    ],
  });
}
