import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { withDataFolder } from '../dataFolder.js';
import type { DashboardResult, DashboardTask } from '../load/dashboardThread.js';
import type { RequestResult, RequestTask } from '../load/requestThread.js';
import { runThread } from '../load/runThread.js';
import type { WriterResult, WriterTask } from '../load/writerThread.js';
import { MeasuredProcess } from '../measuredProcess.js';
import { type Server, TINYOBS, withServer } from '../servers.js';
import { quantileOf } from '../statistics.js';
import { REFRESH_MS, requireNoErrors } from './loopDelay.js';
import { copyShop, type PreparedShop } from './preparedShop.js';

const REQUESTS_PER_SECOND = 200;
const SAMPLES_PER_SECOND = 10_000;
/** The same load comes before what is counted. */
const WARM_UP_SECONDS = 3;

const HOST_APP = fileURLToPath(new URL('./hostApp.js', import.meta.url));

/** Where TinyObs runs while the host app is asked. */
export const PLACES = ['alone', 'embedded', 'beside'] as const;
export type Place = (typeof PLACES)[number];

export const PLACE_NAMES: Readonly<Record<Place, string>> = {
  alone: 'the app alone',
  embedded: 'TinyObs embedded',
  beside: 'TinyObs in a process beside',
};

export interface HostLatency {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Of the app's event loop. */
  readonly delayP99Ms: number;
  readonly ackedSamples: number;
}

/** What requests to the host app take while TinyObs is in that place and has its load. */
export function measureHost(place: Place, shop: PreparedShop, seconds: number): Promise<HostLatency> {
  return withDataFolder(async (folder) => {
    const dataDir = join(folder, 'data');
    if (place !== 'alone') await copyShop(shop, dataDir);
    const app = hostApp(folder, place === 'embedded' ? dataDir : undefined);
    return withServer(app, folder, async ({ url, process }) => {
      const measureWith = async (obsUrl: string | undefined): Promise<HostLatency> => {
        const load =
          obsUrl === undefined ? Promise.resolve(0) : loadTinyObs(obsUrl, shop, seconds + WARM_UP_SECONDS);
        const asking = askHost(url, process, seconds);
        const [ackedSamples, latency] = await Promise.all([load, asking]);
        return { ...latency, ackedSamples };
      };
      const measured =
        place === 'beside'
          ? await withServer(TINYOBS, dataDir, async (beside) => {
              const found = await measureWith(beside.url);
              await beside.process.stop();
              return found;
            })
          : await measureWith(place === 'embedded' ? `${url}/obs` : undefined);
      await process.stop();
      return measured;
    });
  });
}

/** The host app as what is started on a folder. */
function hostApp(cwd: string, dataDir: string | undefined): Pick<Server, 'start'> {
  return {
    start: async () => {
      const args = [HOST_APP, ...(dataDir === undefined ? [] : [dataDir])];
      const started = new MeasuredProcess(process.execPath, args, { cwd, isWatched: true });
      const [, url] = await started.whenReady(() => started.waitFor(/Listening on (\S+)/));
      return { url, process: started };
    },
  };
}

async function askHost(
  url: string,
  app: MeasuredProcess,
  seconds: number,
): Promise<Omit<HostLatency, 'ackedSamples'>> {
  const asking = runThread<RequestTask, RequestResult>('requestThread', {
    url: `${url}/items`,
    perSecond: REQUESTS_PER_SECOND,
    warmUpSeconds: WARM_UP_SECONDS,
    seconds,
  });
  const warmingUp = wait(WARM_UP_SECONDS * 1000).then(() => app.watchFromNow());
  const [{ answerMs, errors }] = await Promise.all([asking, warmingUp]);
  const { delayP99Ms } = await app.insideView();
  requireNoErrors(errors);
  return {
    p50Ms: quantileOf(answerMs, 0.5),
    p99Ms: quantileOf(answerMs, 0.99),
    maxMs: quantileOf(answerMs, 1),
    delayP99Ms,
  };
}

/** Steady remote write, and a panel over a day that is refreshed. */
async function loadTinyObs(url: string, { nowMs, size }: PreparedShop, seconds: number): Promise<number> {
  const [written, dashboard] = await Promise.all([
    runThread<WriterTask, WriterResult>('writerThread', {
      url,
      samplesPerSecond: SAMPLES_PER_SECOND,
      seconds,
      shop: { nowMs, size },
    }),
    runThread<DashboardTask, DashboardResult>('dashboardThread', {
      url,
      seconds,
      rows: [{ id: 'dashboard-24h', everyMs: REFRESH_MS, questionsMax: 1 }],
    }),
  ]);
  requireNoErrors(written.errors, dashboard.errors);
  return written.ackedSamples;
}
