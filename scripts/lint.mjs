// `npm run lint`: format, lint rules, and the types of tests, which no build compiles.
import { buildPackages } from './lib/build.mjs';
import { install } from './lib/install.mjs';
import { run, say } from './lib/run.mjs';

install();
buildPackages();
say('checking format and rules …');
run('npx', ['--no-install', 'biome', 'check', '--error-on-warnings', '.']);
say('checking the types of tests and dashboard …');
run('npx', ['--no-install', 'tsc', '-p', 'tsconfig.test.json']);
run('npx', ['--no-install', 'tsc', '-p', 'web', '--noEmit']);
