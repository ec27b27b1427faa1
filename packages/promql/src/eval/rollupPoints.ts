import { type RollupColumns, type SeriesBatch, setStaleAt, wordsOf } from '@tinyobs/model';
import { bucketsOf, widthAt } from './rollups.js';

/** How many buckets an instant selector looks back at least. */
const LOOKBACK_BUCKETS = 2;

/** What is known of single samples: a batch without buckets, but for the samples that begin and end them. */
export function knownSamples(batch: SeriesBatch): SeriesBatch {
  const rollups = bucketsOf(batch);
  if (!rollups) return batch;
  const { count, ids, lengths } = batch;
  const points = new PointColumns(batch, rollups);
  const starts = new Uint32Array(count);
  const pointLengths = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    starts[i] = points.length;
    for (let at = rollups.starts[i]; at < rollups.starts[i] + rollups.lengths[i]; at++) points.addBucket(at);
    points.addSamples(batch.timeStarts[i], batch.valueStarts[i], lengths[i]);
    pointLengths[i] = points.length - starts[i];
  }
  const { times, values } = points;
  return { count, ids, timeStarts: starts, valueStarts: starts, lengths: pointLengths, times, values };
}

/** Where the lookback begins that ends at each of the ends, ms, not itself included. */
export function lookbackStarts(batch: SeriesBatch, ends: Float64Array, lookbackMs: number): Float64Array {
  const rollups = bucketsOf(batch);
  return ends.map((endMs) => {
    const widthMs = rollups ? widthAt(rollups, endMs) : 0;
    return endMs - Math.max(lookbackMs, LOOKBACK_BUCKETS * widthMs);
  });
}

class PointColumns {
  length = 0;
  readonly times: Float64Array;
  readonly values: Float64Array;
  readonly #words: Uint32Array;
  readonly #batch: SeriesBatch;
  readonly #batchWords: Uint32Array;
  readonly #rollups: RollupColumns;

  constructor(batch: SeriesBatch, rollups: RollupColumns) {
    let pointsMax = 0;
    for (let i = 0; i < batch.count; i++) pointsMax += batch.lengths[i] + 2 * rollups.lengths[i];
    this.times = new Float64Array(pointsMax);
    this.values = new Float64Array(pointsMax);
    this.#words = wordsOf(this.values);
    this.#batch = batch;
    this.#batchWords = wordsOf(batch.values);
    this.#rollups = rollups;
  }

  addBucket(at: number): void {
    const { firstTimes, lastTimes, firsts, lasts, counts } = this.#rollups;
    if (counts[at] > 1) {
      this.times[this.length] = firstTimes[at];
      this.values[this.length++] = firsts[at];
    }
    this.times[this.length] = lastTimes[at];
    if (counts[at] === 0) setStaleAt(this.#words, this.length);
    else this.values[this.length] = lasts[at];
    this.length++;
  }

  addSamples(timeStart: number, valueStart: number, length: number): void {
    this.times.set(this.#batch.times.subarray(timeStart, timeStart + length), this.length);
    this.#words.set(this.#batchWords.subarray(2 * valueStart, 2 * (valueStart + length)), 2 * this.length);
    this.length += length;
  }
}
