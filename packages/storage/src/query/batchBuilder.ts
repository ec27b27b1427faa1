import type { SeriesBatch, TimeRange } from '@tinyobs/model';
import { readValueColumn } from '../block/valueColumn.js';
import type { Exclusions } from '../deletion/exclusions.js';
import { corrupt } from '../kv/seal.js';
import type { HeadReader } from './headReader.js';
import type { RunPieces } from './runPieces.js';
import { senseless } from './runReader.js';
import { lowerBound, mergeInto, SampleBuffer } from './sampleBuffer.js';
import type { SeriesColumns } from './seriesColumns.js';

/** Buffers begin small, as many queries are about single samples. */
const BUFFER_SAMPLES = 16;

/**
 * Puts the samples of series after series into one batch, cut to a range. Usually the parts of a series follow
 * each other in time: then they are decoded to their places. Else they are merged, of equal times the later
 * written winning.
 */
export class BatchBuilder {
  readonly #range: TimeRange;
  readonly #exclusions: Exclusions;
  readonly #columns: SeriesColumns;
  readonly #merged = new SampleBuffer(BUFFER_SAMPLES);
  readonly #part = new SampleBuffer(BUFFER_SAMPLES);
  readonly #scratch = new SampleBuffer(BUFFER_SAMPLES);

  /** Builds into `columns`, whose memory may come from an earlier query. */
  constructor(range: TimeRange, exclusions: Exclusions, columns: SeriesColumns) {
    this.#range = range;
    this.#exclusions = exclusions;
    this.#columns = columns;
    columns.reset();
  }

  get count(): number {
    return this.#columns.count;
  }

  reset(): void {
    this.#columns.reset();
  }

  /** The batch so far, valid until the next change. */
  view(): SeriesBatch {
    return this.#columns.view();
  }

