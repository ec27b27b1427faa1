import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { folderBytes } from './folderBytes.js';
import { MeasuredProcess } from './measuredProcess.js';
import { type RunningServer, startServerProcess } from './serverProcess.js';

const START_DEADLINE_MS = 10_000;

export interface Server {
  readonly id: 'tinyobs' | 'prometheus' | 'victoriametrics';
  readonly name: string;
  readonly settings: string;
  /** Throws where it is not installed. */
  readonly version: () => string;
  /** Seconds that a million samples take, about: only to tell how much time is left. */
  readonly pace: number;
  /**
   * Starts it with its data in `folder`, ready to take samples.
   * @param scraped what it scrapes, as a file of Prometheus says it
   */
  readonly start: (folder: string, scraped?: object) => Promise<RunningServer>;
  /** What its user agent begins with when it scrapes. */
  readonly scrapesAs: string;
  /** Asks for everything to be brought into its final form on disk, and waits until it is. */
  readonly settle: (running: RunningServer, folder: string) => Promise<Settled>;
  /** How many samples it has in memory and not in blocks, where it tells. */
  readonly headSamples?: (url: string) => Promise<number>;
  /** Parameters that make it leave its cache of results out, where it has one. */
  readonly uncached?: Readonly<Record<string, string>>;
  /** It does not count samples that are no number. */
  readonly dropsNan?: boolean;
  /** Its functions are not quite Prometheus': values of answers differ. */
  readonly valuesDiffer?: boolean;
}

export interface Settled {
  /** What the final form takes on the disk. */
  readonly bytes: number;
  /** How long the merging took, where the server says when it is done. */
  readonly compactionSeconds?: number;
}

export const TINYOBS: Server = {
  id: 'tinyobs',
  name: 'TinyObs',
  settings: 'every answer after the sync; default configuration but for the rate limit',
  version: () => 'of this tree',
  pace: 1,
  start: (folder, scraped) =>
    startServerProcess(folder, {
      flags: scraped ? ['--set', `scrape.config=${configFile(folder, scraped)}`] : [],
    }),
  scrapesAs: 'TinyObs',
  uncached: { nocache: '1' },
  headSamples: async (url) => {
    const metrics = await ask('GET', `${url}/metrics`);
    return Number(/^tinyobs_storage_head_samples (\d+)$/m.exec(metrics)?.[1]);
  },
  settle: async ({ url, process }, folder) => {
    await ask('POST', `${url}/api/v1/admin/flush`);
    const started = performance.now();
    await ask('POST', `${url}/api/v1/admin/compact`);
    const compactionSeconds = (performance.now() - started) / 1000;
    await process.idle();
    return { bytes: folderBytes(folder), compactionSeconds };
  },
};

/** The same, answering `insideView`. */
export const WATCHED_TINYOBS: Server = {
  ...TINYOBS,
  start: (folder) => startServerProcess(folder, { isWatched: true }),
};

const PROMETHEUS: Server = {
  id: 'prometheus',
  name: 'Prometheus',
  settings: '`--web.enable-remote-write-receiver --web.enable-admin-api`; answers before the sync',
  version: () => versionOf('prometheus', ['--version']),
  pace: 4,
  scrapesAs: 'Prometheus',
  start: async (folder, scraped = {}) => {
    const args = [
      `--config.file=${configFile(folder, scraped)}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      '--web.listen-address=127.0.0.1:0',
      '--web.enable-remote-write-receiver',
      '--web.enable-admin-api',
    ];
    const started = new MeasuredProcess('prometheus', args, { cwd: folder });
    return started.whenReady(async () => {
      const [, address] = await started.waitFor(/msg="Listening on" address=(\S+)/);
      await started.waitFor(/Server is ready to receive web requests/);
      return { url: `http://${address}`, process: started };
    });
  },
  // It compacts by itself as samples come in, but for its head, which only a snapshot has as a block.
  settle: async ({ url, process }, folder) => {
    await ask('POST', `${url}/api/v1/admin/tsdb/snapshot`);
    const snapshots = join(folder, 'data', 'snapshots');
    const bytes = folderBytes(snapshots);
    await rm(snapshots, { recursive: true });
    await process.idle();
    return { bytes };
  },
};

const VICTORIA_METRICS: Server = {
  id: 'victoriametrics',
  name: 'VictoriaMetrics',
  settings: 'default configuration; answers before the sync',
  version: () => versionOf('dpkg-query', ['-s', 'victoria-metrics']),
  pace: 1.2,
  scrapesAs: 'vm_promscrape',
  start: async (folder, scraped) => {
    const address = `127.0.0.1:${await freePort()}`;
    const args = [`-storageDataPath=${join(folder, 'data')}`, `-httpListenAddr=${address}`];
    if (scraped) args.push(`-promscrape.config=${configFile(folder, scraped)}`);
    const started = new MeasuredProcess('victoria-metrics', args, { cwd: folder });
    return started.whenReady(async () => {
      const url = `http://${address}`;
      await started.waitFor(/started VictoriaMetrics in/);
      await listening(url);
      return { url, process: started };
    });
  },
  settle: async ({ url, process }, folder) => {
    await ask('GET', `${url}/internal/force_flush`);
    await ask('GET', `${url}/internal/force_merge`);
    await process.idle();
    return { bytes: folderBytes(folder) };
  },
  uncached: { nocache: '1' },
  dropsNan: true,
  valuesDiffer: true,
};

/** Found in the Debian packages `prometheus` and `victoria-metrics`. */
const PEERS: readonly Server[] = [PROMETHEUS, VICTORIA_METRICS];

/** TinyObs and, when they are wanted, its peers; one that is not installed is said and left out. */
export function chooseServers(peers: boolean, say: (text: string) => void): readonly Server[] {
  if (!peers) return [TINYOBS];
  const installed = PEERS.filter((peer) => {
    try {
      peer.version();
      return true;
    } catch (error) {
      say(`${peer.name} is left out: ${error instanceof Error ? error.message : String(error)}`);
      return false;
    }
  });
  return [TINYOBS, ...installed];
}

/** A note of what was measured, in which version and with which settings. */
export function serverNote(servers: readonly Server[]): string {
  return servers.map(({ name, version, settings }) => `- ${name}, ${version()}: ${settings}.`).join('\n');
}

/** Starts a server on `folder`, and sees to it that it has ended when `use` has. */
export async function withServer<Result>(
  server: Pick<Server, 'start'>,
  folder: string,
  use: (running: RunningServer, startSeconds: number) => Promise<Result>,
): Promise<Result> {
  mkdirSync(folder, { recursive: true });
  const started = performance.now();
  const running = await server.start(folder);
  try {
    return await use(running, (performance.now() - started) / 1000);
  } finally {
    await running.process.kill();
  }
}

/** JSON is YAML, too. */
function configFile(folder: string, scraped: object): string {
  const file = join(folder, 'prometheus.yml');
  writeFileSync(file, JSON.stringify(scraped));
  return file;
}

async function ask(method: string, url: string): Promise<string> {
  const response = await fetch(url, { method });
  const answer = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${answer}`);
  return answer;
}

function versionOf(command: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (error) throw new Error(`${command} cannot be run: ${error.message}; install its Debian package`);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${stderr.trim()}`);
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
