import { assert, type ErrorCode } from './errors.js';
import { setStaleAt, wordsOf } from './floatBits.js';
import { decodeLabels, LabelCursor, writeLabels } from './labelBytes.js';
import type { Labels } from './labels.js';

export type MetricType =
  | 'counter'
  | 'gauge'
  | 'histogram'
  | 'gaugehistogram'
  | 'summary'
  | 'info'
  | 'stateset'
  | 'unknown';

/** What is known of a metric family; an empty text means not known. */
export interface MetricMetadata {
  readonly metric: string;
  readonly type: MetricType;
  readonly help: string;
  readonly unit: string;
}

export interface Exemplar {
  /** Index of a series of the batch. */
  readonly series: number;
  readonly labels: Labels;
  readonly value: number;
  readonly timeMs: number;
}

/** The row of samples that no row of a request stands for, see `WriteBatch.addStart`. */
export const NO_ROW = 0xffff_ffff;

/**
 * Samples on their way into a store, in columns: what every decoder fills and every `append` takes.
 *
 * Series are canonical label bytes (see `labelBytes.ts`) in one arena; series i is
 * `arena[seriesStarts[i] .. seriesStarts[i + 1]]`. Sample j belongs to series `sampleSeries[j]`, has time
 * `times[j]` (ms since the epoch, a safe integer) and value `values[j]`, and came from row `rows[j]` of the
 * request (an index or a line, whatever the format counts), by which refusals name it. The same series may
 * occur several times. Arrays are longer than what they hold: read `seriesCount` and `sampleCount`.
 *
 * A store that takes a batch gives each series it keeps its reference, a number above 0. A later batch for the
 * same store may name a series by `references[i]` alone, without label bytes, if its `numbering` is that of the
 * store when the batch is begun, and was when the reference was given.
 *
 * A batch is reused after `clear()`; whoever is given one may read it until the promise they return settles.
 */
export class WriteBatch {
  arena = new Uint8Array(4096);
  seriesStarts = new Uint32Array(65);
  /** By which the store knows each series; 0 where it has not said so. */
  references = new Uint32Array(64);
  /** Stands for what the references mean: a store that is opened again may number anew. */
  numbering: object | undefined;
  seriesCount = 0;

  sampleSeries = new Uint32Array(64);
  rows = new Uint32Array(64);
  times = new Float64Array(64);
  values = new Float64Array(64);
  sampleCount = 0;
  /** Samples that `addStart` added, whether or not they are still there. */
  startCount = 0;

  readonly metadata: MetricMetadata[] = [];
  readonly exemplars: Exemplar[] = [];

  #words = wordsOf(this.values);

  clear(): void {
    this.seriesCount = 0;
    this.numbering = undefined;
    this.sampleCount = 0;
    this.startCount = 0;
    this.metadata.length = 0;
    this.exemplars.length = 0;
  }

  get arenaLength(): number {
    return this.seriesStarts[this.seriesCount];
  }

  addSeries(labels: Labels): number {
    let capacity = 0;
    for (const text of labels.flat) capacity += 5 + text.length * 3;
    const start = this.reserveArena(capacity);
    return this.commitSeries(writeLabels(labels, this.arena, start));
  }

  /** Room for `sizeBytes` of canonical label bytes at the returned offset of `arena`; then `commitSeries`. */
  reserveArena(sizeBytes: number): number {
    const start = this.arenaLength;
    if (start + sizeBytes > this.arena.length) {
      const grown = new Uint8Array(Math.max(this.arena.length * 2, start + sizeBytes));
      grown.set(this.arena.subarray(0, start));
      this.arena = grown;
    }
    return start;
  }

  /** Ends the series whose bytes were written from the last reserved offset up to `end`; returns its index. */
  commitSeries(end: number): number {
    if (this.seriesCount === this.references.length) this.#growSeries(this.seriesCount + 1);
    this.seriesStarts[this.seriesCount + 1] = end;
    this.references[this.seriesCount] = 0;
    return this.seriesCount++;
  }

  /** Adds series by their references and samples of them, with rows counted from `firstRow` on. */
  addKnown(columns: KnownColumns): void {
    const { references, seriesCount, sampleCount, firstRow } = columns;
    const series = this.seriesCount;
    if (series + seriesCount > this.references.length) this.#growSeries(series + seriesCount);
    this.references.set(references.subarray(0, seriesCount), series);
    this.seriesStarts.fill(this.arenaLength, series + 1, series + seriesCount + 1);
    this.seriesCount += seriesCount;

    const sample = this.sampleCount;
    while (sample + sampleCount > this.sampleSeries.length) this.#growSamples();
    this.sampleSeries.set(columns.sampleSeries.subarray(0, sampleCount), sample);
    this.times.set(columns.times.subarray(0, sampleCount), sample);
    this.#words.set(columns.words.subarray(0, 2 * sampleCount), 2 * sample);
    for (let i = 0; i < sampleCount; i++) this.rows[sample + i] = firstRow + i;
    this.sampleCount += sampleCount;
  }

