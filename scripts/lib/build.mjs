import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, run, say } from './run.mjs';
import { fingerprint, isDone, setDone } from './stamp.mjs';

const DASHBOARD = 'packages/server/dist/web';

/** Compiles the packages and builds the dashboard, each only when its sources changed. */
export function build() {
  buildPackages();
  buildDashboard();
}

/** Compiles packages and programs. */
export function buildPackages() {
  const print = fingerprint([
    'packages',
    'apps',
    'bench',
    'tsconfig.json',
    'tsconfig.base.json',
    'package-lock.json',
  ]);
  if (existsSync(join(ROOT, 'apps/tinyobs/dist/main.js')) && isDone('packages', print)) return;
  say('compiling …');
  run('npx', ['--no-install', 'tsc', '-b'], { stdio: ['ignore', 2, 2] });
  setDone('packages', print);
}

function buildDashboard() {
  const print = fingerprint(['web', 'package-lock.json']);
  if (existsSync(join(ROOT, DASHBOARD, 'index.html')) && isDone('web', print)) return;
  say('building the dashboard …');
  const args = [
    '--no-install',
    'vite',
    'build',
    'web',
    '--outDir',
    `../${DASHBOARD}`,
    '--emptyOutDir',
    '--logLevel',
    'warn',
  ];
  run('npx', args, { stdio: ['ignore', 2, 2] });
  setDone('web', print);
}
