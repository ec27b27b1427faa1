import type { Labels } from '@tinyobs/model';
import type { VectorMatching } from '../ast.js';
import { type Columns, ColumnsBuilder, concatenate, LabelColumn } from './columns.js';
import { presenceOf } from './setOperators.js';
import { matchedLabels } from './signatures.js';
import type { Work } from './work.js';

/** What the labels of a row cost, in values. */
const ROW_VALUES = 2048;

/** One side of a match: its rows, and the match group of each. */
export interface MatchSide {
  readonly columns: Columns;
  readonly groupOf: Uint32Array;
}

/**
 * A side with a row for each match group that it lacks at some step while the other side has it; all that such
 * a row has for labels is what the group is matched by.
 *
 * @throws TinyObsError `query_too_many_samples`
 */
export async function fillMissing(
  own: MatchSide,
  other: MatchSide,
  groups: { readonly count: number; readonly matching: VectorMatching },
  value: number,
  work: Work,
): Promise<MatchSide> {
  const { clock, budget } = work;
  const { steps } = own.columns;
  const there = await presenceOf(own.columns, own.groupOf, groups.count, work);
  const wanted = await presenceOf(other.columns, other.groupOf, groups.count, work);
  const reduce = matchedLabels(groups.matching);
  const builder = new ColumnsBuilder(steps, 0);
  const labels: Labels[] = [];
  const filledGroups: number[] = [];
  for (const [row, group] of firstRows(other)) {
    if (builder.isFull) await builder.makeRoom(clock);
    const start = builder.addRow();
    let found = false;
    for (let step = 0; step < steps; step++) {
      const place = group * steps + step;
      if (wanted[place] === 0 || there[place] === 1) continue;
      builder.values[start + step] = value;
      builder.present[start + step] = 1;
      found = true;
    }
    if (found) {
      budget.hold(steps);
      labels.push(reduce(other.columns.labels.at(row)));
      filledGroups.push(group);
    } else {
      builder.dropRow();
    }
    if (clock.dueAfter(ROW_VALUES + steps)) await clock.pause();
  }
  const groupOf = new Uint32Array(own.columns.count + filledGroups.length);
  groupOf.set(own.groupOf.subarray(0, own.columns.count));
  groupOf.set(filledGroups, own.columns.count);
  const filled = builder.finish(LabelColumn.of(labels));
  return { columns: await concatenate(own.columns, filled, clock), groupOf };
}

/** A row of each match group. */
function* firstRows({ columns, groupOf }: MatchSide): Iterable<readonly [row: number, group: number]> {
  const seen = new Set<number>();
  for (let row = 0; row < columns.count; row++) {
    if (seen.has(groupOf[row])) continue;
    seen.add(groupOf[row]);
    yield [row, groupOf[row]];
  }
}
