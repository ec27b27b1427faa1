import { setTimeout as wait } from 'node:timers/promises';
import { withDataFolder } from '../dataFolder.js';
import { copyShop, type PreparedShop } from '../fairness/preparedShop.js';
import { runThread } from '../load/runThread.js';
import type { WriterResult, WriterTask } from '../load/writerThread.js';
import { cell, type Table } from '../report.js';
import { TINYOBS, withServer } from '../servers.js';
import { type Freshness, openDashboards } from './openDashboards.js';

const DASHBOARDS = 50;
export const SAMPLES_PER_SECOND = 1_000;
const POLL_MS = 5_000;
export const WARM_UP_SECONDS = 5;

/** How dashboards may be open. */
export const CASES: readonly { readonly freshness: Freshness; readonly name: string }[] = [
  { freshness: 'none', name: 'none open' },
  { freshness: 'stream', name: `${DASHBOARDS} streams, nothing asked` },
  { freshness: 'live', name: `${DASHBOARDS} dashboards, by the stream` },
  { freshness: 'polling', name: `${DASHBOARDS} dashboards, asking every ${POLL_MS / 1000} s` },
];

/** What the server spends on them. */
export interface Cost {
  /** Of a minute. */
  readonly cpuSeconds: number;
  /** A second. */
  readonly queries: number;
  readonly peakMemoryBytes: number;
}

/** Dashboards open for so many seconds, while samples come in. */
export function measureCost(freshness: Freshness, seconds: number, shop: PreparedShop): Promise<Cost> {
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

export function describeCost({ cpuSeconds, queries }: Cost): string {
  return `${cpuSeconds.toFixed(1)} s of CPU a minute, ${queries.toFixed(1)} queries/s`;
}

/** A row for each of `CASES`. */
export function costTable(costs: readonly (Cost | undefined)[]): Table {
  return {
    heading: 'Open dashboards, for the server',
    columns: ['dashboards', 'CPU of the server, s a minute', 'queries/s', 'peak memory, MiB'],
    rows: CASES.map(({ name }, at) => [
      name,
      cell(costs[at]?.cpuSeconds, 1),
      cell(costs[at]?.queries, 1),
      cell(costs[at] && costs[at].peakMemoryBytes / 2 ** 20, 0),
    ]),
  };
}
