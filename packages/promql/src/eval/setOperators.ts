import type { Binary } from '../ast.js';
import { type Columns, concatenate, mergeEqualLabels, withoutEmptyRows } from './columns.js';
import { DEFAULT_MATCHING, signaturesOf } from './signatures.js';
import type { Work } from './work.js';
import type { WorkClock } from './workClock.js';

/** `and`, `or` and `unless` on match groups, step by step. */
export async function combineSets(expr: Binary, left: Columns, right: Columns, work: Work): Promise<Columns> {
  const { clock } = work;
  const { groupOf, count } = await signaturesOf(expr.matching ?? DEFAULT_MATCHING, [left, right], work);
  const [leftGroups, rightGroups] = groupOf;
  if (expr.op === 'or') {
    await maskRows(right, rightGroups, await presenceOf(left, leftGroups, count, work), 0, clock);
    const others = await withoutEmptyRows(right, clock);
    return mergeEqualLabels(await concatenate(left, others, clock), work);
  }
  const presence = await presenceOf(right, rightGroups, count, work);
  await maskRows(left, leftGroups, presence, expr.op === 'and' ? 1 : 0, clock);
  return withoutEmptyRows(left, clock);
}

/** At which steps each group has a value: place `group * steps + step` is 1. */
export async function presenceOf(
  columns: Columns,
  groups: Uint32Array,
  count: number,
  { budget, clock }: Work,
): Promise<Uint8Array> {
  const { steps, present } = columns;
  budget.holdBytes(count * steps);
  const presence = new Uint8Array(count * steps);
  for (let row = 0; row < columns.count; row++) {
    for (let step = 0; step < steps; step++) {
      presence[groups[row] * steps + step] |= present[row * steps + step];
    }
    if (clock.dueAfter(steps)) await clock.pause();
  }
  return presence;
}

/** Takes away the values whose group's presence is not the wanted one. */
async function maskRows(
  columns: Columns,
  groups: Uint32Array,
  presence: Uint8Array,
  wanted: 0 | 1,
  clock: WorkClock,
): Promise<void> {
  const { steps, present } = columns;
  for (let row = 0; row < columns.count; row++) {
    for (let step = 0; step < steps; step++) {
      if (presence[groups[row] * steps + step] !== wanted) present[row * steps + step] = 0;
    }
    if (clock.dueAfter(steps)) await clock.pause();
  }
}
