import type { ErrorCode } from './errors.js';
import { setStaleAt, wordsOf } from './floatBits.js';
import { decodeLabels, LabelCursor, writeLabels } from './labelBytes.js';
import type { Labels } from './labels.js';

export type MetricType = 'counter' | 'gauge' | 'histogram' | 'summary' | 'unknown';

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

/**
 * Samples on their way into a store, in columns: what every decoder fills and every `append` takes.
 *
 * Series are canonical label bytes (see `labelBytes.ts`) in one arena; series i is
 * `arena[seriesStarts[i] .. seriesStarts[i + 1]]`. Sample j belongs to series `sampleSeries[j]`, has time
 * `times[j]` (ms since the epoch, a safe integer) and value `values[j]`, and came from row `rows[j]` of the
 * request (an index or a line, whatever the format counts), by which refusals name it. The same series may
 * occur several times. Arrays are longer than what they hold: read `seriesCount` and `sampleCount`.
 *
 * A batch is reused after `clear()`; whoever is given one may read it until the promise they return settles.
 */
export class WriteBatch {
  arena = new Uint8Array(4096);
  seriesStarts = new Uint32Array(65);
  seriesCount = 0;

  sampleSeries = new Uint32Array(64);
  rows = new Uint32Array(64);
  times = new Float64Array(64);
  values = new Float64Array(64);
  sampleCount = 0;

  readonly metadata: MetricMetadata[] = [];
  readonly exemplars: Exemplar[] = [];

  #words = wordsOf(this.values);

  clear(): void {
    this.seriesCount = 0;
    this.sampleCount = 0;
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
    if (this.seriesCount + 2 > this.seriesStarts.length) {
      const grown = new Uint32Array(this.seriesStarts.length * 2);
      grown.set(this.seriesStarts);
      this.seriesStarts = grown;
    }
    this.seriesStarts[this.seriesCount + 1] = end;
    return this.seriesCount++;
  }

  addSample(series: number, timeMs: number, value: number, row: number): void {
    const index = this.#nextSample(series, timeMs, row);
    this.values[index] = value;
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

  /** Labels of a series as an object: for messages and tests, not for the way in. */
  labelsOf(series: number): Labels {
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

/** What became of a batch: samples not listed were accepted. Sparse: a refused sample costs two numbers. */
export interface Verdicts {
  /** Samples stored, by the promise of the store's durability. */
  readonly accepted: number;
  /** Rows of refused samples, ascending; `refusedCodes[i]` says why `refusedRows[i]` was refused. */
  readonly refusedRows: readonly number[];
  readonly refusedCodes: readonly ErrorCode[];
}
