import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Program, startProgram } from './programs.js';

/** Whether a real vmagent is installed; says so where it is not. */
export function hasVmagent(): boolean {
  const missing = spawnSync('vmagent', ['-version']).error !== undefined;
  if (missing) process.stdout.write('tests with a real vmagent: skipped, it is not installed\n');
  return !missing;
}

/** Starts vmagent, which scrapes as `config` says and writes to `writeUrl`. */
export async function startVmagent(
  folder: string,
  { config, writeUrl }: { config: object; writeUrl: string },
): Promise<Program> {
  const file = join(folder, 'scrape.yml');
  writeFileSync(file, JSON.stringify(config));
  const program = startProgram('vmagent', [
    `-promscrape.config=${file}`,
    `-remoteWrite.url=${writeUrl}`,
    '-remoteWrite.flushInterval=200ms',
    `-remoteWrite.tmpDataPath=${join(folder, 'queue')}`,
    '-httpListenAddr=127.0.0.1:0',
  ]);
  await program.waitFor(/started vmagent|starting http server/);
  return program;
}
