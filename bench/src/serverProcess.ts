import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MeasuredProcess } from './measuredProcess.js';

const MAIN = fileURLToPath(new URL('../../apps/tinyobs/dist/main.js', import.meta.url));

export interface ServerProcess {
  readonly url: string;
  readonly dataDir: string;
  readonly process: MeasuredProcess;
}

/** The built server in its default configuration, but for the rate limit, as a process of its own. */
export async function startServerProcess(dataDir: string): Promise<ServerProcess> {
  const args = ['--data-dir', dataDir, '--listen', '127.0.0.1:0', '--set', 'limits.requestsPerMinute=off'];
  const started = new MeasuredProcess(process.execPath, [MAIN, ...args], dataDir);
  const [, url] = await started.waitFor(/Dashboard\s+(http:\/\/[^\s/]+)/);
  return { url, dataDir, process: started };
}

export function folderBytes(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}
