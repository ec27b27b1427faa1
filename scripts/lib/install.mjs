import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, run, say } from './run.mjs';
import { fingerprint, isDone, setDone } from './stamp.mjs';

const NODE_MIN = [20, 19];

/** Installs the dependencies of the lock file unless that was done for this lock file already. */
export function install() {
  requireNode();
  const print = fingerprint(['package-lock.json', 'package.json']);
  if (existsSync(join(ROOT, 'node_modules')) && isDone('install', print)) return;
  say('installing dependencies (npm ci) …');
  // npm writes its summary to standard output, which is not ours to use.
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { stdio: ['ignore', 2, 2] });
  setDone('install', print);
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])) return;
  say(`Node ${NODE_MIN.join('.')} or newer is needed; this is ${process.versions.node}`);
  process.exit(1);
}
