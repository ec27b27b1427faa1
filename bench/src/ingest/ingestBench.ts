import type { BenchResult } from '../bench.js';
import { BenchRun, type Say } from '../benchRun.js';
import { withDataFolder } from '../dataFolder.js';
import { failureNotes } from '../failureNotes.js';
import { describeMachine } from '../machine.js';
import { type Options, wantedRows } from '../options.js';
import {
  measureProtocols,
  PROTOCOL_NOTE,
  PROTOCOL_ROWS,
  planProtocols,
  protocolWeight,
} from '../protocols/protocolBench.js';
import { renderReport } from '../report.js';
import { chooseServers, type Server, serverNote, TINYOBS } from '../servers.js';
import { ingestNotes, ingestTables } from './ingestReport.js';
import type { Lanes } from './lanes.js';
import { type KillFigures, measureKill } from './measureKill.js';
import { type LoadFigures, measureLoad } from './measureLoad.js';
import { killWorkload, loadWorkloads, type Workload } from './workloads.js';

/** Starts, idling and counting of one run of one server, about. */
const FIXED_SECONDS = 8;

/** What one server did with one workload; a run that failed is undefined. */
export interface Measured<Figures> {
  readonly workload: Workload;
  readonly server: Server;
  readonly runs: readonly (Figures | undefined)[];
}

export interface IngestResults {
  readonly loads: readonly Measured<LoadFigures>[];
  readonly kills: readonly Measured<KillFigures>[];
}

/** Which workloads, how often. */
export interface IngestPlan {
  readonly servers: readonly Server[];
  readonly loads: readonly Workload[];
  readonly kills: readonly Workload[];
  readonly runs: number;
}

/**
 * Remote write as Prometheus sends it: what it costs, what it takes, and what a restart and a SIGKILL do; then what
 * each protocol costs.
 */
export async function runIngest(say: Say, options: Options): Promise<BenchResult> {
  const servers = chooseServers(options.peers, say);
  const { loads, protocols } = splitRows(options);
  const plan = planIngest(options, servers, loads);
  const protocolPlan = planProtocols(options, servers, protocols);
  const run = new BenchRun(say, ingestWeight(plan) + protocolWeight(protocolPlan));
  const results = await measureIngest(run, plan);
  const tables = [...ingestTables(results), ...(await measureProtocols(run, protocolPlan))];
  const report = renderReport({
    title: 'Ingest, measured',
    machine: describeMachine(),
    command: options.command,
    isSmall: options.isSmall,
    notes: [serverNote(plan.servers), ...ingestNotes(plan), PROTOCOL_NOTE, ...failureNotes(run.failures)],
    tables,
  });
  return { report, hasFailed: run.hasFailed };
}

/** Of the names that `--rows=` has, those of protocols and the others. */
function splitRows({ rows }: Options): { loads: string[] | undefined; protocols: string[] | undefined } {
  const isProtocol = (id: string): boolean => PROTOCOL_ROWS.some((one) => one.id === id);
  return { loads: rows?.filter((id) => !isProtocol(id)), protocols: rows?.filter(isProtocol) };
}

export function planIngest(
  { isSmall, runs }: Options,
  servers: readonly Server[],
  rows: readonly string[] | undefined,
): IngestPlan {
  const wanted = wantedRows([...loadWorkloads(isSmall), killWorkload(isSmall)], rows);
  const isKill = ({ id }: Workload): boolean => id === 'kill';
  return { servers, loads: wanted.filter((one) => !isKill(one)), kills: wanted.filter(isKill), runs };
}

/** About how many seconds it takes. */
export function ingestWeight({ servers, loads, kills, runs }: IngestPlan): number {
  const workloads = [...loads, ...kills];
  return workloads
    .flatMap((one) => servers.map((server) => runs * weightOf(one, server)))
    .reduce((a, b) => a + b, 0);
}

/** Workload by workload, run by run, the servers in turn. */
export async function measureIngest(run: BenchRun, plan: IngestPlan): Promise<IngestResults> {
  return {
    loads: await measureEach(run, plan, {
      workloads: plan.loads,
      measure: measureLoad,
      describe: describeLoad,
    }),
    kills: await measureEach(run, plan, {
      workloads: plan.kills,
      measure: measureKill,
      describe: describeKill,
    }),
  };
}

async function measureEach<Figures>(
  run: BenchRun,
  { servers, runs }: IngestPlan,
  how: {
    readonly workloads: readonly Workload[];
    readonly measure: (server: Server, lanes: Lanes, folder: string) => Promise<Figures>;
    readonly describe: (figures: Figures) => string;
  },
): Promise<Measured<Figures>[]> {
  const results: Measured<Figures>[] = [];
  for (const workload of how.workloads) {
    run.say(`${workload.name}: building the bodies …`);
    const lanes = workload.build(Date.now());
    const measured = new Map(servers.map((server) => [server, [] as (Figures | undefined)[]]));
    for (let round = 1; round <= runs; round++) {
      for (const server of servers) {
        const part = {
          name: `${workload.id}, ${workload.name}, run ${round}, ${server.name}`,
          weight: weightOf(workload, server),
          isOfPeer: server !== TINYOBS,
        };
        const measure = (): Promise<Figures> =>
          withDataFolder((folder) => how.measure(server, lanes, folder));
        measured.get(server)?.push(await run.attempt(part, measure, how.describe));
      }
    }
    for (const [server, figures] of measured) results.push({ workload, server, runs: figures });
  }
  return results;
}

function weightOf({ samples }: Workload, { pace }: Server): number {
  return FIXED_SECONDS + (samples / 1e6) * pace;
}

function describeLoad(one: LoadFigures): string {
  const rate = Math.round(one.samplesPerSecond / 1000);
  const cpu = one.cpuSecondsPerMillion.toFixed(2);
  return (
    `${rate}k samples/s, ${cpu} CPU-s per million, ${(one.peakMemoryBytes / 1e6).toFixed(0)} MB, ` +
    `${one.liveBytesPerSample.toFixed(2)} then ${one.settledBytesPerSample.toFixed(2)} B/sample, ` +
    `restart ${one.restartSeconds.toFixed(2)} s`
  );
}

function describeKill({ recoverySeconds, lostSamples }: KillFigures): string {
  return `recovered in ${recoverySeconds.toFixed(2)} s, ${lostSamples} samples lost`;
}