  addSample(series: number, timeMs: number, value: number, row: number): void {
    const index = this.#nextSample(series, timeMs, row);
    this.values[index] = value;
  }

  /**
   * Says that what the next sample of the series counts began at zero at this time: to be called right before that
   * sample is added. It makes a sample of value 0 and of `NO_ROW`; whoever takes the batch in keeps it where it
   * belongs into the series, and tells nobody what became of it.
   */
  addStart(series: number, startMs: number): void {
    this.addSample(series, startMs, 0, NO_ROW);
    this.startCount++;
  }

  addStaleMarker(series: number, timeMs: number, row: number): void {
    setStaleAt(this.#words, this.#nextSample(series, timeMs, row));
  }

  /** A sample whose double is given by its words, so that a NaN keeps its payload. */
  addSampleWords(series: number, timeMs: number, low: number, high: number, row: number): void {
    const index = this.#nextSample(series, timeMs, row);
    this.#words[2 * index] = low;
    this.#words[2 * index + 1] = high;
  }

  /** The samples' values as words, valid until the next sample is added. */
  get valueWords(): Uint32Array {
    return this.#words;
  }

  /** Whether the labels of a series are not in the batch: the store knows them by its reference. */
  isByReference(series: number): boolean {
    return this.references[series] !== 0 && this.seriesStarts[series] === this.seriesStarts[series + 1];
  }

  /** Labels of a series as an object: for messages and tests, not for the way in. Not for one by reference. */
  labelsOf(series: number): Labels {
    assert(!this.isByReference(series), 'the labels of a series are asked of who knows them');
    return decodeLabels(this.arena, this.seriesStarts[series], this.seriesStarts[series + 1]);
  }

  labelCursor(series: number): LabelCursor {
    return new LabelCursor(this.arena, this.seriesStarts[series], this.seriesStarts[series + 1]);
  }

  /** Keeps only the samples that `wanted` passes, in order. Series stay. */
  retainSamples(wanted: (sample: number) => boolean): void {
    let kept = 0;
    for (let sample = 0; sample < this.sampleCount; sample++) {
      if (!wanted(sample)) continue;
      if (kept !== sample) this.#moveSample(sample, kept);
      kept++;
    }
    this.sampleCount = kept;
  }

  #moveSample(from: number, to: number): void {
    this.sampleSeries[to] = this.sampleSeries[from];
    this.rows[to] = this.rows[from];
    this.times[to] = this.times[from];
    this.#words[2 * to] = this.#words[2 * from];
    this.#words[2 * to + 1] = this.#words[2 * from + 1];
  }

  #nextSample(series: number, timeMs: number, row: number): number {
    if (this.sampleCount === this.sampleSeries.length) this.#growSamples();
    const index = this.sampleCount++;
    this.sampleSeries[index] = series;
    this.times[index] = timeMs;
    this.rows[index] = row;
    return index;
  }

  #growSeries(countMin: number): void {
    const capacity = Math.max(countMin, this.references.length * 2);
    const references = new Uint32Array(capacity);
    references.set(this.references);
    this.references = references;
    const seriesStarts = new Uint32Array(capacity + 1);
    seriesStarts.set(this.seriesStarts);
    this.seriesStarts = seriesStarts;
  }

  #growSamples(): void {
    const capacity = this.sampleSeries.length * 2;
    const sampleSeries = new Uint32Array(capacity);
    sampleSeries.set(this.sampleSeries);
    this.sampleSeries = sampleSeries;
    const rows = new Uint32Array(capacity);
    rows.set(this.rows);
    this.rows = rows;
    const times = new Float64Array(capacity);
    times.set(this.times);
    this.times = times;
    const values = new Float64Array(capacity);
    const words = wordsOf(values);
    words.set(this.#words);
    this.values = values;
    this.#words = words;
  }
}

/** Series by their references and their samples, in columns that may be longer than what they hold. */
export interface KnownColumns {
  readonly references: Uint32Array;
  readonly seriesCount: number;
  /** Index in the batch of each sample's series. */
  readonly sampleSeries: Uint32Array;
  readonly times: Float64Array;
  /** The values' words, two a sample. */
  readonly words: Uint32Array;
  readonly sampleCount: number;
  readonly firstRow: number;
}

/** What became of a batch: samples not listed were accepted. Sparse: a refused sample costs two numbers. */
export interface Verdicts {
  /** Samples stored, by the promise of the store's durability. */
  readonly accepted: number;
  /** Exemplars kept. */
  readonly exemplars: number;
  /** Rows of refused samples, ascending; `refusedCodes[i]` says why `refusedRows[i]` was refused. */
  readonly refusedRows: readonly number[];
  readonly refusedCodes: readonly ErrorCode[];
}
