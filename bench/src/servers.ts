import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { MeasuredProcess } from './measuredProcess.js';
import { startServerProcess } from './serverProcess.js';

const START_DEADLINE_MS = 10_000;

export interface Server {
  readonly name: string;
  readonly settings: string;
  readonly version: () => string;
  /** Starts it with its data in `folder`, ready to take samples. */
  readonly start: (folder: string) => Promise<RunningServer>;
  /** Asks for everything to be brought into its final form on disk, where that can be asked for. */
  readonly settle: (url: string) => Promise<void>;
  /** Parameters that make it leave its cache of results out, where it has one. */
  readonly uncached?: Readonly<Record<string, string>>;
  /** Its functions are not quite Prometheus': values of answers differ. */
  readonly valuesDiffer?: boolean;
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
  uncached: { nocache: '1' },
  settle: async (url) => {
    await ask('POST', `${url}/api/v1/admin/flush`);
    await ask('POST', `${url}/api/v1/admin/compact`);
  },
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
    // It compacts by itself as samples come in.
    settle: async () => {},
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
    settle: async (url) => {
      await ask('GET', `${url}/internal/force_flush`);
      await ask('GET', `${url}/internal/force_merge`);
    },
    uncached: { nocache: '1' },
    valuesDiffer: true,
  },
];

async function ask(method: string, url: string): Promise<void> {
  const response = await fetch(url, { method });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
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
