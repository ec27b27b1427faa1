import { TinyObsError } from '@tinyobs/model';
import { formatFloat } from '../formatFloat.js';
import { type Columns, pickRows, withoutEmptyRows } from './columns.js';
import type { Groups } from './groupRows.js';
import { sortRows } from './sliced.js';
import type { WorkClock } from './workClock.js';

const INT64_LIMIT = 2 ** 63;
/** Longest list that is cheaper to keep in order than sorting everything. */
const SHORT_LIST_MAX = 64;
/** Rows sorted without a pause, which takes some milliseconds. */
const SORTED_AT_ONCE_MAX = 32_768;
/** What sorting a row costs, in values. */
const ROW_VALUES = 16;

/**
 * The rows with the k largest or smallest values of each group at each step; k may differ between steps. At
 * a single step the rows are ordered, the first the most extreme, NaN last.
 *
 * @throws TinyObsError `query_execution` when some k is not a number or beyond 64-bit integers.
 */
export async function selectExtremes(
  columns: Columns,
  groups: Groups,
  options: { largest: boolean; limits: Float64Array; clock: WorkClock },
): Promise<Columns> {
  const { steps, count, values, present } = columns;
  const { clock } = options;
  checkLimits(options.limits);
  const order: number[] = [];
  for (let step = 0; step < steps; step++) {
    const limit = Math.trunc(options.limits[step]);
    const members: number[][] = groups.labels.map(() => []);
    for (let row = 0; row < count; row++) {
      if (present[row * steps + step] === 1) members[groups.groupOf[row]].push(row);
      present[row * steps + step] = 0;
      if (clock.dueAfter(4)) await clock.pause();
    }
    for (const rows of members) {
      const compare = compareAt(values, steps, step, options.largest);
      for (const row of await firstRows(rows, { limit, compare, clock })) {
        present[row * steps + step] = 1;
        if (steps === 1) order.push(row);
      }
      if (clock.dueAfter(ROW_VALUES * (1 + rows.length))) await clock.pause();
    }
  }
  return steps === 1 ? pickRows(columns, order, clock) : withoutEmptyRows(columns, clock);
}

/** @throws TinyObsError `query_execution`, unless no limit lets anything through anyway. */
export function checkLimits(limits: Float64Array): void {
  if (limits.every((limit) => limit < 1)) return;
  for (const limit of limits) checkLimit(limit);
}

function checkLimit(limit: number): void {
  if (Number.isNaN(limit)) throw new TinyObsError('query_execution', 'Parameter value is NaN');
  if (limit >= INT64_LIMIT) {
    throw new TinyObsError('query_execution', `Scalar value ${formatFloat(limit)} overflows int64`);
  }
  if (limit < -INT64_LIMIT) {
    throw new TinyObsError('query_execution', `Scalar value ${formatFloat(limit)} underflows int64`);
  }
}

/** The first of the rows in the order given; a short list is kept in order instead of sorting all. */
async function firstRows(
  rows: number[],
  how: { limit: number; compare: (rowA: number, rowB: number) => number; clock: WorkClock },
): Promise<number[]> {
  const { limit, compare, clock } = how;
  if (limit < 1) return [];
  if (limit > SHORT_LIST_MAX) {
    if (rows.length <= SORTED_AT_ONCE_MAX) return rows.sort(compare).slice(0, limit);
    const order = await sortRows(rows.length, (a, b) => compare(rows[a], rows[b]), clock);
    return order.slice(0, limit).map((place) => rows[place]);
  }
  const list: number[] = [];
  for (const row of rows) {
    if (clock.dueAfter(8)) await clock.pause();
    if (list.length === limit && compare(row, list[limit - 1]) >= 0) continue;
    if (list.length === limit) list.pop();
    list.splice(list.findLastIndex((other) => compare(other, row) < 0) + 1, 0, row);
  }
  return list;
}

function compareAt(
  values: Float64Array,
  steps: number,
  step: number,
  largest: boolean,
): (rowA: number, rowB: number) => number {
  return (rowA, rowB) => {
    const a = values[rowA * steps + step];
    const b = values[rowB * steps + step];
    if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
    if (a === b) return rowA - rowB;
    return a < b === largest ? 1 : -1;
  };
}
