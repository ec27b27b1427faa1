import type { Matcher } from '@tinyobs/model';
import type { QueryGuard } from '../query/queryGuard.js';
import { intersect } from './postings.js';
import { NO_SYMBOL, type SeriesIndex } from './seriesIndex.js';
import { unionIds } from './unionIds.js';

/** Work between two looks at the clock. */
const STRIDE = 1024;
/** Verdicts on values kept by one matcher: where there are more, most values are of one series. */
const VERDICTS_KEPT_MAX = 32_768;
/** A list this many times longer than the candidates is not walked: the candidates' labels are read instead. */
const LOOKUP_FACTOR = 16;

/**
 * Ids of the series below `visible` that pass all matchers, ascending. Starts from the shortest list of
 * postings a matcher allows, then intersects with the others.
 */
export async function matchSeries(
  index: SeriesIndex,
  matchers: readonly Matcher[],
  visible: number,
  guard: QueryGuard,
): Promise<Uint32Array> {
  const listed: Listed[] = [];
  const others: Matcher[] = [];
  // All at once: the symbols of a series that is forgotten while candidates are looked at are not found after that.
  const names = new Map(matchers.map((matcher) => [matcher, index.symbols.findText(matcher.name)]));
  for (const matcher of matchers) {
    if (matcher.alternatives && !matcher.alternatives.includes('')) listed.push(listPostings(index, matcher));
    else others.push(matcher);
  }
  listed.sort((a, b) => a.length - b.length);
  const shortest = listed.shift();
  const required = shortest ? undefined : others.find((matcher) => !matcher.matchesEmpty);
  let ids = await firstCandidates(index, { shortest, required }, visible, guard);
  for (const matcher of listed) {
    if (ids.length === 0) return ids;
    ids =
      matcher.length > LOOKUP_FACTOR * ids.length
        ? await keepMatching(index, ids, matcher.matcher, names, guard)
        : await keepListed(ids, matcher.lists, { index, visible, guard });
  }
  for (const matcher of others) {
    if (matcher !== required) ids = await keepMatching(index, ids, matcher, names, guard);
  }
  return ids;
}

/** A matcher whose passing values can be listed, with their lists of postings. */
interface Listed {
  readonly matcher: Matcher;
  readonly lists: readonly number[];
  readonly length: number;
}

function listPostings(index: SeriesIndex, matcher: Matcher): Listed {
  const name = index.symbols.findText(matcher.name);
  const lists: number[] = [];
  let length = 0;
  for (const text of new Set(matcher.alternatives)) {
    const value = name < 0 ? -1 : index.symbols.findText(text);
    const list = value < 0 ? -1 : index.postings.find(name, value);
    if (list < 0) continue;
    lists.push(list);
    length += index.postings.length(list);
  }
  return { matcher, lists, length };
}

/** The series that pass one matcher: that of the shortest list, or one that is required; else all. */
async function firstCandidates(
  index: SeriesIndex,
  { shortest, required }: { readonly shortest?: Listed; readonly required?: Matcher },
  visible: number,
  guard: QueryGuard,
): Promise<Uint32Array> {
  if (shortest) return unionIds(index.postings, shortest.lists, visible, guard);
  if (!required) return index.rows.ids(visible);
  return unionIds(index.postings, await matchingLists(index, required, guard), visible, guard);
}

/** Lists of all values of the matcher's label that pass it. */
async function matchingLists(index: SeriesIndex, matcher: Matcher, guard: QueryGuard): Promise<number[]> {
  const lists: number[] = [];
  const name = index.symbols.findText(matcher.name);
  for (const list of index.postings.listsOf(name)) {
    if (guard.due) await guard.pause();
    if (guard.matches(matcher, index.symbols.text(index.postings.valueOf(list)))) lists.push(list);
  }
  return lists;
}

/** Those of the ids that are in one of the lists, which are disjoint, in their place. */
async function keepListed(
  ids: Uint32Array,
  lists: readonly number[],
  {
    index,
    visible,
    guard,
  }: { readonly index: SeriesIndex; readonly visible: number; readonly guard: QueryGuard },
): Promise<Uint32Array> {
  if (lists.length === 1) return index.postings.intersect(lists[0], ids);
  return intersect(ids, await unionIds(index.postings, lists, visible, guard));
}

/** Keeps, in place, the ids whose value of the matcher's label passes. Values are tried once, while they are few. */
async function keepMatching(
  index: SeriesIndex,
  ids: Uint32Array,
  matcher: Matcher,
  names: ReadonlyMap<Matcher, number>,
  guard: QueryGuard,
): Promise<Uint32Array> {
  const name = names.get(matcher)!;
  const verdicts = new Map<number, boolean>();
  let kept = 0;
  for (let i = 0; i < ids.length; i++) {
    if (i % STRIDE === STRIDE - 1 && guard.due) await guard.pause();
    const value = name < 0 ? NO_SYMBOL : index.valueOf(ids[i], name);
    let passes = value === NO_SYMBOL ? matcher.matchesEmpty : verdicts.get(value);
    if (passes === undefined) {
      if (guard.due) await guard.pause();
      passes = guard.matches(matcher, index.symbols.text(value));
      // A map that grows by hundreds of thousands stands still for long.
      if (verdicts.size === VERDICTS_KEPT_MAX) verdicts.clear();
      verdicts.set(value, passes);
    }
    if (passes) ids[kept++] = ids[i];
  }
  return ids.subarray(0, kept);
}
