import { spawnSync } from 'node:child_process';
import { startProgram } from './programs.js';

/** Whether a real node exporter is installed; says so once per test file where it is not. */
export function hasNodeExporter(): boolean {
  const isMissing = spawnSync('prometheus-node-exporter', ['--version']).error !== undefined;
  if (isMissing) process.stdout.write('tests with a real node exporter: skipped, it is not installed\n');
  return !isMissing;
}

export interface NodeExporter {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts a node exporter on a free port of loopback. */
export async function startNodeExporter(): Promise<NodeExporter> {
  const program = startProgram('prometheus-node-exporter', ['--web.listen-address=127.0.0.1:0']);
  const [, address] = await program.waitFor(/Listening on.*?address=(\S+)/);
  return {
    url: `http://${address}`,
    stop: async () => {
      await program.stop();
    },
  };
}
