import type { BenchResult } from '../bench.js';
import type { Say } from '../benchRun.js';
import { withDataFolder } from '../dataFolder.js';
import { REFRESH_MS } from '../fairness/loopDelay.js';
import { countSamples } from '../ingest/countSamples.js';
import type { DashboardResult, DashboardTask } from '../load/dashboardThread.js';
import { runThread } from '../load/runThread.js';
import { until } from '../load/until.js';
import type { WriterResult, WriterTask } from '../load/writerThread.js';
import type { MeasuredProcess } from '../measuredProcess.js';
import type { InsideView } from '../observe/watchLoop.js';
import type { Options } from '../options.js';
import { Dataset, SHOP_SIZE, SMALL_SHOP_SIZE } from '../query/dataset.js';
import { loadDataset } from '../query/loadDataset.js';
import { WATCHED_TINYOBS, withServer } from '../servers.js';
import { soakPageText, soakReport } from './soakReport.js';

const SAMPLES_PER_SECOND = 50_000;
const LOOK_EVERY_SECONDS = 5;
const INSTANT_EVERY_MS = 500;
/** A try is over after so long. */
const SMALL_SECONDS = 15;
const SMALL_SAMPLES_PER_SECOND = 5000;

/** One look at the server, so many minutes after the start of the load. */
export interface Look extends InsideView {
  readonly minutes: number;
}

export interface SoakResults {
  readonly samplesPerSecond: number;
  readonly seconds: number;
  readonly written: WriterResult;
  readonly dashboards: DashboardResult;
  /** The delays in each are those since the look before. */
  readonly looks: readonly Look[];
  readonly cpuSeconds: number;
  /** Of the steady samples, found at the end and after a clean stop and a restart. */
  readonly storedSamples: number;
  readonly storedAfterRestart: number;
}

/** Steady remote write and dashboards for minutes on end: what fails, what is lost, and what grows. */
export async function runSoak(say: Say, options: Options): Promise<BenchResult> {
  const seconds = options.isSmall ? SMALL_SECONDS : options.minutes * 60;
  const samplesPerSecond = options.isSmall ? SMALL_SAMPLES_PER_SECOND : SAMPLES_PER_SECOND;
  const shop = { nowMs: Date.now(), size: options.isSmall ? SMALL_SHOP_SIZE : SHOP_SIZE };
  const results = await withDataFolder(async (folder) => {
    const soaked = await withServer(WATCHED_TINYOBS, folder, async ({ url, process }) => {
      say('a day of the shop that the dashboards show …');
      await loadDataset(url, new Dataset(shop.nowMs, shop.size));
      await process.idle();
      const cpuBefore = process.cpuSeconds();
      const [written, dashboards, looks] = await Promise.all([
        runThread<WriterTask, WriterResult>('writerThread', { url, samplesPerSecond, seconds, shop }),
        runThread<DashboardTask, DashboardResult>('dashboardThread', { url, seconds, rows: ROWS }),
        watch(process, seconds, say),
      ]);
      const cpuSeconds = process.cpuSeconds() - cpuBefore;
      say('counting what is stored …');
      const storedSamples = await countSamples(url, written.sent);
      await process.stop();
      return { samplesPerSecond, seconds, written, dashboards, looks, cpuSeconds, storedSamples };
    });
    const storedAfterRestart = await withServer(WATCHED_TINYOBS, folder, async ({ url, process }) => {
      const found = await countSamples(url, soaked.written.sent);
      await process.stop();
      return found;
    });
    return { ...soaked, storedAfterRestart };
  });
  return { report: soakReport(results, options), pageText: soakPageText(results, options) };
}

const ROWS: DashboardTask['rows'] = [
  { id: 'dashboard-1h', everyMs: REFRESH_MS },
  { id: 'dashboard-24h', everyMs: REFRESH_MS },
  { id: 'instant', everyMs: INSTANT_EVERY_MS },
];

/** Looks at the server again and again while the load lasts. */
async function watch(process: MeasuredProcess, seconds: number, say: Say): Promise<Look[]> {
  const looks: Look[] = [];
  await process.watchFromNow();
  const started = performance.now();
  for (let at = LOOK_EVERY_SECONDS; at <= seconds; at += LOOK_EVERY_SECONDS) {
    await until(started + at * 1000);
    const view = await process.watchFromNow();
    looks.push({ ...view, minutes: at / 60 });
    if (at % 60 === 0) {
      const resident = (view.residentBytes / 1e6).toFixed(0);
      say(`minute ${at / 60} of ${Math.ceil(seconds / 60)}: resident ${resident} MB`);
    }
  }
  return looks;
}
