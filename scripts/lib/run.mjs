import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Says what is being done; on standard error, since standard output belongs to the command's own answer. */
export function say(text) {
  process.stderr.write(`tinyobs: ${text}\n`);
}

/** Runs a command in the project's root and ends this process with its status when it fails. */
export function run(command, args, options = {}) {
  const { status, signal, error } = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit', ...options });
  if (status === 0) return;
  const reason = error ? error.message : signal ? `signal ${signal}` : `status ${status}`;
  say(`${[command, ...args].join(' ')} failed: ${reason}`);
  process.exit(status || 1);
}
