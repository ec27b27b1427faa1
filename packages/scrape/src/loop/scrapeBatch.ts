import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Labels, TinyObsError, type WriteBatch } from '@tinyobs/model';
import { SLICE_MS, SLICE_SAMPLES } from '../limits.js';
import { addSeries } from './scrapeReport.js';
import type { SeriesCache } from './seriesCache.js';

/** Stands for a series that is not in the batch. */
const LEFT_OUT = -1;

export interface ScrapeBatchOptions {
  readonly timeMs: number;
  readonly honorTimestamps: boolean;
  /** Whether the end of series with times of their own is marked, too. */
  readonly trackTimestampsStaleness: boolean;
  /** 0 for none. */
  readonly samplesMax: number;
  /** See `sampleLabels`. */
  readonly labelsOf: (exposed: Labels) => Labels | undefined;
  /** Whether `labelsOf` may drop a series. */
  readonly dropsSeries: boolean;
}

export interface ScrapeCounts {
  /** As in `ScrapeReport`. */
  samples: number;
  samplesKept: number;
  seriesAdded: number;
}

/** Of which series a sample is, and whether it may be added. */
interface EntrySample {
  readonly entry: number;
  readonly hasRoom: boolean;
}

/**
 * Makes of what a target exposes what is stored: samples under their final labels, and markers of the end of series
 * that are no longer there. The batch is filled by the references of series that are known.
 */
export class ScrapeBatch {
  readonly batch: WriteBatch;
  readonly counts: ScrapeCounts = { samples: 0, samplesKept: 0, seriesAdded: 0 };
  readonly #cache: SeriesCache;
  readonly #options: ScrapeBatchOptions;
  /** The entry of each series of the batch that is one of the target's. */
  readonly #entries: number[] = [];
  readonly #firstSeries: number;

  /** @param batch With what goes before the samples of the scrape. */
  constructor(batch: WriteBatch, cache: SeriesCache, options: ScrapeBatchOptions) {
    this.batch = batch;
    this.#cache = cache;
    this.#options = options;
    this.#firstSeries = batch.seriesCount;
  }

  /**
   * Adds what was decoded, a slice at a time; samples without a time of their own have NaN as theirs.
   *
   * @param entries The entry of each of its series in the cache.
   * @throws TinyObsError `scrape_limit`, `scrape_malformed`: the batch is of no use then
   */
  async add(exposed: WriteBatch, entries: Int32Array): Promise<void> {
    const { samplesMax } = this.#options;
    const { counts } = this;
    const places = new Int32Array(exposed.exemplars.length > 0 ? exposed.seriesCount : 0).fill(LEFT_OUT);
    const most = samplesMax || Number.POSITIVE_INFINITY;
    let sliceEndMs = performance.now() + SLICE_MS;
    for (let sample = 0; sample < exposed.sampleCount; sample++) {
      if (sample % SLICE_SAMPLES === 0 && performance.now() > sliceEndMs) {
        await nextTurn();
        sliceEndMs = performance.now() + SLICE_MS;
      }
      counts.samples++;
      const series = exposed.sampleSeries[sample];
      const place = this.#addSample(exposed, sample, {
        entry: entries[series],
        hasRoom: counts.samplesKept < most,
      });
      if (places.length > 0) places[series] = place;
    }
    if (counts.samplesKept > most) throw tooManySamples(counts.samplesKept, samplesMax);
    for (const exemplar of exposed.exemplars) {
      const series = places[exemplar.series];
      if (series === LEFT_OUT) continue;
      const timeMs = Number.isNaN(exemplar.timeMs) ? this.#options.timeMs : exemplar.timeMs;
      this.batch.exemplars.push({ ...exemplar, series, timeMs });
    }
  }

  /** Marks the end of the series that are not in what was added. */
  addEnds(): void {
    for (const entry of this.#cache.vanished()) this.#addEnd(entry);
  }

  /** The store has taken the batch: notes how it knows the series. One that it refused has no end to be marked. */
  commit(): void {
    const { references, trackedAt } = this.#cache;
    for (let i = 0; i < this.#entries.length; i++) {
      const entry = this.#entries[i];
      references[entry] = this.batch.references[this.#firstSeries + i];
      if (references[entry] === 0) trackedAt[entry] = 0;
    }
    this.#cache.commit();
  }

  /** The series of the sample in the batch, which takes samples while there is room. */
  #addSample(exposed: WriteBatch, sample: number, { entry, hasRoom }: EntrySample): number {
    const cache = this.#cache;
    const seen = cache.see(entry);
    if (cache.dropped[entry] === 1) return LEFT_OUT;
    const isAsked = hasRoom || this.#options.dropsSeries;
    const labels = isAsked && cache.references[entry] === 0 ? this.#labelsOf(entry) : undefined;
    if (cache.dropped[entry] === 1) return LEFT_OUT;
    this.counts.samplesKept++;
    if (!hasRoom) return LEFT_OUT;

    const { timeMs, honorTimestamps, trackTimestampsStaleness } = this.#options;
    const ownMs = honorTimestamps ? exposed.times[sample] : Number.NaN;
    const hasOwnTime = !Number.isNaN(ownMs);
    // Of two samples of a series at one time the first counts, as in Prometheus.
    if (seen === 'again' && !hasOwnTime) return LEFT_OUT;
    if (!hasOwnTime || trackTimestampsStaleness) cache.trackedAt[entry] = cache.scrape;
    if (seen === 'new') this.counts.seriesAdded++;
    const series = addSeries(this.batch, cache.references[entry], labels);
    this.#entries[series - this.#firstSeries] = entry;
    const { valueWords } = exposed;
    const [low, high] = [valueWords[2 * sample], valueWords[2 * sample + 1]];
    this.batch.addSampleWords(series, hasOwnTime ? ownMs : timeMs, low, high, this.batch.sampleCount);
    return series;
  }

  #labelsOf(entry: number): Labels | undefined {
    const labels = this.#options.labelsOf(this.#cache.labelsOf(entry));
    if (labels === undefined) this.#cache.dropped[entry] = 1;
    return labels;
  }

  #addEnd(entry: number): void {
    const cache = this.#cache;
    const labels = cache.references[entry] === 0 ? this.#labelsOf(entry) : undefined;
    if (cache.references[entry] === 0 && labels === undefined) return;
    const series = addSeries(this.batch, cache.references[entry], labels);
    this.#entries[series - this.#firstSeries] = entry;
    this.batch.addStaleMarker(series, this.#options.timeMs, this.batch.sampleCount);
  }
}

function tooManySamples(count: number, limit: number): TinyObsError {
  return new TinyObsError(
    'scrape_limit',
    `sample_limit exceeded: ${count} samples after relabelling, more than ${limit}`,
  );
}
