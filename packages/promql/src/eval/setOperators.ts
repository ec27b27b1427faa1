import type { Binary } from '../ast.js';
import { type Columns, concatenate, mergeEqualLabels, withoutEmptyRows } from './columns.js';
import { DEFAULT_MATCHING, signaturesOf } from './signatures.js';
import type { WorkClock } from './workClock.js';

/** `and`, `or` and `unless` on match groups, step by step. */
export async function combineSets(
  expr: Binary,
  left: Columns,
  right: Columns,
  clock: WorkClock,
): Promise<Columns> {
  const { groupOf, count } = await signaturesOf(expr.matching ?? DEFAULT_MATCHING, [left, right], clock);
  const [leftGroups, rightGroups] = groupOf;
  if (expr.op === 'or') {
    maskRows(right, rightGroups, presenceOf(left, leftGroups, count), 0);
    return mergeEqualLabels(concatenate(left, withoutEmptyRows(right)), clock);
  }
  maskRows(left, leftGroups, presenceOf(right, rightGroups, count), expr.op === 'and' ? 1 : 0);
  return withoutEmptyRows(left);
}

/** At which steps each group has a value: place `group * steps + step` is 1. */
export function presenceOf(columns: Columns, groups: Uint32Array, count: number): Uint8Array {
  const { steps, present } = columns;
  const presence = new Uint8Array(count * steps);
  for (let row = 0; row < columns.count; row++) {
    for (let step = 0; step < steps; step++) {
      presence[groups[row] * steps + step] |= present[row * steps + step];
    }
  }
  return presence;
}

/** Takes away the values whose group's presence is not the wanted one. */
function maskRows(columns: Columns, groups: Uint32Array, presence: Uint8Array, wanted: 0 | 1): void {
  const { steps, present } = columns;
  for (let row = 0; row < columns.count; row++) {
    for (let step = 0; step < steps; step++) {
      if (presence[groups[row] * steps + step] !== wanted) present[row * steps + step] = 0;
    }
  }
}
