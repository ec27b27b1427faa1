import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, run, say } from './run.mjs';
import { fingerprint, isDone, setDone } from './stamp.mjs';

/** The program as it is compiled, and as it is started. */
const COMPILED = 'apps/tinyobs/dist/compiled/main.js';
const PROGRAM = 'apps/tinyobs/dist';
const DASHBOARD = 'packages/server/dist/web';

/** Compiles the packages and builds the dashboard, each only when its sources changed. */
export function build() {
  buildPackages();
  buildDashboard();
}

/** Compiles packages and programs, writes what the API's description is served as, and bundles the program that people start. */
export function buildPackages() {
  const print = fingerprint([
    'packages',
    'apps',
    'bench',
    'tsconfig.json',
    'tsconfig.base.json',
    'package-lock.json',
    'scripts/lib/build.mjs',
    'scripts/apiPages.mjs',
    'docs/errors.md',
  ]);
  if (existsSync(join(ROOT, PROGRAM, 'main.js')) && isDone('packages', print)) return;
  say('compiling …');
  run('npx', ['--no-install', 'tsc', '-b'], { stdio: ['ignore', 2, 2] });
  run('node', ['scripts/apiPages.mjs']);
  bundleProgram();
  setDone('packages', print);
}

/**
 * Makes few files of the program's own modules and those of its libraries: finding, reading and compiling some
 * 700 files takes longer than all else at its start. LevelDB is left out, since it finds its machine code beside
 * its own files.
 */
function bundleProgram() {
  const args = [
    '--no-install',
    'rolldown',
    COMPILED,
    '--dir',
    PROGRAM,
    '--format',
    'esm',
    '--platform',
    'node',
    '--external',
    'classic-level',
    '--chunk-file-names',
    '[name].js',
    '--log-level',
    'warn',
  ];
  run('npx', args, { stdio: ['ignore', 2, 2] });
}

function buildDashboard() {
  const print = fingerprint(['web', 'packages/model', 'package-lock.json']);
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
