import type { Labels } from '@tinyobs/model';
import type { VectorMatching } from '../ast.js';
import { type Columns, ColumnsBuilder, concatenate, LabelColumn } from './columns.js';
import { presenceOf } from './setOperators.js';
import { matchedLabels } from './signatures.js';
import type { Work } from './work.js';

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
  { clock, budget }: Work,
): Promise<MatchSide> {
  const { steps } = own.columns;
  const there = presenceOf(own.columns, own.groupOf, groups.count);
  const wanted = presenceOf(other.columns, other.groupOf, groups.count);
  const reduce = matchedLabels(groups.matching);
  const builder = new ColumnsBuilder(steps);
  const labels: Labels[] = [];
  const filledGroups: number[] = [];
  for (const [row, group] of firstRows(other)) {
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
    if (clock.due) await clock.pause();
  }
  const groupOf = new Uint32Array(own.columns.count + filledGroups.length);
  groupOf.set(own.groupOf.subarray(0, own.columns.count));
  groupOf.set(filledGroups, own.columns.count);
  return { columns: concatenate(own.columns, builder.finish(LabelColumn.of(labels))), groupOf };
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
