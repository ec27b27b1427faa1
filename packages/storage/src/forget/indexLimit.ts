import type { SeriesIndex } from '../index/seriesIndex.js';
import { INDEXED_SERIES_SPARE } from '../limits.js';
import type { Catalog } from '../manifest/catalog.js';
import { SeriesBits } from '../manifest/seriesBits.js';
import { intersectSeriesSet } from '../manifest/seriesSet.js';
import type { LiveRules } from '../storeOptions.js';

/**
 * The limit of indexed series, those of which anything is kept. Past it the rollups of the series idle for longest
 * go; samples never do, so that new series are refused when samples alone are of as many.
 */
export class IndexLimit {
  readonly #rules: LiveRules;
  readonly #index: SeriesIndex;
  /** Series with samples when they were last counted, and the end of ids then. */
  #counted = { raw: Number.NEGATIVE_INFINITY, end: 0 };
  readonly #onExcess: () => void;

  /** `onExcess` is called for new series past the limit: there may be something to drop. */
  constructor(options: {
    readonly rules: LiveRules;
    readonly index: SeriesIndex;
    readonly onExcess: () => void;
  }) {
    this.#rules = options.rules;
    this.#index = options.index;
    this.#onExcess = options.onExcess;
  }

  get isPassed(): boolean {
    return this.#index.count > this.#rules.current.indexedSeriesMax;
  }

  /**
   * Whether a new series is refused. All that came since the last count are taken for series with samples: they are
   * until runs go, and then it is counted anew.
   */
  get isFull(): boolean {
    const { count, end } = this.#index;
    const { indexedSeriesMax } = this.#rules.current;
    if (count < indexedSeriesMax) return false;
    if (this.#counted.raw + (end - this.#counted.end) >= indexedSeriesMax) return true;
    this.#onExcess();
    return false;
  }

  /** Takes note of how many series have samples, or are active, of those below `end`. */
  note(raw: number, end: number): void {
    this.#counted = { raw, end };
  }

  /**
   * The series whose rollups are to go: of those that have nothing else (ascending) the longest idle, by the windows of
   * their newest rollups, and of one window those that came first. So many that the limit is not passed again soon.
   */
  async excess(
    idle: Uint32Array,
    { rollupRuns }: Catalog,
    breathe: () => Promise<void> | undefined,
  ): Promise<Uint32Array> {
    const keptMax = Math.floor(this.#rules.current.indexedSeriesMax * (1 - INDEXED_SERIES_SPARE));
    let left = Math.max(0, idle.length - (this.#index.count - keptMax));
    const kept = new SeriesBits();
    const newestFirst = [...rollupRuns].sort((a, b) => b.id.windowMs - a.id.windowMs);
    for (const run of newestFirst) {
      if (left === 0) break;
      const more = intersectSeriesSet(idle, run.series).filter((id) => !kept.has(id));
      const newest = more.subarray(Math.max(0, more.length - left));
      for (const id of newest) kept.add(id);
      left -= newest.length;
      await breathe();
    }
    return idle.filter((id) => !kept.has(id));
  }
}
