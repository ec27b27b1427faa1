import { loadavg } from 'node:os';
import type { BenchResult } from '../bench.js';
import { BenchRun, type Say } from '../benchRun.js';
import { failureNotes } from '../failureNotes.js';
import { describeLoopDelay, loopDelayWeight, measureLoopDelay } from '../fairness/loopDelay.js';
import { withPreparedShop } from '../fairness/preparedShop.js';
import { ingestWeight, measureIngest, planIngest } from '../ingest/ingestBench.js';
import { ingestNotes, ingestTables } from '../ingest/ingestReport.js';
import { killWorkload, loadWorkloads } from '../ingest/workloads.js';
import { describeMachine } from '../machine.js';
import { type Options, wantedRows } from '../options.js';
import { measureQueries, planQuery, queryWeight } from '../query/queryBench.js';
import { queryNotes, queryTables } from '../query/queryReport.js';
import { commandLine, renderReport, tableLines } from '../report.js';
import { chooseServers, serverNote } from '../servers.js';
import { askedTable, goalTable, sideBySide, TABLE_NOTES } from './tableReport.js';

const QUERIES = 'queries';
const DELAY = 'delay';

/** Every figure of the design in one run: remote write, SIGKILL, queries, delay of the event loop. */
export async function runTable(say: Say, options: Options): Promise<BenchResult> {
  const { isSmall, command, runs } = options;
  const servers = chooseServers(options.peers, say);
  const parts = partsOf(options);
  const ingest = planIngest(
    options,
    servers,
    parts.filter((id) => id !== QUERIES && id !== DELAY),
  );
  const queries = parts.includes(QUERIES) ? planQuery(options, servers, undefined) : undefined;
  const delays = parts.includes(DELAY) ? runs : 0;
  const weight =
    ingestWeight(ingest) + (queries ? queryWeight(queries) : 0) + delays * loopDelayWeight(isSmall);
  const run = new BenchRun(say, weight);
  const [loadBefore] = loadavg();

  const ingested = await measureIngest(run, ingest);
  const queried = queries && (await measureQueries(run, queries));
  const delaysP99Ms = delays > 0 ? await measureDelays(run, delays, isSmall) : [];

  const results = { ingest: ingested, queries: queried, delaysP99Ms };
  const machine = describeMachine();
  const report = renderReport({
    title: 'TinyObs and its peers, measured',
    machine,
    command,
    isSmall,
    notes: [
      ...TABLE_NOTES,
      serverNote(servers),
      ...ingestNotes(ingest),
      ...(queries && queried ? queryNotes(queries, queried, loadBefore) : []),
      ...failureNotes(run.failures),
    ],
    tables: [
      goalTable(servers, results),
      askedTable(servers, results),
      ...ingestTables(ingested),
      ...(queried ? queryTables(queried) : []),
    ],
  });
  const pageText = `${commandLine({ command, machine })}.\n\n${tableLines(sideBySide(servers, results)).join('\n')}`;
  return { report, pageText, hasFailed: run.hasFailed };
}

/** Of every run that did not fail. */
async function measureDelays(run: BenchRun, runs: number, isSmall: boolean): Promise<readonly number[]> {
  const found: number[] = [];
  const measureAll = () =>
    withPreparedShop(isSmall, async (shop) => {
      for (let round = 1; round <= runs; round++) {
        const part = { name: `event-loop delay, run ${round}`, weight: loopDelayWeight(isSmall) };
        const delay = await run.attempt(part, () => measureLoopDelay(shop, isSmall), describeLoopDelay);
        if (delay) found.push(delay.delayP99Ms);
      }
    });
  await run.attempt({ name: 'event-loop delay', weight: 0 }, measureAll, () => 'done');
  return found;
}

/** By id: those of the workloads, and the two parts beside them. */
function partsOf({ isSmall, rows }: Options): string[] {
  const workloads = [...loadWorkloads(isSmall), killWorkload(isSmall)].map(({ id }) => ({ id }));
  return wantedRows([...workloads, { id: QUERIES }, { id: DELAY }], rows).map(({ id }) => id);
}
