import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { startProgram } from './programs.js';
import type { Scrape } from './scrapes.js';

/** Whether a real Prometheus and its tool are installed; says so once per test file where they are not. */
export function hasPrometheus(): boolean {
  const missing = ['prometheus', 'promtool'].filter((name) => spawnSync(name, ['--version']).error);
  if (missing.length > 0) {
    process.stdout.write(`tests with a real Prometheus: skipped, ${missing.join(' and ')} not installed\n`);
  }
  return missing.length === 0;
}

export interface Prometheus {
  readonly url: string;
  /** Ends it and waits until it is gone. */
  stop(): Promise<void>;
}

/** Starts Prometheus on a free port of loopback; its configuration and data lie in `folder`. */
export async function startPrometheus(
  folder: string,
  config: object,
  flags: readonly string[] = [],
): Promise<Prometheus> {
  const file = join(folder, 'prometheus.yml');
  writeFileSync(file, JSON.stringify(config));
  const program = startProgram('prometheus', [
    `--config.file=${file}`,
    `--storage.tsdb.path=${dataFolder(folder)}`,
    '--storage.tsdb.retention.time=100y',
    '--web.listen-address=127.0.0.1:0',
    ...flags,
  ]);
  const [, address] = await program.waitFor(/msg="Listening on" address=(\S+)/);
  await program.waitFor(/Server is ready to receive web requests/);
  return {
    url: `http://${address}`,
    stop: async () => {
      await program.stop();
    },
  };
}

/** Writes scrapes, in order of time, as blocks that a Prometheus started in `folder` will serve. */
export async function backfill(folder: string, scrapes: Iterable<Scrape>): Promise<void> {
  const file = join(folder, 'backfill.om');
  const lines = [...scrapes].map(openMetricsLines);
  writeFileSync(file, `${lines.join('')}# EOF\n`);
  mkdirSync(dataFolder(folder), { recursive: true });
  await promisify(execFile)('promtool', [
    'tsdb',
    'create-blocks-from',
    'openmetrics',
    file,
    dataFolder(folder),
  ]);
}

/** Without comments, since OpenMetrics wants a family in one piece; times in seconds. */
function openMetricsLines({ text, timeMs }: Scrape): string {
  const seconds = (timeMs / 1000).toFixed(3);
  return text.replace(/^#.*\n/gm, '').replace(/\n/g, ` ${seconds}\n`);
}

/** What `promtool check metrics` says of exposition text; lint advice has exit code 3. */
export function checkMetrics(text: string): { code: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
    input: text,
    encoding: 'utf8',
  });
  return { code: status, output: `${stdout}${stderr}` };
}

/** Runs promtool to its end; what it printed, without the last line break. */
export async function promtool(
  args: readonly string[],
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn('promtool', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, stdout: stdout.trimEnd(), stderr: stderr.trimEnd() };
}

function dataFolder(folder: string): string {
  return join(folder, 'data');
}
