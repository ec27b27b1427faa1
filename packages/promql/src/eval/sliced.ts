import type { Columns } from './columns.js';
import type { WorkClock } from './workClock.js';

/** Comparisons between two looks at the clock. */
const COMPARISONS_BETWEEN_LOOKS = 1024;

/** Replaces every value by what `apply` makes of it and its step, letting the event loop turn now and then. */
export async function mapValues(
  columns: Columns,
  apply: (value: number, step: number) => number,
  clock: WorkClock,
): Promise<void> {
  const { steps, values } = columns;
  for (let row = 0; row < columns.count; row++) {
    const start = row * steps;
    for (let step = 0; step < steps; step++) values[start + step] = apply(values[start + step], step);
    if (clock.dueAfter(4 * steps)) await clock.pause();
  }
}

/** The numbers below `count` in the order given, equal ones ascending; a merge sort that lets the loop turn. */
export async function sortRows(
  count: number,
  compare: (rowA: number, rowB: number) => number,
  clock: WorkClock,
): Promise<number[]> {
  let sorted = Array.from({ length: count }, (_, row) => row);
  let merged = new Array<number>(count);
  let untilLook = COMPARISONS_BETWEEN_LOOKS;
  for (let width = 1; width < count; width *= 2) {
    for (let start = 0; start < count; start += 2 * width) {
      const middle = Math.min(start + width, count);
      const end = Math.min(start + 2 * width, count);
      let left = start;
      let right = middle;
      for (let place = start; place < end; place++) {
        const takeLeft = right === end || (left < middle && compare(sorted[left], sorted[right]) <= 0);
        merged[place] = takeLeft ? sorted[left++] : sorted[right++];
        if (--untilLook > 0) continue;
        untilLook = COMPARISONS_BETWEEN_LOOKS;
        if (clock.due) await clock.pause();
      }
    }
    [sorted, merged] = [merged, sorted];
  }
  return sorted;
}
