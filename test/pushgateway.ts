import { spawnSync } from 'node:child_process';
import { startProgram } from './programs.js';

/** Whether a real Pushgateway is installed; says so once per test file where it is not. */
export function hasPushgateway(): boolean {
  const isMissing = spawnSync('prometheus-pushgateway', ['--version']).error !== undefined;
  if (isMissing) process.stdout.write('tests with a real Pushgateway: skipped, it is not installed\n');
  return !isMissing;
}

export interface Pushgateway {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts a Pushgateway on a free port of loopback, which keeps nothing on the disk. */
export async function startPushgateway(): Promise<Pushgateway> {
  const program = startProgram('prometheus-pushgateway', ['--web.listen-address=127.0.0.1:0']);
  const [, address] = await program.waitFor(/[Ll]istening on.*?address=(\S+)/);
  return {
    url: `http://${address}`,
    stop: async () => {
      await program.stop();
    },
  };
}
