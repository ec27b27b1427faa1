import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MeasuredProcess } from '../measuredProcess.js';
import { median } from '../report.js';
import { PEERS, type Server, TINYOBS } from '../servers.js';
import { countSamples } from './countSamples.js';
import { type Measurement, renderIngestReport, type ServerResults } from './ingestReport.js';
import { buildLanes, type Lanes, type Workload } from './lanes.js';
import { sendLanes } from './sendLanes.js';

const RUNS = 3;
const ROWS_FLAG = '--rows=';

const WORKLOADS: readonly Workload[] = [
  { id: '1k', name: '1k series × 24 h', seriesCount: 1000, steps: 24 * 240 },
  { id: '100k', name: '100k series × 5 min', seriesCount: 100_000, steps: 20 },
  { id: '1M', name: '1M series × 10 samples', seriesCount: 1_000_000, steps: 10 },
];

type Say = (text: string) => void;

/**
 * Remote write as Prometheus sends it into TinyObs and, with the flag `--peers`, into Prometheus and VictoriaMetrics, each
 * alone, one after the other, round after round; `--rows=` with ids of workloads, divided by commas, only with
 * these. Returns the report.
 */
export async function runIngest(say: Say, flags: readonly string[]): Promise<string> {
  const servers = flags.includes('--peers') ? [TINYOBS, ...PEERS] : [TINYOBS];
  const results: ServerResults[] = [];
  for (const workload of workloadsOf(flags)) {
    say(`${workload.name}: building the bodies …`);
    const lanes = buildLanes(workload, Date.now());
    const measured = new Map(servers.map((server) => [server, [] as Measurement[]]));
    for (let run = 1; run <= RUNS; run++) {
      for (const server of servers) {
        const one = await measure(server, lanes);
        measured.get(server)?.push(one);
        say(`${workload.name}, run ${run}, ${server.name}: ${describe(one)}`);
      }
    }
    for (const [server, runs] of measured) results.push({ workload, server, runs, median: medianOf(runs) });
  }
  const command = ['npm run bench -- ingest', ...flags].join(' ');
  return renderIngestReport(command, results);
}

/** Those that `--rows=` names, else all. */
function workloadsOf(flags: readonly string[]): readonly Workload[] {
  const named = flags.find((flag) => flag.startsWith(ROWS_FLAG))?.slice(ROWS_FLAG.length);
  if (named === undefined) return WORKLOADS;
  return named.split(',').map((id) => {
    const workload = WORKLOADS.find((one) => one.id === id);
    if (!workload)
      throw new Error(`there is no row ${id}; there are ${WORKLOADS.map((one) => one.id).join(', ')}`);
    return workload;
  });
}

async function measure(server: Server, lanes: Lanes): Promise<Measurement> {
  const folder = mkdtempSync(join(tmpdir(), 'tinyobs-bench-'));
  const running = await server.start(folder);
  const cpuBefore = running.process.cpuSeconds();
  const started = performance.now();
  await sendLanes(`${running.url}/api/v1/write`, lanes);
  const seconds = (performance.now() - started) / 1000;
  await running.process.idle();
  const cpuSeconds = running.process.cpuSeconds() - cpuBefore;
  const peakMemoryBytes = running.process.peakMemoryBytes();
  await requireAll(running, lanes);
  const lifetimeCpuSeconds = await running.process.stop();
  await rm(folder, { recursive: true });
  return {
    samplesPerSecond: lanes.samples / seconds,
    cpuSecondsPerMillion: (cpuSeconds / lanes.samples) * 1e6,
    lifetimeCpuSecondsPerMillion: (lifetimeCpuSeconds / lanes.samples) * 1e6,
    peakMemoryBytes,
  };
}

/** A figure of a server that lost samples would mean nothing. */
async function requireAll(running: { url: string; process: MeasuredProcess }, lanes: Lanes): Promise<void> {
  const found = await countSamples(running.url, lanes);
  if (found !== lanes.samples) throw new Error(`${running.url} has ${found} of ${lanes.samples} samples`);
}

function medianOf(runs: readonly Measurement[]): Measurement {
  const of = (key: keyof Measurement): number => median(runs.map((run) => run[key]));
  return {
    samplesPerSecond: of('samplesPerSecond'),
    cpuSecondsPerMillion: of('cpuSecondsPerMillion'),
    lifetimeCpuSecondsPerMillion: of('lifetimeCpuSecondsPerMillion'),
    peakMemoryBytes: of('peakMemoryBytes'),
  };
}

function describe(one: Measurement): string {
  const rate = Math.round(one.samplesPerSecond / 1000);
  return `${rate}k samples/s, ${one.cpuSecondsPerMillion.toFixed(2)} CPU-s per million`;
}
