import type { BenchResult } from '../bench.js';
import { BenchRun, type Say } from '../benchRun.js';
import { withDataFolder } from '../dataFolder.js';
import { failureNotes } from '../failureNotes.js';
import type { Lanes } from '../ingest/lanes.js';
import { labelsOf } from '../ingest/madeSeries.js';
import { measureSending, type SendingFigures } from '../ingest/measureLoad.js';
import { made, type Workload } from '../ingest/workloads.js';
import type { Options } from '../options.js';
import { measureWarm, type RowTimes, warmMs } from '../query/measurePanel.js';
import type { PanelRow } from '../query/panel.js';
import { TINYOBS, withServer } from '../servers.js';
import { growthImages, growthPageText, growthReport } from './growthReport.js';

/** What a size takes on some machine, seconds. */
const SIZE_SECONDS = 30;
const MINUTE_MS = 60_000;

/** About six million samples each, which is more than the heads hold. */
const SIZES: readonly (readonly [series: number, steps: number])[] = [
  [1000, 5760],
  [10_000, 600],
  [100_000, 60],
  [1_000_000, 6],
];
const SMALL_SIZES: typeof SIZES = [
  [100, 200],
  [1000, 60],
  [10_000, 12],
];

export interface GrowthFigures extends SendingFigures {
  /** Warm, from blocks, without a cache of results. */
  readonly times: RowTimes;
}

export interface GrowthSize {
  readonly seriesCount: number;
  readonly workload: Workload;
  readonly runs: readonly (GrowthFigures | undefined)[];
}

export const GROWTH_ROWS: readonly PanelRow[] = [
  row('instant', 'instant of one series', { query: selectorOfOne() }),
  row('rate', 'sum(rate()) over one metric, 15 min at 15 s', {
    query: 'sum(rate(http_requests_total[1m]))',
    range: { spanMs: 15 * MINUTE_MS, stepMs: 15_000 },
  }),
  row('sum-by', 'sum by (method, status) of all', {
    query: 'sum by (method, status) ({job="shop",namespace="production"})',
  }),
];

/** What a sample, memory and queries cost as there are more series. */
export async function runGrowth(say: Say, options: Options): Promise<BenchResult> {
  const sizes = options.isSmall ? SMALL_SIZES : SIZES;
  const run = new BenchRun(say, sizes.length * options.runs * SIZE_SECONDS);
  const measured: GrowthSize[] = [];
  for (const [seriesCount, steps] of sizes) {
    const workload = made(String(seriesCount), seriesCount, steps);
    run.say(`${workload.name}: building the bodies …`);
    const lanes = workload.build(Date.now());
    const runs: (GrowthFigures | undefined)[] = [];
    for (let round = 1; round <= options.runs; round++) {
      const part = { name: `${workload.name}, run ${round}`, weight: SIZE_SECONDS };
      runs.push(await run.attempt(part, () => measure(lanes, options.isSmall), describe));
    }
    measured.push({ seriesCount, workload, runs });
  }
  return {
    report: growthReport(measured, options, failureNotes(run.failures)),
    pageText: growthPageText(measured, options),
    images: growthImages(measured),
    hasFailed: run.hasFailed,
  };
}

function measure(lanes: Lanes, isSmall: boolean): Promise<GrowthFigures> {
  return withDataFolder((folder) =>
    withServer(TINYOBS, folder, async (running) => {
      const sent = await measureSending(running, lanes);
      await TINYOBS.settle(running, folder);
      const panel = { endMs: lanes.sent.endMs, rows: GROWTH_ROWS, warmMs: warmMs(isSmall) };
      const times = await measureWarm(TINYOBS, running, panel);
      await running.process.stop();
      return { ...sent, times };
    }),
  );
}

function describe({ cpuSecondsPerMillion, peakMemoryBytes, times }: GrowthFigures): string {
  const queries = [...times].map(([{ id }, ms]) => `${id} ${ms.toFixed(1)} ms`).join(', ');
  return `${cpuSecondsPerMillion.toFixed(2)} CPU-s per million, ${(peakMemoryBytes / 1e6).toFixed(0)} MB, ${queries}`;
}

function row(id: string, what: string, question: PanelRow['questions'][number]): PanelRow {
  return { id, what, questions: [question], connections: 1 };
}

/** All labels of the first series, which every size has. */
function selectorOfOne(): string {
  const [name, ...rest] = Array.from({ length: labelsOf(0).size }, (_, i) =>
    labelsOf(0).flat.slice(2 * i, 2 * i + 2),
  );
  return `${name[1]}{${rest.map(([label, value]) => `${label}="${value}"`).join(',')}}`;
}
