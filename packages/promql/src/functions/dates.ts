import { Labels } from '@tinyobs/model';
import type { Call } from '../ast.js';
import { type Columns, ColumnsBuilder, LabelColumn, withoutMetricName } from '../eval/columns.js';
import type { Evaluator } from '../eval/evaluator.js';
import { type Grid, timeAt } from '../eval/grid.js';
import { mapValues } from '../eval/sliced.js';
import { vectorOf } from '../eval/value.js';
import { define, type FunctionDefinition } from './definition.js';

const DAY_MS = 86_400_000;

/** Parts of a UTC date: of the values as seconds since the epoch, or of the evaluation time. */
export const DATE_FUNCTIONS: readonly FunctionDefinition[] = [
  dateFunction('minute', (date) => date.getUTCMinutes()),
  dateFunction('hour', (date) => date.getUTCHours()),
  dateFunction('day_of_week', (date) => date.getUTCDay()),
  dateFunction('day_of_month', (date) => date.getUTCDate()),
  dateFunction('day_of_year', dayOfYear),
  dateFunction('days_in_month', daysInMonth),
  dateFunction('month', (date) => date.getUTCMonth() + 1),
  dateFunction('year', (date) => date.getUTCFullYear()),
];

function dateFunction(name: string, part: (date: Date) => number): FunctionDefinition {
  const evaluate = async (evaluator: Evaluator, call: Call, grid: Grid) => {
    const columns =
      call.args.length === 0 ? evaluationTimes(grid) : await evaluator.vector(call.args[0], grid);
    await mapValues(columns, (seconds) => part(new Date(Math.trunc(seconds) * 1000)), evaluator.clock);
    return vectorOf(await withoutMetricName(columns, evaluator.work));
  };
  return define(name, ['instant vector'], { kind: 'call', evaluate }, { optional: 1, dependsOnTime: true });
}

function evaluationTimes(grid: Grid): Columns {
  const builder = new ColumnsBuilder(grid.steps, 1);
  builder.addRow();
  for (let step = 0; step < grid.steps; step++) builder.values[step] = Math.floor(timeAt(grid, step) / 1000);
  builder.present.fill(1);
  return builder.finish(LabelColumn.of([Labels.EMPTY], { distinct: true, sameName: true }));
}

function dayOfYear(date: Date): number {
  return Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY_MS) + 1;
}

function daysInMonth(date: Date): number {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
}
