import type { Matcher } from '@tinyobs/model';
import type { Deletion } from '../deletion/deletion.js';
import { matchSeries } from '../index/matchSeries.js';
import type { SeriesIndex } from '../index/seriesIndex.js';
import { type SeriesSet, seriesSetOf } from '../manifest/seriesSet.js';
import type { QueryGuard } from '../query/queryGuard.js';

/** Samples of the series that pass the matchers are kept for so long. */
export interface ExpiryRule {
  readonly matchers: readonly Matcher[];
  readonly ms: number;
}

/** Retention by matchers: as deletions of everything older, whenever it was written. */
export class Expiry {
  readonly #rules: readonly ExpiryRule[];
  readonly #index: SeriesIndex;
  readonly #now: () => number;
  /** The series of each rule among the first `visible` ones. */
  #known: { readonly visible: number; readonly sets: readonly SeriesSet[] } = { visible: -1, sets: [] };

  constructor(rules: readonly ExpiryRule[], index: SeriesIndex, now: () => number) {
    this.#rules = rules;
    this.#index = index;
    this.#now = now;
  }

  /** What is expired now of the series below `visible`. Looks for series only when there are others than before. */
  async deletions(visible: number, guard: QueryGuard): Promise<readonly Deletion[]> {
    if (this.#rules.length === 0) return [];
    let known = this.#known;
    if (known.visible !== visible) {
      const sets: SeriesSet[] = [];
      for (const { matchers } of this.#rules) {
        sets.push(seriesSetOf(await matchSeries(this.#index, matchers, visible, guard)));
      }
      known = { visible, sets };
      this.#known = known;
    }
    const nowMs = this.#now();
    return this.#rules.map(({ ms }, i) => ({
      seq: Number.POSITIVE_INFINITY,
      run: Number.POSITIVE_INFINITY,
      minMs: Number.NEGATIVE_INFINITY,
      maxMs: nowMs - ms - 1,
      series: known.sets[i],
    }));
  }
}
