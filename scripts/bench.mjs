// `npm run bench [-- name …]`: installs, builds, runs the benchmarks and keeps their results in bench/results.
import { build } from './lib/build.mjs';
import { install } from './lib/install.mjs';
import { run } from './lib/run.mjs';

install();
build();
run('node', ['bench/dist/main.js', ...process.argv.slice(2)]);
