import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describeMachine } from './machine.js';
import { runMainJob } from './mainJob.js';
import { renderReport } from './report.js';

const RESULTS = fileURLToPath(new URL('../results/', import.meta.url));

const machine = describeMachine();
const rows = await runMainJob((text) => process.stderr.write(`bench: ${text}\n`));
const report = renderReport({ machine, command: 'npm run bench', rows });
mkdirSync(RESULTS, { recursive: true });
const file = `${RESULTS}main-job.md`;
writeFileSync(file, report);
process.stdout.write(`${report}\nKept in bench/results/main-job.md\n`);
