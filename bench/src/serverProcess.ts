import { fileURLToPath } from 'node:url';
import { MeasuredProcess } from './measuredProcess.js';

const MAIN = fileURLToPath(new URL('../../apps/tinyobs/dist/main.js', import.meta.url));

export interface RunningServer {
  readonly url: string;
  readonly process: MeasuredProcess;
}

/** The built server in its default configuration, but for the rate limit, as a process of its own. */
export async function startServerProcess(
  dataDir: string,
  options: { isWatched?: boolean; flags?: readonly string[] } = {},
): Promise<RunningServer> {
  const { isWatched, flags = [] } = options;
  const args = [
    MAIN,
    '--data-dir',
    dataDir,
    '--listen',
    '127.0.0.1:0',
    '--set',
    'limits.requestsPerMinute=off',
    ...flags,
  ];
  const started = new MeasuredProcess(process.execPath, args, { cwd: dataDir, isWatched });
  const [, url] = await started.whenReady(() => started.waitFor(/Dashboard\s+(http:\/\/[^\s/]+)/));
  return { url, process: started };
}
