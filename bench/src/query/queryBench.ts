import { loadavg } from 'node:os';
import { join } from 'node:path';
import type { BenchResult } from '../bench.js';
import { BenchRun, type Say } from '../benchRun.js';
import { withDataFolder } from '../dataFolder.js';
import { failureNotes } from '../failureNotes.js';
import { describeMachine } from '../machine.js';
import { type Options, wantedRows } from '../options.js';
import { renderReport } from '../report.js';
import { chooseServers, type Server, serverNote, TINYOBS, withServer } from '../servers.js';
import { differenceOf } from './compareAnswers.js';
import { Dataset, type DatasetSize, FULL_SIZE, SMALL_SIZE } from './dataset.js';
import { loadDataset } from './loadDataset.js';
import {
  type Answers,
  measureLive,
  measureRestarted,
  type Panel,
  type RestartedFigures,
  type RowTimes,
  warmMs,
} from './measurePanel.js';
import { PANEL, type PanelRow } from './panel.js';
import { queryNotes, queryTables } from './queryReport.js';

/** Of a round of one server over all rows, and of its start and stop. */
const ROUND_SECONDS = 30;
/** Of samples, about. */
const FULL_LOAD_MILLIONS = 15;

export interface QueryPlan {
  readonly servers: readonly Server[];
  readonly size: DatasetSize;
  readonly rows: readonly PanelRow[];
  readonly runs: number;
}

/** What one server did with the panel; what failed is undefined. */
export interface ServerTimes {
  readonly server: Server;
  /** As it was loaded: samples lie where the server left them. */
  readonly live: RowTimes | undefined;
  readonly runs: readonly (RestartedFigures | undefined)[];
}

export interface QueryResults {
  readonly dataset: Dataset;
  readonly rows: readonly PanelRow[];
  readonly times: readonly ServerTimes[];
  /** What answers differ in from those of Prometheus, or else of the first server. */
  readonly differences: readonly string[];
}

/**
 * The query panel, each server with the same data and alone on the machine: as it was loaded, then cold and warm
 * after restarts.
 */
export async function runQuery(say: Say, options: Options): Promise<BenchResult> {
  const plan = planQuery(options, chooseServers(options.peers, say), options.rows);
  const [loadBefore] = loadavg();
  const run = new BenchRun(say, queryWeight(plan));
  const results = await measureQueries(run, plan);
  const report = renderReport({
    title: 'Queries, measured',
    machine: describeMachine(),
    command: options.command,
    isSmall: options.isSmall,
    notes: [
      serverNote(plan.servers),
      ...queryNotes(plan, results, loadBefore),
      ...failureNotes(run.failures),
    ],
    tables: queryTables(results),
  });
  return { report, hasFailed: run.hasFailed };
}

export function planQuery(
  { isSmall, runs }: Options,
  servers: readonly Server[],
  rows: readonly string[] | undefined,
): QueryPlan {
  return { servers, size: isSmall ? SMALL_SIZE : FULL_SIZE, rows: wantedRows(PANEL, rows), runs };
}

/** About how many seconds it takes. */
export function queryWeight(plan: QueryPlan): number {
  const each = plan.servers.map((server) => loadWeight(server, plan) + plan.runs * roundWeight(plan));
  return each.reduce((a, b) => a + b, 0);
}

/** Loads the servers one after the other, then restarts and asks them in turn, round by round. */
export async function measureQueries(run: BenchRun, plan: QueryPlan): Promise<QueryResults> {
  const dataset = new Dataset(Date.now(), plan.size);
  const panel = { endMs: dataset.endMs, rows: plan.rows, warmMs: warmMs(plan.size !== FULL_SIZE) };
  return withDataFolder(async (folder) => {
    const lives = new Map<Server, RowTimes | undefined>();
    for (const server of plan.servers) {
      const part = {
        name: `queries, ${server.name}, loaded`,
        weight: loadWeight(server, plan),
        isOfPeer: server !== TINYOBS,
      };
      const measure = () => loadAndAsk(server, { dataset, panel }, join(folder, server.id));
      lives.set(server, await run.attempt(part, measure, describeTimes));
    }
    const loaded = plan.servers.filter((server) => lives.get(server) !== undefined);
    const restarted = new Map(loaded.map((server) => [server, [] as (RestartedFigures | undefined)[]]));
    for (let round = 1; round <= plan.runs; round++) {
      for (const server of loaded) {
        const part = {
          name: `queries, run ${round}, ${server.name}`,
          weight: roundWeight(plan),
          isOfPeer: server !== TINYOBS,
        };
        const measure = () => measureRestarted(server, panel, join(folder, server.id));
        restarted.get(server)?.push(await run.attempt(part, measure, ({ warm }) => describeTimes(warm)));
      }
    }
    const times = plan.servers.map((server) => ({
      server,
      live: lives.get(server),
      runs: restarted.get(server) ?? [],
    }));
    return { dataset, rows: plan.rows, times, differences: compareAll(plan.rows, times) };
  });
}

function loadWeight({ pace }: Server, { size }: QueryPlan): number {
  return ROUND_SECONDS / 2 + (size === FULL_SIZE ? FULL_LOAD_MILLIONS * pace : 0);
}

function roundWeight({ rows }: QueryPlan): number {
  return (ROUND_SECONDS * rows.length) / PANEL.length;
}

function loadAndAsk(
  server: Server,
  { dataset, panel }: { dataset: Dataset; panel: Panel },
  folder: string,
): Promise<RowTimes> {
  return withServer(server, folder, async (running) => {
    await loadDataset(running.url, dataset);
    await running.process.idle();
    const live = await measureLive(server, running, panel);
    await server.settle(running, folder);
    await running.process.stop();
    return live;
  });
}

function describeTimes(times: RowTimes): string {
  return `${[...times].map(([{ id }, ms]) => `${id} ${ms.toFixed(1)}`).join(', ')} ms`;
}

/** What answers say that differs from the reference. VictoriaMetrics extrapolates in its own way: counts only. */
function compareAll(rows: readonly PanelRow[], times: readonly ServerTimes[]): string[] {
  const all = times.flatMap(({ server, runs }) => {
    const answers = runs.find((run) => run !== undefined)?.answers;
    return answers === undefined ? [] : [{ server, answers }];
  });
  const reference = all.find(({ server }) => server.id === 'prometheus') ?? all[0];
  return all
    .filter((one) => one !== reference)
    .flatMap(({ server, answers }) =>
      rows.flatMap((row) =>
        differencesOf(row, answers, reference.answers, server).map(
          (difference) => `${server.name}, ${row.id}, ${difference}`,
        ),
      ),
    );
}

function differencesOf(row: PanelRow, answers: Answers, reference: Answers, server: Server): string[] {
  return row.questions.flatMap(({ query }, i) => {
    const answer = answers.get(row)?.[i] ?? '';
    const expected = reference.get(row)?.[i] ?? '';
    const difference = differenceOf(answer, expected, server.valuesDiffer === true);
    return difference === undefined ? [] : [`\`${query}\`: ${difference}`];
  });
}
