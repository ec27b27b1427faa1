// Prints what the last `npm test` did as "N passed, N failed", from the runner's report. Fails when a test
// failed, was skipped, or none ran.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPORT } from './lib/report.mjs';
import { ROOT, say } from './lib/run.mjs';

const report = JSON.parse(readFileSync(join(ROOT, REPORT), 'utf8'));
const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults);
const passed = tests.filter(({ status }) => status === 'passed').length;
const skipped = tests.filter(({ status }) => status !== 'passed' && status !== 'failed');
for (const { fullName } of skipped) say(`skipped, which counts as failed here: ${fullName}`);
// A file that could not be loaded has no tests of its own, but is a failure.
const broken = report.testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
);
for (const { name } of broken) say(`could not be run: ${name}`);
const failed = tests.length - passed + broken.length;
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
