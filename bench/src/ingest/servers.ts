import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { MeasuredProcess } from '../measuredProcess.js';
import { startServerProcess } from '../serverProcess.js';
import type { Lanes } from './lanes.js';

const START_DEADLINE_MS = 10_000;
const QUERY_DEADLINE_MS = 30_000;

export interface Server {
  readonly name: string;
  readonly settings: string;
  readonly version: () => string;
  /** Starts it with its data in `folder`, ready to take samples. */
  readonly start: (folder: string) => Promise<RunningServer>;
}

export interface RunningServer {
  readonly url: string;
  readonly process: MeasuredProcess;
}

export const TINYOBS: Server = {
  name: 'TinyObs',
  settings: 'every answer after the sync; default configuration but for the rate limit',
  version: () => 'of this tree',
  start: startServerProcess,
};

/** Found in the Debian packages `prometheus` and `victoria-metrics`. */
export const PEERS: readonly Server[] = [
  {
    name: 'Prometheus',
    settings: '`--web.enable-remote-write-receiver`; answers before the sync',
    version: () => versionOf('prometheus', ['--version']),
    start: async (folder) => {
      const config = join(folder, 'prometheus.yml');
      writeFileSync(config, '{}\n');
      const started = new MeasuredProcess(
        'prometheus',
        [
          `--config.file=${config}`,
          `--storage.tsdb.path=${join(folder, 'data')}`,
          '--web.listen-address=127.0.0.1:0',
          '--web.enable-remote-write-receiver',
        ],
        folder,
      );
      const [, address] = await started.waitFor(/msg="Listening on" address=(\S+)/);
      await started.waitFor(/Server is ready to receive web requests/);
      return { url: `http://${address}`, process: started };
    },
  },
  {
    name: 'VictoriaMetrics',
    settings: 'default configuration; answers before the sync',
    version: () => versionOf('dpkg-query', ['-s', 'victoria-metrics']),
    start: async (folder) => {
      const address = `127.0.0.1:${await freePort()}`;
      const started = new MeasuredProcess(
        'victoria-metrics',
        [`-storageDataPath=${join(folder, 'data')}`, `-httpListenAddr=${address}`],
        folder,
      );
      const url = `http://${address}`;
      await started.waitFor(/started VictoriaMetrics in/);
      await listening(url);
      return { url, process: started };
    },
  },
];

/** How many of the samples a server finds; asked again while it is fewer, since some show samples late. */
export async function countSamples(url: string, { samples, startMs, endMs }: Lanes): Promise<number> {
  const rangeSeconds = Math.ceil((endMs - startMs) / 1000) + 15;
  const query = `sum(count_over_time({job="shop"}[${rangeSeconds}s]))`;
  const parameters = new URLSearchParams({ query, time: String(endMs / 1000), nocache: '1' });
  for (const deadline = Date.now() + QUERY_DEADLINE_MS; ; await wait(500)) {
    const response = await fetch(`${url}/api/v1/query?${parameters}`);
    const text = await response.text();
    if (!response.ok) throw new Error(`counting samples: ${response.status} ${text}`);
    const answer = JSON.parse(text) as { data: { result: { value: [number, string] }[] } };
    const found = Number(answer.data.result[0]?.value[1] ?? 0);
    if (found >= samples || Date.now() > deadline) return found;
  }
}

function versionOf(command: string, args: readonly string[]): string {
  const { stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (error) throw new Error(`${command} cannot be run: ${error.message}; install its Debian package`);
  return /\d+\.\d+\.\d+/.exec(`${stdout}${stderr}`)?.[0] ?? 'unknown version';
}

/** Waits until somebody listens, for a server that says it has started a moment before. */
async function listening(url: string): Promise<void> {
  for (const deadline = Date.now() + START_DEADLINE_MS; ; await wait(10)) {
    try {
      await fetch(`${url}/health`);
      return;
    } catch (cause) {
      if (Date.now() > deadline) throw new Error(`${url} does not answer`, { cause });
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
