import type { QueryGuard } from '../query/queryGuard.js';
import type { Postings } from './postings.js';

/** So many ids are sorted at once, which takes about a millisecond. */
const SORTED_MAX = 16_384;
/** Work between two looks at the clock: lists, and words of 32 ids each. */
const LIST_STRIDE = 64;
const WORD_STRIDE = 1024;

/** The ids below `end` of some lists of one label name, which are disjoint, ascending, in an array of its own. */
export async function unionIds(
  postings: Postings,
  lists: readonly number[],
  end: number,
  guard: QueryGuard,
): Promise<Uint32Array> {
  if (lists.length > SORTED_MAX) return markedIds(postings, lists, end, guard);
  let length = 0;
  for (const list of lists) length += postings.length(list);
  if (lists.length > 1 && length > SORTED_MAX) return markedIds(postings, lists, end, guard);
  const union = new Uint32Array(length);
  let at = 0;
  for (const list of lists) {
    postings.copyIds(list, union, at);
    at += postings.length(list);
  }
  return below(lists.length > 1 ? union.sort() : union, end);
}

/** Sorting that many would hold up everything else: a bit for each id brings them in order, too, and in slices. */
async function markedIds(
  postings: Postings,
  lists: readonly number[],
  end: number,
  guard: QueryGuard,
): Promise<Uint32Array> {
  const marks = new Uint32Array(Math.ceil(end / 32));
  let count = 0;
  for (let i = 0; i < lists.length; i++) {
    if (i % LIST_STRIDE === LIST_STRIDE - 1 && guard.due) await guard.pause();
    for (const id of below(idsOf(postings, lists[i]), end)) {
      marks[id >>> 5] |= 1 << (id & 31);
      count++;
    }
  }
  const ids = new Uint32Array(count);
  let at = 0;
  for (let word = 0; word < marks.length; word++) {
    if (word % WORD_STRIDE === WORD_STRIDE - 1 && guard.due) await guard.pause();
    for (let left = marks[word]; left !== 0; left &= left - 1) {
      ids[at++] = 32 * word + 31 - Math.clz32(left & -left);
    }
  }
  return ids;
}

function idsOf(postings: Postings, list: number): Uint32Array {
  const ids = new Uint32Array(postings.length(list));
  postings.copyIds(list, ids, 0);
  return ids;
}

function below(ids: Uint32Array, limit: number): Uint32Array {
  let end = ids.length;
  while (end > 0 && ids[end - 1] >= limit) end--;
  return ids.subarray(0, end);
}
