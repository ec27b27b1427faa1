import { type Columns, ColumnsBuilder } from './columns.js';
import type { SampleBudget } from './sampleBudget.js';
import { pointsOf, type Value, vectorOf } from './value.js';

/**
 * The value of the one step there is, at each of several.
 *
 * @throws TinyObsError `query_too_many_samples`
 */
export function repeatStep(value: Value, steps: number, budget: SampleBudget): Value {
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
  }
  return vectorOf(builder.finish(labels));
}
