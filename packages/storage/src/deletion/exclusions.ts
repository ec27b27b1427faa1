import type { TimeRange } from '@tinyobs/model';
import { SeriesBits } from '../manifest/seriesBits.js';
import { forEachStretch, type SeriesSet } from '../manifest/seriesSet.js';
import { lowerBound, type SampleBuffer } from '../query/sampleBuffer.js';
import type { Buckets } from '../rollup/buckets.js';
import type { Deletion } from './deletion.js';

/** Where samples come from, as deletions see it. */
export interface SampleOrigin {
  /** Number of the run the samples are or will be in. */
  readonly run: number;
  /** See `Manifest`. */
  readonly deletedSeq: number;
}

/** What one query or compaction leaves out. */
export class Exclusions {
  readonly #deletions: readonly { readonly deletion: Deletion; readonly series: Stretches }[];
  /** Series that any deletion names. */
  readonly #named = new SeriesBits();

  /** Only the deletions that overlap the range are looked at again. */
  constructor(deletions: readonly Deletion[], range: TimeRange) {
    this.#deletions = deletions
      .filter(({ minMs, maxMs }) => minMs <= range.maxMs && maxMs >= range.minMs)
      .map((deletion) => ({ deletion, series: new Stretches(deletion.series) }));
    for (const { series } of this.#deletions) series.addTo(this.#named);
  }

  get isEmpty(): boolean {
    return this.#deletions.length === 0;
  }

  names(series: number): boolean {
    return this.#named.has(series);
  }

  /** Whether what a series has of a time is left out, wherever it comes from. */
  hides(series: number, timeMs: number): boolean {
    if (!this.names(series)) return false;
    return this.#deletions.some(
      ({ deletion, series: named }) =>
        deletion.minMs <= timeMs && deletion.maxMs >= timeMs && named.has(series),
    );
  }

  /** Takes what is left out of a series' samples from one origin out of the buffer. */
  removeFrom(buffer: SampleBuffer, series: number, origin: SampleOrigin): void {
    if (!this.names(series)) return;
    for (const { deletion, series: named } of this.#deletions) {
      if (!concerns(deletion, origin) || !named.has(series)) continue;
      const from = lowerBound(buffer.times, deletion.minMs, 0, buffer.length);
      const to = lowerBound(buffer.times, deletion.maxMs + 1, from, buffer.length);
      if (from < to) buffer.remove(from, to);
    }
  }

  /** The same with buckets: those that may hold anything of it go whole. */
  removeBuckets(buckets: Buckets, series: number, origin: SampleOrigin): void {
    if (!this.names(series)) return;
    for (const { deletion, series: named } of this.#deletions) {
      if (!concerns(deletion, origin) || !named.has(series)) continue;
      const from = lowerBound(buckets.lastTimes, deletion.minMs, 0, buckets.length);
      const to = lowerBound(buckets.firstTimes, deletion.maxMs + 1, from, buckets.length);
      if (from < to) buckets.remove(from, to);
    }
  }

  /** Whether nothing that a series has from the origin in the range is left. */
  coversAll(series: number, origin: SampleOrigin, range: TimeRange): boolean {
    if (!this.names(series)) return false;
    return this.#deletions.some(
      ({ deletion, series: named }) =>
        concerns(deletion, origin) &&
        deletion.minMs <= range.minMs &&
        deletion.maxMs >= range.maxMs &&
        named.has(series),
    );
  }
}

/** Whether samples of the origin were written before the deletion, which has not been carried out on them. */
export function concerns(deletion: Deletion, origin: SampleOrigin): boolean {
  return origin.run <= deletion.run && origin.deletedSeq <= deletion.seq;
}

/** A series set that can be asked in any order. */
class Stretches {
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  constructor(set: SeriesSet) {
    forEachStretch(set, (start, end) => {
      this.#starts.push(start);
      this.#ends.push(end);
    });
  }

  has(id: number): boolean {
    let low = 0;
    let high = this.#ends.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#ends[middle] <= id) low = middle + 1;
      else high = middle;
    }
    return low < this.#ends.length && this.#starts[low] <= id;
  }

  addTo(bits: SeriesBits): void {
    for (let i = 0; i < this.#starts.length; i++) bits.addStretch(this.#starts[i], this.#ends[i]);
  }
}
