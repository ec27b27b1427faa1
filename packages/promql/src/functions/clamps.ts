import type { Call } from '../ast.js';
import { withoutEmptyRows, withoutMetricName } from '../eval/columns.js';
import type { Evaluator } from '../eval/evaluator.js';
import type { Grid } from '../eval/grid.js';
import { mapValues } from '../eval/sliced.js';
import { vectorOf } from '../eval/value.js';
import { define, type FunctionDefinition } from './definition.js';

/** Functions that keep values within bounds; bounds that exclude each other leave no value. */
export const CLAMP_FUNCTIONS: readonly FunctionDefinition[] = [
  clamping('clamp', ['min', 'max']),
  clamping('clamp_min', ['min']),
  clamping('clamp_max', ['max']),
];

function clamping(name: string, bounds: readonly ('min' | 'max')[]): FunctionDefinition {
  const evaluate = async (evaluator: Evaluator, call: Call, grid: Grid) => {
    const { steps } = grid;
    let lowest: Float64Array = new Float64Array(steps).fill(Number.NEGATIVE_INFINITY);
    let highest: Float64Array = new Float64Array(steps).fill(Number.POSITIVE_INFINITY);
    for (const [i, bound] of bounds.entries()) {
      const values = await evaluator.scalar(call.args[i + 1], grid);
      if (bound === 'min') lowest = values;
      else highest = values;
    }
    const columns = await evaluator.vector(call.args[0], grid);
    for (let step = 0; step < steps; step++) {
      if (!(highest[step] < lowest[step])) continue;
      for (let row = 0; row < columns.count; row++) columns.present[row * steps + step] = 0;
      if (evaluator.clock.dueAfter(columns.count)) await evaluator.clock.pause();
    }
    const clamp = (value: number, step: number) => larger(lowest[step], smaller(highest[step], value));
    await mapValues(columns, clamp, evaluator.clock);
    return vectorOf(
      await withoutMetricName(await withoutEmptyRows(columns, evaluator.clock), evaluator.work),
    );
  };
  return define(name, ['instant vector', ...bounds.map(() => 'scalar' as const)], { kind: 'call', evaluate });
}

/** As Go compares: an infinity wins over NaN, NaN over everything else. */
function larger(a: number, b: number): number {
  return a === Number.POSITIVE_INFINITY || b === Number.POSITIVE_INFINITY
    ? Number.POSITIVE_INFINITY
    : Math.max(a, b);
}

function smaller(a: number, b: number): number {
  return a === Number.NEGATIVE_INFINITY || b === Number.NEGATIVE_INFINITY
    ? Number.NEGATIVE_INFINITY
    : Math.min(a, b);
}
