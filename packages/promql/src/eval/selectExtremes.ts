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
/** What looking at a row costs, and sorting it, in values. */
const OFFER_VALUES = 12;
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
  const order = new StepOrder(values, steps, options.largest);
  const rowsOfGroup: number[][] = groups.labels.map(() => []);
  const picked: number[] = [];
  for (let step = 0; step < steps; step++) {
    const limit = Math.trunc(options.limits[step]);
    const isShort = limit <= SHORT_LIST_MAX;
    order.step = step;
    for (const rows of rowsOfGroup) rows.length = 0;
    for (let row = 0; row < count; row++) {
      const place = row * steps + step;
      if (present[place] === 1) {
        const rows = rowsOfGroup[groups.groupOf[row]];
        if (isShort) offer(row, rows, limit, order);
        else rows.push(row);
      }
      present[place] = 0;
      if (clock.dueAfter(OFFER_VALUES)) await clock.pause();
    }
    for (const rows of rowsOfGroup) {
      for (const row of isShort ? rows : await firstRows(rows, { limit, order, clock })) {
        present[row * steps + step] = 1;
        if (steps === 1) picked.push(row);
      }
      if (clock.dueAfter(ROW_VALUES * (1 + rows.length))) await clock.pause();
    }
  }
  return steps === 1 ? pickRows(columns, picked, clock) : withoutEmptyRows(columns, clock);
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

/** Puts a row into a list that is in order and keeps the first `limit` rows, where it is one of them. */
function offer(row: number, list: number[], limit: number, order: StepOrder): void {
  if (list.length >= limit && (limit < 1 || order.compare(row, list[limit - 1]) >= 0)) return;
  if (list.length === limit) list.pop();
  let at = list.length;
  list.push(row);
  for (; at > 0 && order.compare(list[at - 1], row) >= 0; at--) list[at] = list[at - 1];
  list[at] = row;
}

/** The first of the rows in the order. */
async function firstRows(
  rows: number[],
  { limit, order, clock }: { limit: number; order: StepOrder; clock: WorkClock },
): Promise<number[]> {
  if (rows.length <= SORTED_AT_ONCE_MAX) return rows.sort((a, b) => order.compare(a, b)).slice(0, limit);
  const places = await sortRows(rows.length, (a, b) => order.compare(rows[a], rows[b]), clock);
  return places.slice(0, limit).map((place) => rows[place]);
}

/** The order of rows by their values at a step: the most extreme first, NaN last, of equal ones as they come. */
class StepOrder {
  step = 0;
  readonly #values: Float64Array;
  readonly #steps: number;
  readonly #largest: boolean;

  constructor(values: Float64Array, steps: number, largest: boolean) {
    this.#values = values;
    this.#steps = steps;
    this.#largest = largest;
  }

  compare(rowA: number, rowB: number): number {
    const a = this.#values[rowA * this.#steps + this.step];
    const b = this.#values[rowB * this.#steps + this.step];
    if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return rowA - rowB;
    if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) ? 1 : -1;
    return a < b === this.#largest ? 1 : -1;
  }
}
