// `npm test [-- filters]`: installs, builds, then runs every suite. --full: at the scale of real use; --coverage.
import { parseArgs } from 'node:util';
import { build } from './lib/build.mjs';
import { install } from './lib/install.mjs';
import { REPORT } from './lib/report.mjs';
import { run, say } from './lib/run.mjs';

const { values, positionals } = parseArgs({
  options: { full: { type: 'boolean' }, coverage: { type: 'boolean' } },
  allowPositionals: true,
});

install();
build();
const scale = values.full ? 'full' : 'small';
say(`running ${positionals.length > 0 ? positionals.join(' ') : 'every suite'} at ${scale} scale …`);
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${REPORT}`];
const coverage = values.coverage ? ['--coverage'] : [];
run('npx', ['--no-install', 'vitest', 'run', ...reporters, ...coverage, ...positionals], {
  env: { ...process.env, TEST_SCALE: scale },
});
