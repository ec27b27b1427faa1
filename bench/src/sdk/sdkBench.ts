import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { BenchResult } from '../bench.js';
import type { Say } from '../benchRun.js';
import { withDataFolder } from '../dataFolder.js';
import { describeMachine } from '../machine.js';
import type { Options } from '../options.js';
import { renderReport } from '../report.js';
import { startPushTarget } from '../sdkHosts/pushTarget.js';
import {
  type Figures,
  FLUSHED,
  type FlushSetup,
  type Holds,
  LIBRARIES,
  type LibraryName,
  PARTS,
  type Part,
  PLACES,
} from './figures.js';
import { collectionTable, flushTable, memoryTable, speedTable } from './sdkReport.js';

const MEASURE = fileURLToPath(new URL('./measureLibrary.js', import.meta.url));
const MEASURE_FLUSHES = fileURLToPath(new URL('./measureFlushes.js', import.meta.url));
const FULL = { series: 10_000, calls: 20_000 };
const SMALL = { series: 100, calls: 500 };

/** The SDK beside the libraries it is chosen over, each part of each in processes of its own, in turns. */
export async function runSdk(say: Say, options: Options): Promise<BenchResult> {
  const scale = options.isSmall ? SMALL : FULL;
  const runs = new Map<LibraryName, Figures[]>(LIBRARIES.map((library) => [library, []]));
  for (let run = 1; run <= options.runs; run++) {
    for (const library of LIBRARIES) {
      say(`run ${run} of ${options.runs}: ${library} …`);
      runs.get(library)?.push(await measure(library, scale));
    }
  }
  const setups = FLUSHED.flatMap((series) => PLACES.map((place) => ({ series, place })));
  const flushes = new Map<FlushSetup, Holds[]>(setups.map((setup) => [setup, []]));
  for (let run = 1; run <= options.runs; run++) {
    for (const setup of setups) {
      say(`run ${run} of ${options.runs}: flushes of ${setup.series} into ${setup.place} …`);
      flushes.get(setup)?.push(await measureFlushes(setup, scale));
    }
  }
  const report = renderReport({
    title: 'The SDK beside prom-client and OpenTelemetry',
    machine: describeMachine(),
    command: options.command,
    isSmall: options.isSmall,
    notes: [
      `Each library is measured in processes of its own, one after the other, in turns; medians of ${options.runs} runs. A call is timed in the quickest of 60 rounds, collections in processor time, so that other load of the machine is left out. Labels are given as an app gives them, in an object made for the call. Histograms have the same 11 buckets everywhere. “Bound” is what \`labels()\` gives; OpenTelemetry has nothing such, so its calls with labels stand beside it.`,
      'A first flush runs code that is not compiled yet, and every series in it is preceded by a zero sample; in a process of its own each time. The server answers at once and stores nothing, the TinyObs stores with a sync for each batch.',
    ],
    tables: [speedTable(runs), memoryTable(runs), collectionTable(runs), flushTable(flushes)],
  });
  return { report };
}

async function measure(library: LibraryName, scale: { series: number; calls: number }): Promise<Figures> {
  const measured: Partial<Record<Part, unknown>> = {};
  for (const part of PARTS) {
    const args = ['--expose-gc', MEASURE, library, part, String(scale.series), String(scale.calls)];
    const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 24 });
    // JSON has no NaN; it is null there.
    measured[part] = JSON.parse(stdout, (_key, value) => (value === null ? Number.NaN : value));
  }
  return measured as unknown as Figures;
}

/** Flushes of a client in a process of its own, one after the other. */
async function measureFlushes({ series, place }: FlushSetup, scale: { series: number }): Promise<Holds> {
  const measureInto = async (where: string) => {
    const args = [MEASURE_FLUSHES, series, String(scale.series), where];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    return JSON.parse(stdout) as Holds;
  };
  if (place !== 'a server') return withDataFolder(measureInto);
  const target = await startPushTarget('well');
  try {
    return await measureInto(target.url);
  } finally {
    target.close();
  }
}
