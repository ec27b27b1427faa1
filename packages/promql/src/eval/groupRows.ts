import { Labels, METRIC_NAME } from '@tinyobs/model';
import type { Columns } from './columns.js';
import type { WorkClock } from './workClock.js';

export interface Groups {
  /** The group of each row. */
  readonly groupOf: Uint32Array;
  /** The labels of each group, in the order of their first rows. */
  readonly labels: readonly Labels[];
}

/** Rows belong together when the labels that the grouping leaves them are equal. */
export async function groupRows(
  columns: Columns,
  grouping: { readonly without: boolean; readonly grouping: readonly string[] },
  clock: WorkClock,
): Promise<Groups> {
  const groupOf = new Uint32Array(columns.count);
  if (!grouping.without && grouping.grouping.length === 0) {
    return { groupOf, labels: columns.count > 0 ? [Labels.EMPTY] : [] };
  }
  const names = new Set(grouping.grouping);
  if (grouping.without) names.add(METRIC_NAME);
  const groupsByKey = new Map<string, number>();
  const labels: Labels[] = [];
  for (let row = 0; row < columns.count; row++) {
    if (clock.due) await clock.pause();
    const all = columns.labels.at(row);
    const kept = grouping.without ? all.drop(names) : all.keep(names);
    let group = groupsByKey.get(kept.key);
    if (group === undefined) {
      group = labels.push(kept) - 1;
      groupsByKey.set(kept.key, group);
    }
    groupOf[row] = group;
  }
  return { groupOf, labels };
}
