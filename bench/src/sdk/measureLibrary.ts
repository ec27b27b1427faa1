import { median } from '../statistics.js';
import { type Collection, type LibraryName, type Part, type Timing, WAYS, type Way } from './figures.js';
import { labelSets, routes } from './labelSets.js';
import { KINDS, type Kind, type Library, type Operation } from './library.js';
import { cpuMs, longestHoldDuring } from './longestHold.js';
import { OpenTelemetryLibrary } from './openTelemetryLibrary.js';
import { PromClientLibrary } from './promClientLibrary.js';
import { TinyobsLibrary } from './tinyobsLibrary.js';

const CREATE: Readonly<Record<LibraryName, () => Library>> = {
  '@tinyobs/sdk': () => new TinyobsLibrary(),
  'prom-client': () => new PromClientLibrary(),
  '@opentelemetry/sdk-metrics': () => new OpenTelemetryLibrary(),
};

const ROUNDS = 60;
const COLLECTIONS = 9;

/**
 * Measures a part of one library, in a process that does nothing else, and writes it as JSON. Arguments: the
 * library, the part, the number of series, the calls in a round. Needs --expose-gc.
 */
const [name, part, series, calls] = process.argv.slice(2);
const measured = await measure(CREATE[name as LibraryName](), part as Part, Number(series), Number(calls));
process.stdout.write(JSON.stringify(measured));
// What is collected once an hour would go on.
process.exit(0);

async function measure(library: Library, what: Part, seriesCount: number, callCount: number) {
  if (what === 'timings') return measureTimings(library, seriesCount, callCount);
  if (what === 'collections') return measureCollections(library, seriesCount);
  return measureSeriesBytes(library, what === 'counterSeriesBytes' ? 'inc' : 'observe', seriesCount);
}

function measureTimings(library: Library, seriesCount: number, callCount: number): Timing[] {
  const timings: Timing[] = [];
  for (const kind of KINDS) {
    for (const way of WAYS) {
      for (const count of way === 'no labels' ? [1] : [1, seriesCount]) {
        const operation = operationOf(library, kind, { way, count });
        const nanoseconds =
          operation === undefined ? Number.NaN : timeOf(operation, { count, calls: callCount });
        timings.push({ kind, way, series: count, nanoseconds });
      }
    }
  }
  return timings;
}

function operationOf(
  library: Library,
  kind: Kind,
  { way, count }: { way: Way; count: number },
): Operation | undefined {
  if (way === 'no labels') return library.bare(kind);
  if (way === '1 label') return library.one(kind, routes(count));
  return way === '3 labels' ? library.three(kind, labelSets(count)) : library.bound(kind, labelSets(count));
}

/** Nanoseconds of a call in the quickest of many short rounds, which are those that other processes left alone. */
function timeOf(operation: Operation, { count, calls }: { count: number; calls: number }): number {
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const started = process.hrtime.bigint();
    for (let call = 0, i = 0; call < calls; call++) {
      operation(i);
      i = i + 1 === count ? 0 : i + 1;
    }
    rounds.push(Number(process.hrtime.bigint() - started) / calls);
  }
  return Math.min(...rounds);
}

/** Memory in use for each series of three labels, in the heap and beside it. */
function measureSeriesBytes(library: Library, kind: Kind, count: number): number {
  const sets = labelSets(count);
  const operation = library.three(kind, sets);
  operation(0);
  const before = usedBytes();
  for (let i = 1; i < count; i++) operation(i);
  const bytes = (usedBytes() - before) / (count - 1);
  // Whatever is measured is held until here.
  operation(0);
  return bytes;
}

function usedBytes(): number {
  for (let i = 0; i < 3; i++) globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function measureCollections(library: Library, count: number): Promise<Collection[]> {
  const sets = labelSets(count);
  fill(library.three('inc', sets), count);
  const counters = await collectOften(library, 'counters');
  fill(library.three('observe', sets), count);
  return [counters, await collectOften(library, 'counters and as many histograms')];
}

function fill(operation: Operation, count: number): void {
  for (let i = 0; i < count; i++) operation(i);
}

/** How long many take, one after the other; the first runs code that is not compiled yet. */
async function collectOften(library: Library, of: string): Promise<Collection> {
  const times: number[] = [];
  const holds: number[] = [];
  for (let i = 0; i < COLLECTIONS; i++) {
    const started = cpuMs();
    holds.push(await longestHoldDuring(() => library.collect()));
    times.push(cpuMs() - started);
  }
  return { of, milliseconds: median(times), holdMs: median(holds), worstHoldMs: Math.max(...holds) };
}
