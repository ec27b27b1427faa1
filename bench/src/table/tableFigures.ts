import type { IngestResults } from '../ingest/ingestBench.js';
import type { QueryResults } from '../query/queryBench.js';
import { rowTime } from '../query/queryReport.js';
import type { Server } from '../servers.js';
import { median, medianOf, quantileOf, worstOf } from '../statistics.js';

export interface TableResults {
  readonly ingest: IngestResults;
  readonly queries: QueryResults | undefined;
  /** Of TinyObs' event loop, ms, of each run. */
  readonly delaysP99Ms: readonly number[];
}

/** Figures of one server by the ids that goals name; what was not measured is missing or NaN. */
export type Figures = ReadonlyMap<string, number>;

export function figuresOf(server: Server, { ingest, queries, delaysP99Ms }: TableResults): Figures {
  const figures = new Map<string, number>();
  addLoads(figures, server, ingest);
  for (const { runs } of ingest.kills.filter((one) => one.server === server)) {
    figures.set(
      'recovery',
      medianOf(runs, (run) => run.recoverySeconds),
    );
    figures.set(
      'lost-kill',
      worstOf(runs, (run) => run.lostSamples),
    );
  }
  const times = queries?.times.find((one) => one.server === server);
  if (queries && times) {
    for (const row of queries.rows) figures.set(`query-${row.id}`, rowTime(times, row, 'warm'));
    figures.set(
      'panel-p95',
      medianOf(times.runs, ({ panelMs }) => quantileOf(panelMs, 0.95)),
    );
  }
  if (server.id === 'tinyobs') figures.set('delay', median(delaysP99Ms));
  return figures;
}

function addLoads(figures: Map<string, number>, server: Server, { loads }: IngestResults): void {
  const own = loads.filter((one) => one.server === server);
  for (const { workload, runs } of own) {
    figures.set(
      `rate-${workload.id}`,
      medianOf(runs, (run) => run.samplesPerSecond / 1000),
    );
    figures.set(
      `cpu-${workload.id}`,
      medianOf(runs, (run) => run.cpuSecondsPerMillion),
    );
    figures.set(
      `memory-${workload.id}`,
      medianOf(runs, (run) => run.peakMemoryBytes / 1e6),
    );
    figures.set(
      `bytes-${workload.id}`,
      medianOf(runs, (run) => run.settledBytesPerSample),
    );
    figures.set(
      `restart-${workload.id}`,
      medianOf(runs, (run) => run.restartSeconds),
    );
  }
  const live = own.map(({ runs }) => medianOf(runs, (run) => run.liveBytesPerSample));
  if (live.length > 0) figures.set('worst-mb', (Math.max(...live) * 10_000) / 1e6);
  const compaction = own.map(({ runs }) =>
    medianOf(runs, (run) => run.compactionSecondsPerMillion ?? Number.NaN),
  );
  if (compaction.length > 0) figures.set('compaction', Math.max(...compaction));
}
