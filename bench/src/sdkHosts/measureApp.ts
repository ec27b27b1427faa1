import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { withDataFolder } from '../dataFolder.js';
import type { RequestResult, RequestTask } from '../load/requestThread.js';
import { runThread } from '../load/runThread.js';
import { MeasuredProcess } from '../measuredProcess.js';
import type { RunningServer } from '../serverProcess.js';
import { withServer } from '../servers.js';
import { quantileOf } from '../statistics.js';
import { type State, startPushTarget } from './pushTarget.js';
import { type Host, INTERVAL_MS, ITEMS_PATH, type Metrics } from './setup.js';

const APP = fileURLToPath(new URL('./measuredApp.js', import.meta.url));
const CONNECTIONS = 20;
/** Far from what an app can do, so that what is measured is not a queue. */
const EVEN_RATE = 300;
const WARM_UP_SECONDS = 2;

export interface AppFigures {
  /** As many as it can. */
  readonly requestsPerSecond: number;
  /** Processor time of the app for each of these. */
  readonly cpuMicroseconds: number;
  /** Of requests at an even rate. */
  readonly p99Ms: number;
}

export interface AppSetup {
  readonly host: Host;
  readonly metrics: Metrics;
  readonly state: State;
}

/** An app in a process of its own under load: first as much as it takes, then at an even rate. */
export function measureApp({ host, metrics, state }: AppSetup, seconds: number): Promise<AppFigures> {
  return withDataFolder(async (folder) => {
    const target = await startPushTarget(state);
    const start = async () => {
      const process = new MeasuredProcess(globalThis.process.execPath, [APP, host, metrics, target.url], {
        cwd: folder,
      });
      const [, url] = await process.whenReady(() => process.waitFor(/Listening on (\S+)/));
      return { url, process };
    };
    try {
      return await withServer({ start }, folder, async (app) => {
        const { url } = app;
        const scrapes = metrics === 'prom-client' ? scrapeRegularly(`${url}/metrics`) : undefined;
        try {
          const figures = {
            ...(await mostRequests(app, seconds)),
            p99Ms: await evenP99(url, seconds),
          };
          if (metrics === '@tinyobs/sdk' && target.pushes === 0) throw new Error('nothing was pushed');
          return figures;
        } finally {
          clearInterval(scrapes);
        }
      });
    } finally {
      target.close();
    }
  });
}

async function mostRequests(
  { url, process }: RunningServer,
  seconds: number,
): Promise<Omit<AppFigures, 'p99Ms'>> {
  const load = { url: `${url}${ITEMS_PATH}7`, connections: CONNECTIONS };
  await autocannon({ ...load, duration: WARM_UP_SECONDS });
  const cpuBefore = process.cpuSeconds();
  const result = await autocannon({ ...load, duration: seconds });
  const cpuSeconds = process.cpuSeconds() - cpuBefore;
  if (result.errors > 0 || result.non2xx > 0) {
    throw new Error(`${result.errors} requests failed, ${result.non2xx} were not answered with 200`);
  }
  const { average, total } = result.requests;
  return { requestsPerSecond: average, cpuMicroseconds: (1e6 * cpuSeconds) / total };
}

async function evenP99(url: string, seconds: number): Promise<number> {
  const { answerMs, errors } = await runThread<RequestTask, RequestResult>('requestThread', {
    url: `${url}${ITEMS_PATH}7`,
    perSecond: EVEN_RATE,
    warmUpSeconds: WARM_UP_SECONDS,
    seconds,
  });
  const [error] = Object.keys(errors);
  if (error !== undefined) throw new Error(error);
  return quantileOf(answerMs, 0.99);
}

/** As a Prometheus would; one that fails shows in the app's own answers. */
function scrapeRegularly(url: string): NodeJS.Timeout {
  return setInterval(() => {
    fetch(url).then(
      (response) => response.text(),
      () => {},
    );
  }, INTERVAL_MS);
}
