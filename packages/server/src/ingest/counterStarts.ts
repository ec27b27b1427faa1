import { isStaleAt, NO_ROW, type WriteBatch } from '@tinyobs/model';
import type { Store } from '@tinyobs/storage';

/** A start longer ago than this before its sample is left out: each would open a window that was closed long ago. */
const START_AGE_MAX_MS = 24 * 3_600_000;

/** A reference and a time. */
const PLACE_BYTES = 12;

/** Before any sample, and after all of them. */
const NEVER = Number.NEGATIVE_INFINITY;
const UNKNOWN = Number.POSITIVE_INFINITY;

/**
 * Decides which starts of counters (`WriteBatch.addStart`) are stored, each as a sample of value 0 that lets
 * `increase` see what was counted before the first sample came.
 *
 * Senders repeat a start with every sample, so it is stored only where the series is new to the store, or where it
 * lies behind the latest sample remembered of the series: what counts has begun anew. Of series that the store knows
 * and nothing is remembered of, as after a restart, it is left out: a zero before samples that are there already
 * would count some of them twice, and where the series goes on from an earlier value none is needed.
 *
 * Memory is bounded: series share places by the lowest bits of their references, which the store counts up.
 */
export class CounterStarts {
  readonly #placeCount: number;
  #places: { readonly references: Uint32Array; readonly latestMs: Float64Array } | undefined;
  /** What the references belong to; those of another numbering mean nothing. */
  #numbering: object | undefined;

  constructor({ sizeBytesMax }: { readonly sizeBytesMax: number }) {
    this.#placeCount = 2 ** Math.floor(Math.log2(sizeBytesMax / PLACE_BYTES));
  }

  /**
   * Takes the starts that are not to be stored out of a batch, in the tick in which the store is given the batch.
   * Returns how many stay.
   */
  choose(batch: WriteBatch, store: Store): number {
    if (batch.startCount === 0) return 0;
    if (store.numbering !== this.#numbering) this.#places?.references.fill(0);
    this.#numbering = store.numbering;
    store.identify(batch);
    let kept = 0;
    let series = -1;
    let latestMs = NEVER;
    batch.retainSamples((sample) => {
      if (batch.sampleSeries[sample] !== series) {
        series = batch.sampleSeries[sample];
        latestMs = this.#latestOf(batch.references[series]);
      }
      const timeMs = batch.times[sample];
      if (batch.rows[sample] !== NO_ROW) {
        latestMs = Math.max(latestMs, timeMs);
        return true;
      }
      const isKept = timeMs > latestMs && beginsSample(batch, sample);
      if (isKept) kept++;
      return isKept;
    });
    return kept;
  }

  /** Remembers the samples of a batch with starts, once the store has kept it. */
  note(batch: WriteBatch): void {
    if (batch.startCount === 0 || batch.numbering !== this.#numbering) return;
    this.#places ??= {
      references: new Uint32Array(this.#placeCount),
      latestMs: new Float64Array(this.#placeCount),
    };
    const { references, latestMs } = this.#places;
    for (let sample = 0; sample < batch.sampleCount; sample++) {
      const reference = batch.references[batch.sampleSeries[sample]];
      if (reference === 0) continue;
      const place = this.#placeOf(reference);
      const isSame = references[place] === reference;
      references[place] = reference;
      latestMs[place] = Math.max(isSame ? latestMs[place] : NEVER, batch.times[sample]);
    }
  }

  /** Time of the latest sample of a series of the store, as far as it is remembered. */
  #latestOf(reference: number): number {
    if (reference === 0) return NEVER;
    const place = this.#placeOf(reference);
    return this.#places?.references[place] === reference ? this.#places.latestMs[place] : UNKNOWN;
  }

  #placeOf(reference: number): number {
    return reference & (this.#placeCount - 1);
  }
}

/** Whether the sample that a start was added for is still behind it, later than it, and counts something. */
function beginsSample(batch: WriteBatch, start: number): boolean {
  const sample = start + 1;
  const isThere = sample < batch.sampleCount && batch.sampleSeries[sample] === batch.sampleSeries[start];
  const ageMs = batch.times[sample] - batch.times[start];
  return isThere && ageMs > 0 && ageMs <= START_AGE_MAX_MS && !isStaleAt(batch.valueWords, sample);
}
