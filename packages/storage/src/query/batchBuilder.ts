import type { SeriesBatch, TimeRange } from '@tinyobs/model';
import { readValueColumn } from '../block/valueColumn.js';
import type { Exclusions } from '../deletion/exclusions.js';
import { corrupt } from '../kv/seal.js';
import type { HeadReader } from './headReader.js';
import { type BlockPiece, sane } from './runReader.js';
import { lowerBound, mergeInto, SampleBuffer } from './sampleBuffer.js';

export interface TimedPiece {
  readonly piece: BlockPiece;
  readonly times: Float64Array;
}

/**
 * Puts the samples of series after series into one batch, cut to a range. A series' parts are appended where
 * they follow each other in time, else merged, of equal times the later written winning.
 */
export class BatchBuilder {
  count = 0;
  readonly #range: TimeRange;
  readonly #exclusions: Exclusions;
  #ids = new Uint32Array(64);
  #timeStarts = new Uint32Array(64);
  #valueStarts = new Uint32Array(64);
  #lengths = new Uint32Array(64);
  readonly #samples = new SampleBuffer(4096);
  /** Where the samples of the series at hand start. */
  #start = 0;
  readonly #part = new SampleBuffer();
  readonly #scratch = new SampleBuffer();

  constructor(range: TimeRange, exclusions: Exclusions) {
    this.#range = range;
    this.#exclusions = exclusions;
  }

  reset(): void {
    this.count = 0;
    this.#samples.length = 0;
  }

  /** Adds a series; `pieces` are ordered by window and run. It is left out when nothing is in the range. */
  addSeries(id: number, pieces: readonly TimedPiece[], heads: readonly HeadReader[]): void {
    this.#start = this.#samples.length;
    if (!this.#addPieces(id, pieces)) {
      this.#samples.length = this.#start;
      this.#addPieces(
        id,
        [...pieces].sort((a, b) => a.piece.run.id.run - b.piece.run.id.run),
      );
    }
    for (const head of heads) {
      this.#part.length = 0;
      head.read(id, this.#part);
      this.#exclusions.removeFrom(this.#part, id, head.origin);
      if (this.#part.length > 0) this.#place();
    }
    const length = this.#samples.length - this.#start;
    if (length > 0) this.#note(id, length);
  }

  /** The batch so far, valid until the next change. */
  view(): SeriesBatch {
    return {
      count: this.count,
      ids: this.#ids,
      timeStarts: this.#timeStarts,
      valueStarts: this.#valueStarts,
      lengths: this.#lengths,
      times: this.#samples.times,
      values: this.#samples.values,
    };
  }

  /**
   * Adds the pieces in their order. False when a piece of an earlier run would be merged over a later run's:
   * only where windows of different widths overlap. In the order of runs it is never false.
   */
  #addPieces(id: number, pieces: readonly TimedPiece[]): boolean {
    let latestRun = -1;
    for (const { piece, times } of pieces) {
      if (!this.#decode(id, piece, times)) continue;
      const { run } = piece.run.id;
      if (run < latestRun && this.#overlaps()) return false;
      latestRun = Math.max(latestRun, run);
      this.#place();
    }
    return true;
  }

  /** Decodes what is in the range into the part; false when nothing is. */
  #decode(id: number, piece: BlockPiece, times: Float64Array): boolean {
    if (times.length !== piece.samples)
      throw corrupt('a series has fewer times than values, or more', piece.key);
    const from = lowerBound(times, this.#range.minMs, 0, times.length);
    const to = lowerBound(times, this.#range.maxMs + 1, from, times.length);
    if (from === to) return false;
    const part = this.#part;
    part.length = 0;
    part.reserve(piece.samples);
    const { encoding, offset, end } = piece;
    const column = { encoding, bytes: piece.payload, offset, end };
    sane(piece.key, () => readValueColumn(column, piece.samples, part.values, 0));
    part.times.set(times.subarray(from, to));
    part.words.copyWithin(0, 2 * from, 2 * to);
    part.length = to - from;
    const { id: run, deletedSeq } = piece.run;
    this.#exclusions.removeFrom(part, id, { run: run.run, deletedSeq });
    return part.length > 0;
  }

  #overlaps(): boolean {
    const { times, length } = this.#samples;
    return length > this.#start && this.#part.times[0] <= times[length - 1];
  }

  #place(): void {
    if (this.#overlaps()) mergeInto(this.#samples, this.#start, this.#part, this.#scratch);
    else this.#samples.append(this.#part, 0, this.#part.length);
  }

  #note(id: number, length: number): void {
    if (this.count === this.#ids.length) this.#grow();
    this.#ids[this.count] = id;
    this.#lengths[this.count] = length;
    this.#valueStarts[this.count] = this.#start;
    this.#timeStarts[this.count] = this.#hasTimesOfPrevious(length)
      ? this.#timeStarts[this.count - 1]
      : this.#start;
    this.count++;
  }

  #hasTimesOfPrevious(length: number): boolean {
    if (this.count === 0 || this.#lengths[this.count - 1] !== length) return false;
    const { times } = this.#samples;
    const previous = this.#timeStarts[this.count - 1];
    for (let i = 0; i < length; i++) if (times[previous + i] !== times[this.#start + i]) return false;
    return true;
  }

  #grow(): void {
    const grow = (array: Uint32Array) => {
      const grown = new Uint32Array(2 * array.length);
      grown.set(array);
      return grown;
    };
    this.#ids = grow(this.#ids);
    this.#timeStarts = grow(this.#timeStarts);
    this.#valueStarts = grow(this.#valueStarts);
    this.#lengths = grow(this.#lengths);
  }
}
