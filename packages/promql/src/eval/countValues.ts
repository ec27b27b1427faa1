import { type Labels, TinyObsError } from '@tinyobs/model';
import { formatFloat } from '../formatFloat.js';
import { type Columns, ColumnsBuilder, LabelColumn } from './columns.js';
import type { Groups } from './groupRows.js';
import type { Work } from './work.js';

/** What writing out a number and looking up labels costs, in values. */
const FORMAT_VALUES = 256;

/**
 * How often each value occurs in each group, the value written into a label.
 *
 * @throws TinyObsError `query_execution` for an empty label name, `query_too_many_samples`.
 */
export async function countValues(
  columns: Columns,
  groups: Groups,
  label: string,
  { clock, budget }: Work,
): Promise<Columns> {
  if (label === '') throw new TinyObsError('query_execution', 'invalid label name ""');
  const { steps, count, values, present } = columns;
  const builder = new ColumnsBuilder(steps, 0);
  const rowsByKey = new Map<string, number>();
  const labels: Labels[] = [];
  for (let row = 0; row < count; row++) {
    for (let step = 0; step < steps; step++) {
      const from = row * steps + step;
      if (present[from] === 0) continue;
      if (clock.dueAfter(FORMAT_VALUES)) await clock.pause();
      const counted = groups.labels[groups.groupOf[row]].with(label, formatFloat(values[from]));
      let start = rowsByKey.get(counted.key);
      if (start === undefined) {
        budget.hold(steps);
        budget.holdLabels(counted);
        if (builder.isFull) await builder.makeRoom(clock);
        start = builder.addRow();
        rowsByKey.set(counted.key, start);
        labels.push(counted);
      }
      builder.values[start + step]++;
      builder.present[start + step] = 1;
    }
  }
  return builder.finish(LabelColumn.of(labels, { distinct: true, sameName: false }));
}
