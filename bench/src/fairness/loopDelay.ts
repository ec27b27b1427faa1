import { setTimeout as wait } from 'node:timers/promises';
import { withDataFolder } from '../dataFolder.js';
import type { DashboardResult, DashboardTask } from '../load/dashboardThread.js';
import { runThread } from '../load/runThread.js';
import type { WriterResult, WriterTask } from '../load/writerThread.js';
import type { InsideView } from '../observe/watchLoop.js';
import { WATCHED_TINYOBS, withServer } from '../servers.js';
import { copyShop, type PreparedShop } from './preparedShop.js';

export const REFRESH_MS = 5000;
/** What is watched comes after so much of the same load. */
const WARM_UP_SECONDS = 10;
const WATCH_SECONDS = 60;

export const DELAY_SAMPLES_PER_SECOND = 100_000;

export interface LoopDelay extends InsideView {
  readonly ackedPerSecond: number;
}

/** About how many seconds it takes. */
export function loopDelayWeight(isSmall: boolean): number {
  const { warmUp, watched } = secondsOf(isSmall);
  return warmUp + watched + 5;
}

/** The server's event loop under steady remote write with two dashboards open. */
export function measureLoopDelay(prepared: PreparedShop, isSmall: boolean): Promise<LoopDelay> {
  const { warmUp, watched } = secondsOf(isSmall);
  return withDataFolder(async (folder) => {
    await copyShop(prepared, folder);
    return withServer(WATCHED_TINYOBS, folder, async ({ url, process }) => {
      const seconds = warmUp + watched;
      const samplesPerSecond = isSmall ? DELAY_SAMPLES_PER_SECOND / 10 : DELAY_SAMPLES_PER_SECOND;
      const loads = Promise.all([
        runThread<WriterTask, WriterResult>('writerThread', {
          url,
          samplesPerSecond,
          seconds,
          shop: { nowMs: prepared.nowMs, size: prepared.size },
        }),
        runThread<DashboardTask, DashboardResult>('dashboardThread', {
          url,
          seconds,
          rows: ['dashboard-1h', 'dashboard-24h'].map((id) => ({ id, everyMs: REFRESH_MS })),
        }),
      ]);
      const watching = wait(warmUp * 1000)
        .then(() => process.watchFromNow())
        .then(() => wait(watched * 1000))
        .then(() => process.insideView());
      const [[written, dashboards], view] = await Promise.all([loads, watching]);
      requireNoErrors(written.errors, dashboards.errors);
      await process.stop();
      return { ...view, ackedPerSecond: written.ackedSamples / seconds };
    });
  });
}

export function describeLoopDelay({ delayP99Ms, delayMaxMs, ackedPerSecond }: LoopDelay): string {
  return (
    `p99 ${delayP99Ms.toFixed(1)} ms, most ${delayMaxMs.toFixed(1)} ms at ` +
    `${Math.round(ackedPerSecond / 1000)}k samples/s`
  );
}

/** Figures of a load that was refused in part would be those of another load. */
export function requireNoErrors(...counts: Readonly<Record<string, number>>[]): void {
  const errors = counts.flatMap((one) => Object.entries(one)).map(([text, count]) => `${count} × ${text}`);
  if (errors.length > 0) throw new Error(`the load was refused: ${errors.join('; ')}`);
}

function secondsOf(isSmall: boolean): { warmUp: number; watched: number } {
  return isSmall ? { warmUp: 2, watched: 5 } : { warmUp: WARM_UP_SECONDS, watched: WATCH_SECONDS };
}