  /**
   * Adds a series, which every run has been asked for; they are ordered by window and number, heads from the
   * oldest. It is left out when nothing is in the range.
   */
  addSeries(id: number, runs: readonly RunPieces[], heads: readonly HeadReader[]): void {
    const columns = this.#columns;
    columns.begin(id);
    if (!this.#exclusions.names(id) && this.#addInOrder(id, runs, heads)) {
      columns.end();
      return;
    }
    columns.cancel();
    this.#merge(id, runs, heads);
    columns.begin(id);
    columns.appendSamples(this.#merged);
    columns.end();
  }

  /** Adds the latest sample of a series only. */
  addLatest(id: number, runs: readonly RunPieces[], heads: readonly HeadReader[]): void {
    if (this.#exclusions.names(id)) this.#merge(id, runs, heads);
    else this.#findLatest(id, runs, heads);
    if (this.#merged.length === 0) return;
    this.#columns.begin(id);
    this.#columns.appendLast(this.#merged);
    this.#columns.end();
  }

  /** False, with some of the samples added, when they do not simply follow each other. */
  #addInOrder(id: number, runs: readonly RunPieces[], heads: readonly HeadReader[]): boolean {
    const { minMs, maxMs } = this.#range;
    const columns = this.#columns;
    let lastMs = Number.NEGATIVE_INFINITY;
    for (const pieces of runs) {
      for (let piece = pieces.from; piece < pieces.to; piece++) {
        const times = pieces.times[piece];
        const from = lowerBound(times, minMs, 0, times.length);
        const to = lowerBound(times, maxMs + 1, from, times.length);
        if (from === to) continue;
        if (times[from] <= lastMs) return false;
        lastMs = times[to - 1];
        columns.reserveValues(times.length);
        decode(pieces, piece, columns);
        columns.takeValues(times, from, to);
      }
    }
    for (const head of heads) {
      this.#part.length = 0;
      head.read(id, this.#part);
      if (this.#part.length === 0) continue;
      if (this.#part.times[0] <= lastMs) return false;
      lastMs = this.#part.times[this.#part.length - 1];
      columns.appendSamples(this.#part);
    }
    return true;
  }

  #merge(id: number, runs: readonly RunPieces[], heads: readonly HeadReader[]): void {
    if (!this.#mergePieces(id, runs)) {
      const byNumber = [...runs].sort((a, b) => a.run.id.run - b.run.id.run);
      this.#mergePieces(id, byNumber);
    }
    for (const head of heads) {
      this.#part.length = 0;
      head.read(id, this.#part);
      this.#exclusions.removeFrom(this.#part, id, head.origin);
      if (this.#part.length > 0) this.#place();
    }
  }

  /**
   * Merges the pieces in their order. False when a piece of an earlier run would be merged over a later run's:
   * only where windows of different widths overlap. In the order of runs it is never false.
   */
  #mergePieces(id: number, runs: readonly RunPieces[]): boolean {
    this.#merged.length = 0;
    let latestRun = -1;
    for (const pieces of runs) {
      for (let piece = pieces.from; piece < pieces.to; piece++) {
        if (!this.#decodePart(id, pieces, piece)) continue;
        const { run } = pieces.origin;
        if (run < latestRun && this.#overlaps()) return false;
        latestRun = Math.max(latestRun, run);
        this.#place();
      }
    }
    return true;
  }

  /** Decodes what is in the range into the part; false when nothing is. */
  #decodePart(id: number, pieces: RunPieces, piece: number): boolean {
    const times = pieces.times[piece];
    const from = lowerBound(times, this.#range.minMs, 0, times.length);
    const to = lowerBound(times, this.#range.maxMs + 1, from, times.length);
    if (from === to) return false;
    const part = this.#part;
    part.length = 0;
    part.reserve(times.length);
    decode(pieces, piece, { values: part.values, valuesEnd: 0 });
    part.times.set(times.subarray(from, to));
    part.words.copyWithin(0, 2 * from, 2 * to);
    part.length = to - from;
    this.#exclusions.removeFrom(part, id, pieces.origin);
    return part.length > 0;
  }

  /** Leaves the latest sample, the last written of equal ones, as the only one of the merged; or none. */
  #findLatest(id: number, runs: readonly RunPieces[], heads: readonly HeadReader[]): void {
    const found = this.#merged;
    found.length = 0;
    found.reserve(1);
    for (let i = heads.length - 1; i >= 0; i--) {
      const timeMs = heads[i].latestTime(id);
      if (found.length > 0 && !(timeMs > found.times[0])) continue;
      if (timeMs > Number.NEGATIVE_INFINITY) heads[i].readLatest(found);
    }
    let run = found.length > 0 ? Number.POSITIVE_INFINITY : -1;
    for (const pieces of runs) {
      for (let piece = pieces.from; piece < pieces.to; piece++) {
        const times = pieces.times[piece];
        const place = lowerBound(times, this.#range.maxMs + 1, 0, times.length) - 1;
        if (place < 0 || times[place] < this.#range.minMs) continue;
        const isLater = found.length === 0 || times[place] > found.times[0];
        if (!isLater && (times[place] < found.times[0] || pieces.origin.run < run)) continue;
        run = pieces.origin.run;
        found.times[0] = times[place];
        found.length = 1;
        this.#readValue(pieces, { piece, place }, found.words);
      }
    }
  }

  /** Makes the value at a place of a piece the first of `words`. */
  #readValue(
    pieces: RunPieces,
    { piece, place }: { readonly piece: number; readonly place: number },
    words: Uint32Array,
  ): void {
    const { length } = pieces.times[piece];
    const { lastValues } = pieces.blocks[piece];
    const entry = pieces.entries[piece];
    const isLast = place === length - 1;
    if (isLast && lastValues.read(entry, words)) return;
    this.#part.reserve(length);
    decode(pieces, piece, { values: this.#part.values, valuesEnd: 0 });
    words[0] = this.#part.words[2 * place];
    words[1] = this.#part.words[2 * place + 1];
    if (isLast) lastValues.keep(entry, words);
  }

  #overlaps(): boolean {
    const { times, length } = this.#merged;
    return length > 0 && this.#part.times[0] <= times[length - 1];
  }

  #place(): void {
    if (this.#overlaps()) mergeInto(this.#merged, 0, this.#part, this.#scratch);
    else this.#merged.append(this.#part, 0, this.#part.length);
  }
}

/** Decodes the values of a piece to a place where there is room for all of them. */
function decode(
  pieces: RunPieces,
  piece: number,
  to: { readonly values: Float64Array; readonly valuesEnd: number },
): void {
  const { key, payload, directory } = pieces.blocks[piece];
  const entry = pieces.entries[piece];
  const count = directory.samples[entry];
  if (count !== pieces.times[piece].length)
    throw corrupt('a series has fewer times than values, or more', key);
  const column = {
    encoding: directory.encodings[entry],
    bytes: payload,
    offset: directory.offsets[entry],
    end: directory.ends[entry],
  };
  try {
    readValueColumn(column, count, to.values, to.valuesEnd);
  } catch (cause) {
    throw senseless(key, cause);
  }
}
