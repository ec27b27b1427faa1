import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runChurn } from './churn/churnBench.js';
import { runCodec } from './codec/codecBench.js';
import { runIngest } from './ingest/ingestBench.js';
import { runMainJob } from './mainJob.js';
import { runQuery } from './query/queryBench.js';
import { runStore } from './store/storeBench.js';

const RESULTS = fileURLToPath(new URL('../results/', import.meta.url));

/** Takes what to say while it runs and the flags of the command line, returns the report. */
type Bench = (say: (text: string) => void, flags: readonly string[]) => Promise<string>;

const BENCHES: Readonly<Record<string, Bench>> = {
  'main-job': runMainJob,
  churn: runChurn,
  codec: runCodec,
  store: runStore,
  ingest: runIngest,
  query: runQuery,
};

const given = process.argv.slice(2);
const flags = given.filter((word) => word.startsWith('--'));
const named = given.filter((word) => !word.startsWith('--'));
const names = named.length > 0 ? named : ['main-job'];
const unknown = [
  ...names.filter((name) => !Object.hasOwn(BENCHES, name)),
  ...flags.filter((flag) => flag !== '--peers' && !flag.startsWith('--rows=')),
];
if (unknown.length > 0) {
  process.stderr.write(
    `bench: there is no ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}, --peers for ingest and ` +
      'query, and --rows=name,… for query\n',
  );
  process.exit(2);
}
mkdirSync(RESULTS, { recursive: true });
for (const name of names) {
  const report = await BENCHES[name]((text) => process.stderr.write(`bench: ${text}\n`), flags);
  writeFileSync(`${RESULTS}${name}.md`, report);
  process.stdout.write(`${report}\nKept in bench/results/${name}.md\n`);
}
