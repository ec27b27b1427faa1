import { setImmediate as nextTurn } from 'node:timers/promises';

/** Items handled between two turns of the event loop: a millisecond or two. */
const SLICE = 2048;

/** What `make` makes of each item, letting the event loop turn in between. */
export async function mapSliced<T, U>(
  items: ArrayLike<T>,
  make: (item: T) => U,
  signal: AbortSignal,
): Promise<U[]> {
  const made: U[] = [];
  for (let at = 0; at < items.length; at++) {
    if (at % SLICE === SLICE - 1) await nextTurn(undefined, { signal });
    made.push(make(items[at]));
  }
  return made;
}

/** The items in order, equal ones as they came: slices are sorted and then merged. */
export async function sortSliced<T>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
  signal: AbortSignal,
): Promise<T[]> {
  let sorted: T[] = [];
  for (let start = 0; start < items.length; start += SLICE) {
    if (start > 0) await nextTurn(undefined, { signal });
    sorted.push(...items.slice(start, start + SLICE).sort(compare));
  }
  for (let width = SLICE; width < items.length; width *= 2) {
    const merged: T[] = [];
    for (let start = 0; start < items.length; start += 2 * width) {
      const middle = Math.min(start + width, items.length);
      const end = Math.min(middle + width, items.length);
      let left = start;
      let right = middle;
      while (merged.length < end) {
        if (merged.length % SLICE === 0) await nextTurn(undefined, { signal });
        const takeLeft = right === end || (left < middle && compare(sorted[left], sorted[right]) <= 0);
        merged.push(takeLeft ? sorted[left++] : sorted[right++]);
      }
    }
    sorted = merged;
  }
  return sorted;
}
