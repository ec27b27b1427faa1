import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runCodec } from './codec/codecBench.js';
import { runMainJob } from './mainJob.js';
import { runStore } from './store/storeBench.js';

const RESULTS = fileURLToPath(new URL('../results/', import.meta.url));

/** Takes what to say while it runs, returns the report. */
type Bench = (say: (text: string) => void) => Promise<string>;

const BENCHES: Readonly<Record<string, Bench>> = {
  'main-job': runMainJob,
  codec: runCodec,
  store: runStore,
};

const names = process.argv.length > 2 ? process.argv.slice(2) : ['main-job'];
const unknown = names.filter((name) => !Object.hasOwn(BENCHES, name));
if (unknown.length > 0) {
  process.stderr.write(
    `bench: there is no ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}\n`,
  );
  process.exit(2);
}
mkdirSync(RESULTS, { recursive: true });
for (const name of names) {
  const report = await BENCHES[name]((text) => process.stderr.write(`bench: ${text}\n`));
  writeFileSync(`${RESULTS}${name}.md`, report);
  process.stdout.write(`${report}\nKept in bench/results/${name}.md\n`);
}
