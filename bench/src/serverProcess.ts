import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../apps/tinyobs/dist/main.js', import.meta.url));

/** Kernel ticks per second that /proc counts CPU time in; 100 on every Linux Node runs on. */
const TICKS_PER_SECOND = 100;

export interface ServerProcess {
  readonly url: string;
  readonly dataDir: string;
  /** User and system CPU time so far. */
  cpuSeconds(): number;
  /** Most resident memory so far. */
  peakMemoryBytes(): number;
  /** SIGTERM, then the exit; fails when it is not clean. */
  stop(): Promise<void>;
}

/** The built server in its default configuration, but for the rate limit, as a process of its own. */
export async function startServerProcess(dataDir: string): Promise<ServerProcess> {
  const args = [
    MAIN,
    '--data-dir',
    dataDir,
    '--listen',
    '127.0.0.1:0',
    '--set',
    'limits.requestsPerMinute=off',
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const url = await readAddress(child);
  return {
    url,
    dataDir,
    cpuSeconds: () => {
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1].split(' ');
      return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
    },
    peakMemoryBytes: () => {
      const found = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'));
      return Number(found?.[1]) * 1024;
    },
    stop: async () => {
      child.kill('SIGTERM');
      const [code] = await once(child, 'exit');
      if (code !== 0) throw new Error(`the server ended with ${code}`);
    },
  };
}

function readAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk) => {
      text += String(chunk);
      const found = /Dashboard\s+(http:\/\/[^\s/]+)/.exec(text);
      if (found) resolve(found[1]);
    });
    child.once('exit', () => reject(new Error(`the server did not start:\n${text}`)));
  });
}

export function folderBytes(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}
