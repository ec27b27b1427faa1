import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { BenchResult } from '../bench.js';
import type { Say } from '../benchRun.js';
import { describeMachine } from '../machine.js';
import type { Options } from '../options.js';
import { renderReport } from '../report.js';
import { type Figures, LIBRARIES, type LibraryName, PARTS, type Part } from './figures.js';
import { collectionTable, memoryTable, speedTable } from './sdkReport.js';

const MEASURE = fileURLToPath(new URL('./measureLibrary.js', import.meta.url));
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
  const report = renderReport({
    title: 'The SDK beside prom-client and OpenTelemetry',
    machine: describeMachine(),
    command: options.command,
    isSmall: options.isSmall,
    notes: [
      `Each library is measured in processes of its own, one after the other, in turns; medians of ${options.runs} runs. A call is timed in the quickest of 60 rounds, collections in processor time, so that other load of the machine is left out. Labels are given as an app gives them, in an object made for the call. Histograms have the same 11 buckets everywhere. “Bound” is what \`labels()\` gives; OpenTelemetry has nothing such, so its calls with labels stand beside it.`,
    ],
    tables: [speedTable(runs), memoryTable(runs), collectionTable(runs)],
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
