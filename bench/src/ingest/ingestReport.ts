import { describeMachine } from '../machine.js';
import { renderReport } from '../report.js';
import type { Server } from '../servers.js';
import type { Workload } from './lanes.js';

/** One run of one server over one workload. */
export interface Measurement {
  readonly samplesPerSecond: number;
  /** Of the process tree, from the first body until it is idle. */
  readonly cpuSecondsPerMillion: number;
  /** Of the process from start to end: with its start, the flush of a clean stop, and everything between. */
  readonly lifetimeCpuSecondsPerMillion: number;
  readonly peakMemoryBytes: number;
}

export interface ServerResults {
  readonly workload: Workload;
  readonly server: Server;
  readonly runs: readonly Measurement[];
  readonly median: Measurement;
}

export function renderIngestReport(command: string, results: readonly ServerResults[]): string {
  const servers = [...new Set(results.map(({ server }) => server))];
  return renderReport({
    title: 'Remote write, measured',
    machine: describeMachine(),
    command,
    notes: [
      'Remote write 1.0 as Prometheus sends it: one sample a TimeSeries, 8 labels, every 15 s, 2,000 samples a body, ' +
        '4 connections with the series divided among them. All bodies are built before the clock starts; the load ' +
        'generator shares the machine with the server. Each server runs alone with an empty folder, and has to ' +
        `find every sample afterwards. Medians of ${results[0].runs.length} runs, taken in turn.`,
      servers.map(({ name, version, settings }) => `- ${name}, ${version()}: ${settings}.`).join('\n'),
      'CPU is user and system time of the process tree: from the first body until the server is idle; and of its ' +
        'whole life with start, the query that counts the samples, and the flush of a clean stop. Memory is VmHWM.',
    ],
    tables: [
      {
        columns: [
          'workload',
          'server',
          'samples/s',
          'CPU-s per M samples (each run)',
          'the same with start and stop',
          'peak memory',
        ],
        rows: results.map(cellsOf),
      },
    ],
  });
}

function cellsOf({ workload, server, runs, median }: ServerResults): string[] {
  const each = runs.map((run) => run.cpuSecondsPerMillion.toFixed(2)).join(', ');
  return [
    workload.name,
    server.name,
    Math.round(median.samplesPerSecond).toLocaleString('en'),
    `${median.cpuSecondsPerMillion.toFixed(2)} (${each})`,
    median.lifetimeCpuSecondsPerMillion.toFixed(2),
    `${(median.peakMemoryBytes / 2 ** 20).toFixed(0)} MiB`,
  ];
}
