import type { RunScanner } from '../compaction/runScanner.js';
import type { Exclusions } from '../deletion/exclusions.js';
import type { RunWriter } from '../flush/runWriter.js';
import { appendGroup, GROUP_PIECES, type ReadPiece, writeBuckets } from './bucketPieces.js';
import { Buckets } from './buckets.js';

/** Series between two looks at the clock. */
const SERIES_STRIDE = 8;

export interface RollupMergeOptions {
  /** One for each run, in any order: no two of them have buckets of one time. */
  readonly scanners: readonly RunScanner[];
  readonly writer: RunWriter;
  readonly exclusions: Exclusions;
  /** Called every few series with the values read since the last call. */
  readonly breathe: (samples: number) => Promise<void> | undefined;
}

/**
 * Writes what rollup runs hold into one, series by series. Buckets that a deletion touches are left out whole.
 *
 * @throws TinyObsError `store_corrupt`
 */
export async function mergeRollups(options: RollupMergeOptions): Promise<void> {
  const { writer, exclusions, breathe } = options;
  const sources = [...options.scanners]
    .sort((a, b) => a.run.id.windowMs - b.run.id.windowMs || a.run.minMs - b.run.minMs)
    .map((scanner) => new Source(scanner));
  const buckets = new Buckets();
  let count = 0;
  let samples = 0;
  for (const source of sources) await source.begin();
  for (;;) {
    const first = firstOf(sources);
    if (!first) break;
    const { series, metric } = first;
    for (const source of sources) {
      if (source.series !== series) continue;
      const part = await source.takeSeries();
      samples += GROUP_PIECES * part.length;
      const { id, deletedSeq } = source.run;
      exclusions.removeBuckets(part, series, { run: id.run, deletedSeq });
      buckets.append(part, 0, part.length);
    }
    if (buckets.length > 0) writeBuckets(buckets, { metric, series }, writer);
    buckets.length = 0;
    if (++count % SERIES_STRIDE !== 0) continue;
    const pause = breathe(samples);
    samples = 0;
    if (pause !== undefined) await pause;
  }
  await breathe(samples);
}

/** The source at the lowest series of all. */
function firstOf(sources: readonly Source[]): Source | undefined {
  let first: Source | undefined;
  for (const source of sources) {
    if (source.series < 0) continue;
    if (
      !first ||
      source.metric - first.metric < 0 ||
      (source.metric === first.metric && source.series < first.series)
    ) {
      first = source;
    }
  }
  return first;
}

/** One run, a series at a time. */
class Source {
  readonly #scanner: RunScanner;
  readonly #buckets = new Buckets();

  constructor(scanner: RunScanner) {
    this.#scanner = scanner;
  }

  get run(): RunScanner['run'] {
    return this.#scanner.run;
  }

  /** -1 at the end of the run. */
  get series(): number {
    return this.#scanner.isDone ? -1 : this.#scanner.series;
  }

  get metric(): number {
    return this.#scanner.metric;
  }

  async begin(): Promise<void> {
    await this.#scanner.next();
  }

  /** The buckets of the series, valid until the next call; goes to the next series. */
  async takeSeries(): Promise<Buckets> {
    const scanner = this.#scanner;
    const { series } = scanner;
    this.#buckets.length = 0;
    let group: ReadPiece[] = [];
    while (!scanner.isDone && scanner.series === series) {
      group.push(scanner.readPiece());
      if (group.length === GROUP_PIECES) {
        const pieces = group;
        scanner.sane(() => appendGroup(pieces, this.#buckets));
        group = [];
      }
      const reading = scanner.next();
      if (reading !== undefined) await reading;
    }
    if (group.length > 0) scanner.missing();
    return this.#buckets;
  }
}
