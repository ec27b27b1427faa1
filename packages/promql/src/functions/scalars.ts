import { Labels } from '@tinyobs/model';
import { type Call, withoutParens } from '../ast.js';
import { type Columns, ColumnsBuilder, LabelColumn, withoutMetricName } from '../eval/columns.js';
import type { Evaluator } from '../eval/evaluator.js';
import { type Grid, type QueryTimes, timeAt } from '../eval/grid.js';
import { mapValues } from '../eval/sliced.js';
import { type Value, vectorOf } from '../eval/value.js';
import type { WorkClock } from '../eval/workClock.js';
import { define, experimental, type FunctionDefinition } from './definition.js';

/** Functions between scalars and vectors, and of time. */
export const SCALAR_FUNCTIONS: readonly FunctionDefinition[] = [
  define(
    'pi',
    [],
    {
      kind: 'call',
      async evaluate(_evaluator: Evaluator, _call: Call, grid: Grid) {
        return { type: 'scalar', values: new Float64Array(grid.steps).fill(Math.PI) };
      },
    },
    { returns: 'scalar' },
  ),
  define(
    'time',
    [],
    {
      kind: 'call',
      async evaluate(_evaluator: Evaluator, _call: Call, grid: Grid) {
        return { type: 'scalar', values: secondsOf(grid) };
      },
    },
    { returns: 'scalar', dependsOnTime: true },
  ),
  ofQuery('start', ({ startMs }) => startMs),
  ofQuery('end', ({ endMs }) => endMs),
  ofQuery('step', ({ stepMs }) => stepMs),
  ofQuery('range', ({ startMs, endMs }) => endMs - startMs),
  ofTwo('min_of', Math.min),
  ofTwo('max_of', Math.max),
  define('vector', ['scalar'], {
    kind: 'call',
    async evaluate(evaluator: Evaluator, call: Call, grid: Grid) {
      return vectorOf(singleRow(await evaluator.scalar(call.args[0], grid)));
    },
  }),
  define(
    'scalar',
    ['instant vector'],
    {
      kind: 'call',
      async evaluate(evaluator: Evaluator, call: Call, grid: Grid) {
        const columns = await evaluator.vector(call.args[0], grid);
        return { type: 'scalar', values: await onlyValues(columns, evaluator.clock) };
      },
    },
    { returns: 'scalar' },
  ),
  define('timestamp', ['instant vector'], { kind: 'call', evaluate: timestamp }, { dependsOnTime: true }),
];

function ofTwo(name: string, choose: (a: number, b: number) => number): FunctionDefinition {
  const evaluate = async (evaluator: Evaluator, call: Call, grid: Grid): Promise<Value> => {
    const first = await evaluator.scalar(call.args[0], grid);
    const second = await evaluator.scalar(call.args[1], grid);
    return { type: 'scalar', values: first.map((value, step) => choose(value, second[step])) };
  };
  return experimental(define(name, ['scalar', 'scalar'], { kind: 'call', evaluate }, { returns: 'scalar' }));
}

/** A time of the query itself, the same at every step. */
function ofQuery(name: string, timeMs: (times: QueryTimes) => number): FunctionDefinition {
  const evaluate = async (evaluator: Evaluator, _call: Call, grid: Grid): Promise<Value> => ({
    type: 'scalar',
    values: new Float64Array(grid.steps).fill(timeMs(evaluator.times) / 1000),
  });
  return experimental(define(name, [], { kind: 'call', evaluate }, { returns: 'scalar' }));
}

function secondsOf(grid: Grid): Float64Array {
  const seconds = new Float64Array(grid.steps);
  for (let step = 0; step < grid.steps; step++) seconds[step] = timeAt(grid, step) / 1000;
  return seconds;
}

function singleRow(values: Float64Array): Columns {
  const builder = new ColumnsBuilder(values.length, 1);
  builder.addRow();
  builder.values.set(values);
  builder.present.fill(1);
  return builder.finish(LabelColumn.of([Labels.EMPTY], { distinct: true, sameName: true }));
}

/** The value of the one series that has one, NaN where there is none or several. */
async function onlyValues(columns: Columns, clock: WorkClock): Promise<Float64Array> {
  const { steps, count, values, present } = columns;
  const result = new Float64Array(steps).fill(Number.NaN);
  const found = new Uint32Array(steps);
  for (let row = 0; row < count; row++) {
    for (let step = 0; step < steps; step++) {
      const place = row * steps + step;
      if (present[place] === 0) continue;
      result[step] = found[step] === 0 ? values[place] : Number.NaN;
      found[step]++;
    }
    if (clock.dueAfter(steps)) await clock.pause();
  }
  return result;
}

/** When the samples of a selector were taken; of anything else, when it was evaluated. */
async function timestamp(evaluator: Evaluator, call: Call, grid: Grid) {
  const arg = withoutParens(call.args[0]);
  if (arg.type === 'vectorSelector') {
    return vectorOf(await withoutMetricName(await evaluator.select(arg, grid, true), evaluator.work));
  }
  const columns = await evaluator.vector(arg, grid);
  await mapValues(columns, (_value, step) => timeAt(grid, step) / 1000, evaluator.clock);
  return vectorOf(await withoutMetricName(columns, evaluator.work));
}
