import type { Matcher } from '@tinyobs/model';
import type { Deletion } from '../deletion/deletion.js';
import { matchSeries } from '../index/matchSeries.js';
import type { SeriesIndex } from '../index/seriesIndex.js';
import { type SeriesSet, seriesSetOf } from '../manifest/seriesSet.js';
import type { QueryGuard } from '../query/queryGuard.js';
import type { LiveRules } from '../storeOptions.js';

/** Samples of the series that pass the matchers are kept for so long. */
export interface ExpiryRule {
  readonly matchers: readonly Matcher[];
  readonly ms: number;
}

/** Whether two lists of rules come to the same. */
export function areSameRules(some: readonly ExpiryRule[], others: readonly ExpiryRule[]): boolean {
  const textOf = (rules: readonly ExpiryRule[]) =>
    rules.map(({ matchers, ms }) => `${matchers.join(',')}: ${ms}`).join('; ');
  return textOf(some) === textOf(others);
}

/** Retention by matchers: as deletions of everything older, whenever it was written. */
export class Expiry {
  readonly #rules: LiveRules;
  readonly #index: SeriesIndex;
  readonly #now: () => number;
  /** The series of each rule among the first `visible` ones. */
  #known: {
    readonly rules: readonly ExpiryRule[];
    readonly visible: number;
    readonly sets: readonly SeriesSet[];
  } = { rules: [], visible: -1, sets: [] };

  constructor(rules: LiveRules, index: SeriesIndex, now: () => number) {
    this.#rules = rules;
    this.#index = index;
    this.#now = now;
  }

  /**
   * What is expired now of the series below `visible`. Looks for series only when they, or the rules, are others than
   * before.
   */
  async deletions(visible: number, guard: QueryGuard): Promise<readonly Deletion[]> {
    const rules = this.#rules.current.retention.byMatchers;
    if (rules.length === 0) return [];
    let known = this.#known;
    if (known.visible !== visible || known.rules !== rules) {
      const sets: SeriesSet[] = [];
      for (const { matchers } of rules) {
        sets.push(seriesSetOf(await matchSeries(this.#index, matchers, visible, guard)));
      }
      known = { rules, visible, sets };
      this.#known = known;
    }
    const nowMs = this.#now();
    return rules.map(({ ms }, i) => ({
      seq: Number.POSITIVE_INFINITY,
      run: Number.POSITIVE_INFINITY,
      minMs: Number.NEGATIVE_INFINITY,
      maxMs: nowMs - ms - 1,
      series: known.sets[i],
    }));
  }
}
