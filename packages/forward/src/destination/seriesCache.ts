import { encodeSeriesLabels } from '@tinyobs/formats';
import { Labels, TinyObsError } from '@tinyobs/model';
import { Relabeling } from '@tinyobs/scrape';
import type { DestinationConfig } from '../config/destinationConfig.js';
import { CACHED_SERIES_BYTES, SERIES_CACHE_BYTES_MAX } from '../limits.js';
import type { DropReason } from './figures.js';

/** A series as it is sent. */
export interface SentSeries {
  readonly labels: Uint8Array;
  /** By which series are spread over shards: the same labels go to the same one, whatever they were before. */
  readonly hash: number;
}

/**
 * What becomes of series by external labels and relabelling, by their ids: of what is asked for often. There are two
 * generations; when one is full the older goes.
 */
export class SeriesCache {
  readonly #labelsOf: (id: number) => Labels;
  readonly #external: readonly (readonly [name: string, value: string])[];
  readonly #relabeling: Relabeling;
  #young = new Map<number, SentSeries | DropReason>();
  #old = new Map<number, SentSeries | DropReason>();
  #youngBytes = 0;

  constructor(
    { externalLabels, relabeling }: Pick<DestinationConfig, 'externalLabels' | 'relabeling'>,
    labelsOf: (id: number) => Labels,
  ) {
    this.#labelsOf = labelsOf;
    this.#external = Object.entries(externalLabels);
    this.#relabeling = new Relabeling(relabeling);
  }

  /** The series of this id, or why it is not sent. */
  get(id: number): SentSeries | DropReason {
    const known = this.#young.get(id);
    if (known !== undefined) return known;
    const series = this.#old.get(id) ?? this.#make(id);
    this.#youngBytes += CACHED_SERIES_BYTES + (typeof series === 'string' ? 0 : series.labels.length);
    if (this.#youngBytes > SERIES_CACHE_BYTES_MAX / 2) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#youngBytes = 0;
    }
    this.#young.set(id, series);
    return series;
  }

  #make(id: number): SentSeries | DropReason {
    let labels: Labels;
    try {
      labels = this.#labelsOf(id);
    } catch (error) {
      if (error instanceof TinyObsError && error.code === 'store_busy') return 'forgotten';
      throw error;
    }
    const relabeled = this.#relabeled(labels);
    if (relabeled === undefined || relabeled.size === 0) return 'relabeled';
    const bytes = encodeSeriesLabels(relabeled);
    return { labels: bytes, hash: hashOf(bytes) };
  }

  /** Undefined where a rule drops the series, or cannot be applied to it. */
  #relabeled(labels: Labels): Labels | undefined {
    if (this.#external.length === 0 && this.#relabeling.isEmpty) return labels;
    const changing = new Map(labels);
    for (const [name, value] of this.#external) if (!changing.has(name)) changing.set(name, value);
    try {
      return this.#relabeling.apply(changing) ? Labels.from(changing) : undefined;
    } catch (error) {
      if (error instanceof TinyObsError) return undefined;
      throw error;
    }
  }
}

function hashOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
