import type { Bench } from './bench.js';
import { runChurn } from './churn/churnBench.js';
import { runCodec } from './codec/codecBench.js';
import { runFairness } from './fairness/fairnessBench.js';
import { runGrowth } from './growth/growthBench.js';
import { runIngest } from './ingest/ingestBench.js';
import { runMainJob } from './mainJob.js';
import { type Options, parseOptions } from './options.js';
import { keepResult } from './outputs.js';
import { runQuery } from './query/queryBench.js';
import { runScrape } from './scrape/scrapeBench.js';
import { runSdk } from './sdk/sdkBench.js';
import { runSdkHosts } from './sdkHosts/sdkHostsBench.js';
import { runSoak } from './soak/soakBench.js';
import { runStore } from './store/storeBench.js';
import { runTable } from './table/tableBench.js';
import { runWeb } from './web/webBench.js';

const BENCHES: Readonly<Record<string, Bench>> = {
  table: { run: runTable, flags: ['peers', 'rows', 'runs', 'scale'] },
  ingest: { run: runIngest, flags: ['peers', 'rows', 'runs', 'scale'] },
  query: { run: runQuery, flags: ['peers', 'rows', 'runs', 'scale'] },
  growth: { run: runGrowth, flags: ['runs', 'scale'] },
  soak: { run: runSoak, flags: ['minutes', 'scale'] },
  fairness: { run: runFairness, flags: ['runs', 'scale'] },
  web: { run: runWeb, flags: ['scale'] },
  scrape: { run: runScrape, flags: ['peers', 'scale'] },
  sdk: { run: runSdk, flags: ['runs', 'scale'] },
  'sdk-hosts': { run: runSdkHosts, flags: ['runs', 'scale'] },
  churn: { run: runChurn, flags: [] },
  'main-job': { run: runMainJob, flags: [] },
  codec: { run: runCodec, flags: [] },
  store: { run: runStore, flags: [] },
};
const DEFAULT = 'table';

const USAGE =
  `npm run bench -- [${Object.keys(BENCHES).join(' | ')}] [flags]; without a name it is ${DEFAULT}\n` +
  '  --peers          beside Prometheus and VictoriaMetrics\n' +
  '  --rows=name,…    only these rows\n' +
  '  --runs=n         medians of so many runs, 3 where nothing is said\n' +
  '  --minutes=n      how long a soak takes, 10 where nothing is said\n' +
  '  --scale=small    little data, to try the command itself\n';

const options = readOptions();
for (const name of options.names.length > 0 ? options.names : [DEFAULT]) {
  const result = await BENCHES[name].run((text) => process.stderr.write(`bench: ${text}\n`), options);
  const path = keepResult(name, result, options);
  process.stdout.write(`${result.report}\nKept in ${path}\n`);
  if (result.hasFailed) process.exitCode = 1;
}

function readOptions(): Options {
  try {
    const read = parseOptions(process.argv.slice(2));
    for (const name of read.names) {
      if (!Object.hasOwn(BENCHES, name)) throw new Error(`there is no bench ${name}`);
      const foreign = read.given.filter((flag) => !BENCHES[name].flags.includes(flag));
      if (foreign.length > 0) throw new Error(`${name} does not take --${foreign.join(', --')}`);
    }
    return read;
  } catch (error) {
    process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    process.exit(2);
  }
}
