import { cell, type Table } from '../report.js';
import { medianOf, worstOf } from '../statistics.js';
import type { IngestPlan, IngestResults, Measured } from './ingestBench.js';
import type { KillFigures } from './measureKill.js';
import type { LoadFigures } from './measureLoad.js';
import { SAMPLES_PER_BODY } from './writeBodies.js';

/** What has to be known to read the tables. */
export function ingestNotes({ runs }: IngestPlan): string[] {
  return [
    `Remote write 1.0 as Prometheus sends it: one sample a TimeSeries, 8 labels, every 15 s, ${SAMPLES_PER_BODY} ` +
      'samples a body, 4 connections with the series divided among them; the real exporters are a node exporter and ' +
      'a Prometheus server, recorded, their scrapes spaced to 15 s with their jitter. All bodies are built before the ' +
      'clock starts; the load generator shares the machine with the server. Each server runs alone with an empty ' +
      `folder, and has to find every sample after the restart. Medians of ${runs} runs, taken in turn.`,
    'CPU is user and system time of the process tree, from the first body until the server is idle, and again with ' +
      'what settling took. Memory is VmHWM of the tree, in millions of bytes. Bytes a sample are those of the data ' +
      'folder as `du` counts them: *live* when the server is idle after the load, with its write-ahead log; *settled* ' +
      'after TinyObs’ flush and compaction, VictoriaMetrics’ forced merge, and in Prometheus’ snapshot, which has the ' +
      'head as a block and no write-ahead log. Restart is from the start of the process until it says that it is ready.',
    'In *kill* a server gets SIGKILL in the moment after its last acknowledgement, with all that it has not written ' +
      'from memory yet; lost are acknowledged samples that it does not find after the restart, in the worst run.',
  ];
}

export function ingestTables({ loads, kills }: IngestResults): Table[] {
  const tables: Table[] = [];
  if (loads.length > 0) {
    tables.push({
      heading: 'Load, settling and restart',
      columns: [
        'workload',
        'server',
        'samples/s',
        'CPU-s per M samples (each run)',
        'the same with settling',
        'peak memory, MB',
        'B/sample live',
        'B/sample settled',
        'compaction of 1M samples, s',
        'restart, s',
      ],
      rows: loads.map(loadCells),
    });
  }
  if (kills.length > 0) {
    tables.push({
      heading: 'SIGKILL',
      columns: [
        'workload',
        'server',
        'recovery, s (each run)',
        'acknowledged samples lost',
        'samples read back from the log',
      ],
      rows: kills.map(killCells),
    });
  }
  return tables;
}

function loadCells({ workload, server, runs }: Measured<LoadFigures>): string[] {
  const of = (read: (run: LoadFigures) => number, digits: number): string =>
    cell(medianOf(runs, read), digits);
  const each = runs.map((run) => cell(run?.cpuSecondsPerMillion, 2)).join(', ');
  return [
    workload.name,
    server.name,
    of((run) => run.samplesPerSecond, 0),
    `${of((run) => run.cpuSecondsPerMillion, 2)} (${each})`,
    of((run) => run.settledCpuSecondsPerMillion, 2),
    of((run) => run.peakMemoryBytes / 1e6, 0),
    of((run) => run.liveBytesPerSample, 2),
    of((run) => run.settledBytesPerSample, 2),
    of((run) => run.compactionSecondsPerMillion ?? Number.NaN, 2),
    of((run) => run.restartSeconds, 2),
  ];
}

function killCells({ workload, server, runs }: Measured<KillFigures>): string[] {
  const each = runs.map((run) => cell(run?.recoverySeconds, 2)).join(', ');
  return [
    workload.name,
    server.name,
    `${cell(
      medianOf(runs, (run) => run.recoverySeconds),
      2,
    )} (${each})`,
    cell(
      worstOf(runs, (run) => run.lostSamples),
      0,
    ),
    cell(
      medianOf(runs, (run) => run.replayedSamples ?? Number.NaN),
      0,
    ),
  ];
}
