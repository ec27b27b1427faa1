import type { Matcher } from '@tinyobs/model';
import type { QueryGuard } from '../query/queryGuard.js';
import { intersect } from './postings.js';
import { NO_SYMBOL, type SeriesIndex } from './seriesIndex.js';

/** Work between two looks at the clock. */
const STRIDE = 1024;
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
  let ids = await firstCandidates(index, listed.shift(), others, visible, guard);
  for (const matcher of listed) {
    if (ids.length === 0) return ids;
    ids =
      matcher.length > LOOKUP_FACTOR * ids.length
        ? await keepMatching(index, ids, matcher.matcher, names, guard)
        : keepListed(index, ids, matcher.lists);
  }
  for (const matcher of others) ids = await keepMatching(index, ids, matcher, names, guard);
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

async function firstCandidates(
  index: SeriesIndex,
  shortest: Listed | undefined,
  others: readonly Matcher[],
  visible: number,
  guard: QueryGuard,
): Promise<Uint32Array> {
  if (shortest) return below(unionOf(index, shortest.lists), visible);
  const required = others.find((matcher) => !matcher.matchesEmpty);
  if (required) return below(unionOf(index, await matchingLists(index, required, guard)), visible);
  return index.rows.ids(visible);
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

/** The ids of some lists of one label name, which are disjoint, ascending, in an array of its own. */
function unionOf(index: SeriesIndex, lists: readonly number[]): Uint32Array {
  let length = 0;
  for (const list of lists) length += index.postings.length(list);
  const union = new Uint32Array(length);
  let end = 0;
  for (const list of lists) {
    index.postings.copyIds(list, union, end);
    end += index.postings.length(list);
  }
  return lists.length > 1 ? union.sort() : union;
}

/** Those of the ids that are in one of the lists, which are disjoint, in their place. */
function keepListed(index: SeriesIndex, ids: Uint32Array, lists: readonly number[]): Uint32Array {
  if (lists.length === 1) return index.postings.intersect(lists[0], ids);
  return intersect(ids, unionOf(index, lists));
}

/** Keeps, in place, the ids whose value of the matcher's label passes. Each value is tried once. */
async function keepMatching(
  index: SeriesIndex,
  ids: Uint32Array,
  matcher: Matcher,
  names: ReadonlyMap<Matcher, number>,
  guard: QueryGuard,
): Promise<Uint32Array> {
  const name = names.get(matcher)!;
  const verdicts = new Map<number, boolean>([[NO_SYMBOL, matcher.matchesEmpty]]);
  let kept = 0;
  for (let i = 0; i < ids.length; i++) {
    if (i % STRIDE === STRIDE - 1 && guard.due) await guard.pause();
    const value = name < 0 ? NO_SYMBOL : index.valueOf(ids[i], name);
    let passes = verdicts.get(value);
    if (passes === undefined) {
      if (guard.due) await guard.pause();
      passes = guard.matches(matcher, index.symbols.text(value));
      verdicts.set(value, passes);
    }
    if (passes) ids[kept++] = ids[i];
  }
  return ids.subarray(0, kept);
}

function below(ids: Uint32Array, limit: number): Uint32Array {
  let end = ids.length;
  while (end > 0 && ids[end - 1] >= limit) end--;
  return ids.subarray(0, end);
}
