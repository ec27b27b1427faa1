import type { Exclusions } from '../deletion/exclusions.js';
import type { Piece } from '../flush/runWriter.js';
import { ENTRY_SAMPLES_MAX } from '../limits.js';
import { lowerBound, SampleBuffer } from '../query/sampleBuffer.js';
import type { RunScanner } from './runScanner.js';

/** Entries read between two looks at the clock. */
const ENTRY_STRIDE = 8;

/** Takes pieces ordered by metric, series and time. */
export interface PieceSink {
  /** Start of the window, ms. */
  readonly windowMs: number;
  add(piece: Piece): void;
}

export interface MergeOptions {
  /** One for each run, the oldest run first. */
  readonly scanners: readonly RunScanner[];
  readonly writer: PieceSink;
  readonly exclusions: Exclusions;
  /** Called every few entries with the samples read since the last call. */
  readonly breathe: (samples: number) => Promise<void> | undefined;
}

/**
 * Writes what runs hold into one: series by series, of samples of one time that of the latest run, without what is
 * excluded. Holds one entry of each run at a time.
 */
export async function mergeRuns({ scanners, writer, exclusions, breathe }: MergeOptions): Promise<void> {
  const sources = scanners.map((scanner) => new Source(scanner, exclusions));
  const output = new Output(writer);
  let entries = 0;
  let samples = 0;
  const reload = async (source: Source): Promise<void> => {
    await source.next();
    samples += source.samplesRead;
    if (++entries % ENTRY_STRIDE !== 0) return;
    const pause = breathe(samples);
    samples = 0;
    if (pause !== undefined) await pause;
  };
  for (const source of sources) await reload(source);
  for (;;) {
    const same = firstSeries(sources);
    if (same.length === 0) break;
    const { series, metric } = same[0];
    output.begin(metric, series);
    while (same.length > 0) {
      mergeStretch(same, output);
      for (let i = same.length - 1; i >= 0; i--) {
        const source = same[i];
        while (source.series === series && source.isSpent) await reload(source);
        if (source.series !== series) same.splice(i, 1);
      }
    }
    output.end();
  }
  await breathe(samples);
}

/** Sources at the lowest series of all, in the order of runs. */
function firstSeries(sources: readonly Source[]): Source[] {
  let same: Source[] = [];
  for (const source of sources) {
    if (source.series < 0) continue;
    const first = same[0];
    const order = first ? source.metric - first.metric || source.series - first.series : -1;
    if (order < 0) same = [source];
    else if (order === 0) same.push(source);
  }
  return same;
}

/** Moves samples in the order of time until the buffer of a source is spent. */
function mergeStretch(sources: readonly Source[], output: Output): void {
  while (sources.every((source) => !source.isSpent)) {
    let first = sources[0];
    for (let i = 1; i < sources.length; i++) {
      const source = sources[i];
      if (source.timeMs > first.timeMs) continue;
      if (source.timeMs === first.timeMs) first.at++;
      first = source;
    }
    const { samples, at } = first;
    first.at = lowerBound(samples.times, firstTimeBeside(first, sources), at + 1, samples.length);
    output.add(samples, at, first.at);
  }
}

/** Time up to which the samples of a source follow each other: not known, if another one was just spent. */
function firstTimeBeside(first: Source, sources: readonly Source[]): number {
  let timeMs = Number.POSITIVE_INFINITY;
  for (const source of sources) {
    if (source.isSpent) return Number.NEGATIVE_INFINITY;
    if (source !== first) timeMs = Math.min(timeMs, source.timeMs);
  }
  return timeMs;
}

/** One run, an entry at a time. */
class Source {
  readonly samples = new SampleBuffer(ENTRY_SAMPLES_MAX);
  /** The next sample of the entry. */
  at = 0;
  /** Samples of the entry before any were left out. */
  samplesRead = 0;
  readonly #scanner: RunScanner;
  readonly #exclusions: Exclusions;

  constructor(scanner: RunScanner, exclusions: Exclusions) {
    this.#scanner = scanner;
    this.#exclusions = exclusions;
  }

  /** -1 at the end of the run. */
  get series(): number {
    return this.#scanner.isDone ? -1 : this.#scanner.series;
  }

  get metric(): number {
    return this.#scanner.metric;
  }

  get timeMs(): number {
    return this.samples.times[this.at];
  }

  get isSpent(): boolean {
    return this.at === this.samples.length;
  }

  async next(): Promise<void> {
    const scanner = this.#scanner;
    const reading = scanner.next();
    if (reading !== undefined) await reading;
    this.at = 0;
    this.samplesRead = 0;
    if (scanner.isDone) return;
    scanner.readInto(this.samples);
    this.samplesRead = this.samples.length;
    const { id, deletedSeq } = scanner.run;
    this.#exclusions.removeFrom(this.samples, scanner.series, { run: id.run, deletedSeq });
  }
}

/** Cuts what comes in into entries. */
class Output {
  readonly #writer: PieceSink;
  readonly #piece: Piece & { count: number; metric: number; series: number } = {
    metric: 0,
    series: 0,
    count: 0,
    offsets: new Uint32Array(ENTRY_SAMPLES_MAX),
    words: new Uint32Array(2 * ENTRY_SAMPLES_MAX),
  };

  constructor(writer: PieceSink) {
    this.#writer = writer;
  }

  begin(metric: number, series: number): void {
    this.#piece.metric = metric;
    this.#piece.series = series;
  }

  add(samples: SampleBuffer, from: number, to: number): void {
    const { offsets, words } = this.#piece;
    const { windowMs } = this.#writer;
    for (let at = from; at < to; ) {
      const count = Math.min(to - at, ENTRY_SAMPLES_MAX - this.#piece.count);
      const start = this.#piece.count;
      for (let i = 0; i < count; i++) offsets[start + i] = samples.times[at + i] - windowMs;
      words.set(samples.words.subarray(2 * at, 2 * (at + count)), 2 * start);
      this.#piece.count += count;
      at += count;
      if (this.#piece.count === ENTRY_SAMPLES_MAX) this.end();
    }
  }

  end(): void {
    if (this.#piece.count > 0) this.#writer.add(this.#piece);
    this.#piece.count = 0;
  }
}
