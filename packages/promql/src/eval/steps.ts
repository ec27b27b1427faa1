import { type Columns, ColumnsBuilder } from './columns.js';
import { pointsOf, type Value, vectorOf } from './value.js';
import type { Work } from './work.js';

/**
 * The value of the one step there is, at each of several.
 *
 * @throws TinyObsError `query_too_many_samples`
 */
export async function repeatStep(value: Value, steps: number, { budget, clock }: Work): Promise<Value> {
  if (value.type === 'string') return value;
  budget.hold(pointsOf(value) * steps);
  if (value.type === 'scalar') {
    return { type: 'scalar', values: new Float64Array(steps).fill(value.values[0]) };
  }
  const { count, labels, values, present }: Columns = value.columns;
  const builder = new ColumnsBuilder(steps, count);
  for (let row = 0; row < count; row++) {
    const start = builder.addRow();
    builder.values.fill(values[row], start, start + steps);
    builder.present.fill(present[row], start, start + steps);
    if (clock.dueAfter(steps)) await clock.pause();
  }
  return vectorOf(builder.finish(labels));
}
