import { type Binary, isComparison, isSetOp } from '../ast.js';
import { type Columns, withoutEmptyRows, withoutMetricName } from './columns.js';
import type { Evaluator } from './evaluator.js';
import type { Grid } from './grid.js';
import { arithmeticOf } from './operators.js';
import { combineSets } from './setOperators.js';
import { type Value, vectorOf } from './value.js';
import { matchVectors } from './vectorMatching.js';

export async function evaluateBinary(evaluator: Evaluator, expr: Binary, grid: Grid): Promise<Value> {
  const left = await evaluator.evaluate(expr.left, grid);
  const right = await evaluator.evaluate(expr.right, grid);
  if (left.type === 'scalar' && right.type === 'scalar') {
    const compute = arithmeticOf(expr.op);
    return { type: 'scalar', values: left.values.map((value, step) => compute(value, right.values[step])) };
  }
  if (left.type === 'vector' && right.type === 'vector') {
    if (isSetOp(expr.op))
      return vectorOf(await combineSets(expr, left.columns, right.columns, evaluator.work));
    return vectorOf(await matchVectors(expr, left.columns, right.columns, evaluator.work));
  }
  if (left.type === 'vector' && right.type === 'scalar') {
    return vectorOf(await withScalar(evaluator, expr, left.columns, right.values, false));
  }
  const [scalar, vector] = [left, right] as [Value & { type: 'scalar' }, Value & { type: 'vector' }];
  return vectorOf(await withScalar(evaluator, expr, vector.columns, scalar.values, true));
}

/** A comparison without `bool` keeps or drops the vector's values, whichever side they are on. */
async function withScalar(
  evaluator: Evaluator,
  expr: Binary,
  columns: Columns,
  scalar: Float64Array,
  scalarIsLeft: boolean,
): Promise<Columns> {
  const { steps, count, values, present } = columns;
  const compute = arithmeticOf(expr.op);
  const filters = isComparison(expr.op) && !expr.returnBool;
  for (let row = 0; row < count; row++) {
    for (let step = 0; step < steps; step++) {
      const place = row * steps + step;
      const value = values[place];
      const result = scalarIsLeft ? compute(scalar[step], value) : compute(value, scalar[step]);
      if (!filters) values[place] = result;
      else if (result === 0) present[place] = 0;
    }
    if (evaluator.clock.dueAfter(4 * steps)) await evaluator.clock.pause();
  }
  return filters ? withoutEmptyRows(columns, evaluator.clock) : withoutMetricName(columns, evaluator.work);
}
