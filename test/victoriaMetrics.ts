import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { freePort } from './freePort.js';
import { type Program, startProgram } from './programs.js';

/** Whether a real VictoriaMetrics is installed; says so where it is not. */
export function hasVictoriaMetrics(): boolean {
  const missing = spawnSync('victoria-metrics', ['-version']).error !== undefined;
  if (missing) process.stdout.write('tests with a real VictoriaMetrics: skipped, it is not installed\n');
  return !missing;
}

export interface VictoriaMetrics extends Program {
  readonly url: string;
  /** Makes what it was sent known to queries. */
  flush(): Promise<unknown>;
}

/** Starts VictoriaMetrics on loopback, on a free port where none is given; its data lie in `folder`. It keeps one of samples of the same time. */
export async function startVictoriaMetrics(folder: string, port?: number): Promise<VictoriaMetrics> {
  const address = `127.0.0.1:${port ?? (await freePort())}`;
  const program = startProgram('victoria-metrics', [
    `-storageDataPath=${join(folder, 'victoria')}`,
    `-httpListenAddr=${address}`,
    '-retentionPeriod=100y',
    '-search.latencyOffset=0s',
    '-dedup.minScrapeInterval=1ms',
  ]);
  await program.waitFor(/started VictoriaMetrics in/);
  const url = `http://${address}`;
  return { ...program, url, flush: () => fetch(`${url}/internal/force_flush`) };
}
