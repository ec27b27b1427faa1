import type { Aggregate } from '../ast.js';
import { createAccumulator } from './accumulators.js';
import { type Columns, ColumnsBuilder, LabelColumn } from './columns.js';
import { countValues } from './countValues.js';
import { type Groups, groupRows } from './groupRows.js';
import { limitToCount, limitToRatio } from './limitRows.js';
import { quantileOf } from './quantile.js';
import { selectExtremes } from './selectExtremes.js';
import type { Work } from './work.js';
import type { WorkClock } from './workClock.js';

export interface AggregateInput {
  readonly work: Work;
  /** The scalar parameter by step. */
  readonly param?: Float64Array;
  /** The label `count_values` puts values into. */
  readonly label?: string;
}

/** @throws TinyObsError `query_execution` for a parameter that makes no sense. */
export async function aggregate(expr: Aggregate, columns: Columns, input: AggregateInput): Promise<Columns> {
  const { work } = input;
  const groups = await groupRows(columns, expr, work.clock);
  switch (expr.op) {
    case 'topk':
    case 'bottomk':
      return selectExtremes(columns, groups, {
        largest: expr.op === 'topk',
        limits: input.param as Float64Array,
        clock: work.clock,
      });
    case 'limitk':
      return limitToCount(columns, groups, input.param as Float64Array, work.clock);
    case 'limit_ratio':
      return limitToRatio(columns, input.param as Float64Array, work.clock);
    case 'quantile':
      return quantiles(columns, groups, input.param as Float64Array, work.clock);
    case 'count_values':
      return countValues(columns, groups, input.label as string, work);
    default:
      return accumulate(expr.op, columns, groups, work.clock);
  }
}

async function accumulate(
  op: Parameters<typeof createAccumulator>[0],
  columns: Columns,
  groups: Groups,
  clock: WorkClock,
): Promise<Columns> {
  const { steps, count, values, present } = columns;
  const builder = groupBuilder(columns, groups);
  const accumulator = createAccumulator(op, builder.values.length);
  for (let row = 0; row < count; row++) {
    const from = row * steps;
    const to = groups.groupOf[row] * steps;
    for (let step = 0; step < steps; step++) {
      if (present[from + step] === 0) continue;
      accumulator.add(to + step, values[from + step]);
      builder.present[to + step] = 1;
    }
    if (clock.due) await clock.pause();
  }
  for (let place = 0; place < groups.labels.length * steps; place++) {
    if (builder.present[place] === 1) builder.values[place] = accumulator.result(place);
  }
  return builder.finish(labelsOfGroups(groups));
}

async function quantiles(
  columns: Columns,
  groups: Groups,
  q: Float64Array,
  clock: WorkClock,
): Promise<Columns> {
  const { steps, count, values, present } = columns;
  const builder = groupBuilder(columns, groups);
  for (let step = 0; step < steps; step++) {
    const members: number[][] = groups.labels.map(() => []);
    for (let row = 0; row < count; row++) {
      const place = row * steps + step;
      if (present[place] === 1) members[groups.groupOf[row]].push(values[place]);
    }
    for (const [group, gathered] of members.entries()) {
      if (gathered.length === 0) continue;
      builder.values[group * steps + step] = quantileOf(q[step], Float64Array.from(gathered));
      builder.present[group * steps + step] = 1;
    }
    if (clock.due) await clock.pause();
  }
  return builder.finish(labelsOfGroups(groups));
}

/** A row for each group. */
function groupBuilder(columns: Columns, groups: Groups): ColumnsBuilder {
  const builder = new ColumnsBuilder(columns.steps, groups.labels.length);
  for (let group = 0; group < groups.labels.length; group++) builder.addRow();
  return builder;
}

function labelsOfGroups(groups: Groups): LabelColumn {
  return LabelColumn.of(groups.labels, { distinct: true, sameName: false });
}
