import { wordsOf } from '@tinyobs/model';
import type { Piece, RunWriter } from '../flush/runWriter.js';
import { ENTRY_SAMPLES_MAX } from '../limits.js';
import { BucketMaker } from './bucketMaker.js';
import { writeBuckets } from './bucketPieces.js';
import type { Resolution } from './resolution.js';

/** A run that is being written, and its resolution. */
export interface RollupOutput {
  readonly resolution: Resolution;
  readonly writer: RunWriter;
}

/** Takes raw samples, ordered by metric, series and time, and writes rollups of each resolution. */
export class RollupWriter {
  /** What the offsets of pieces are reckoned from. */
  readonly windowMs: number;
  readonly #fromMs: number;
  readonly #outputs: readonly { readonly maker: BucketMaker; readonly writer: RunWriter }[];
  #metric = 0;
  #series = -1;
  readonly #values = new Float64Array(ENTRY_SAMPLES_MAX);
  readonly #words = wordsOf(this.#values);

  /** Samples before `fromMs` are left out: they are in rollups already. */
  constructor(times: { windowMs: number; fromMs: number }, outputs: readonly RollupOutput[]) {
    this.windowMs = times.windowMs;
    this.#fromMs = times.fromMs;
    this.#outputs = outputs.map(({ resolution, writer }) => ({
      maker: new BucketMaker(resolution.widthMs),
      writer,
    }));
  }

  add({ metric, series, count, offsets, words }: Piece): void {
    if (series !== this.#series) this.finish();
    this.#metric = metric;
    this.#series = series;
    this.#words.set(words.subarray(0, 2 * count));
    for (const { maker } of this.#outputs) {
      for (let i = 0; i < count; i++) {
        const timeMs = this.windowMs + offsets[i];
        if (timeMs >= this.#fromMs) maker.add(timeMs, this.#values, this.#words, i);
      }
    }
  }

  /** Ends the last series. */
  finish(): void {
    for (const { maker, writer } of this.#outputs) {
      const buckets = maker.finish();
      if (buckets.length > 0) writeBuckets(buckets, { metric: this.#metric, series: this.#series }, writer);
      maker.reset();
    }
  }
}
