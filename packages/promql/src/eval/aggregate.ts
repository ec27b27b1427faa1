import type { SeriesId } from '@tinyobs/model';
import type { Aggregate } from '../ast.js';
import { type AccumulatedOp, isAccumulated } from './accumulators.js';
import {
  type Columns,
  ColumnsBuilder,
  LabelColumn,
  type LabelReader,
  withoutMetricLabels,
} from './columns.js';
import { countValues } from './countValues.js';
import { GroupAggregator } from './groupAggregator.js';
import { type Groups, groupRows } from './groupRows.js';
import { limitToCount, limitToRatio } from './limitRows.js';
import { quantileOf } from './quantile.js';
import type { Rows } from './rows.js';
import { selectExtremes } from './selectExtremes.js';
import type { Work } from './work.js';
import type { WorkClock } from './workClock.js';

/** What sorting a value among some thousands costs, in values. */
const MEMBER_VALUES = 16;

/** What finding the group of a row costs, in values. */
const ROW_VALUES = 64;

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
  if (isAccumulated(expr.op)) return accumulate(expr.op, expr, columns, work);
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
  }
}

/** Rows to be aggregated as they come. */
export interface AggregableRows {
  readonly rows: Rows;
  /** The labels that speak of the metric are not there any more. */
  readonly dropsName: boolean;
  /** Told the id of the first row, when there is one. */
  readonly onFirst?: (id: SeriesId) => void;
}

/** The same for rows that are computed only now, and not kept. */
export async function aggregateRows(
  expr: Aggregate & { readonly op: AccumulatedOp },
  { rows, dropsName, onFirst }: AggregableRows,
  { steps, work }: { readonly steps: number; readonly work: Work },
): Promise<Columns> {
  const { source } = rows;
  const named: LabelReader = {
    at: (id) => source.labels(id),
    value: (id, name) => source.labelValue(id, name),
  };
  const labels = dropsName ? withoutMetricLabels(named) : named;
  const aggregator = new GroupAggregator(expr, { labels, steps, work });
  await rows.feed(aggregator);
  if (aggregator.firstId !== undefined) onFirst?.(aggregator.firstId);
  return aggregator.finish();
}

async function accumulate(
  op: AccumulatedOp,
  expr: Aggregate,
  columns: Columns,
  work: Work,
): Promise<Columns> {
  const { steps, count, values, present, labels } = columns;
  const aggregator = new GroupAggregator({ ...expr, op }, { labels, steps, work });
  for (let row = 0; row < count; row++) {
    if (aggregator.isFull) await aggregator.makeRoom();
    aggregator.add(row, values, present, row * steps);
    if (work.clock.dueAfter(ROW_VALUES + steps)) await work.clock.pause();
  }
  return aggregator.finish();
}

async function quantiles(
  columns: Columns,
  groups: Groups,
  q: Float64Array,
  clock: WorkClock,
): Promise<Columns> {
  const { steps, count, values, present } = columns;
  const builder = groupBuilder(columns, groups);
  const starts = startsOfGroups(groups);
  const gathered = new Float64Array(count);
  for (let step = 0; step < steps; step++) {
    const ends = starts.slice();
    for (let row = 0; row < count; row++) {
      const place = row * steps + step;
      if (present[place] === 1) gathered[ends[groups.groupOf[row]]++] = values[place];
      if (clock.dueAfter(4)) await clock.pause();
    }
    for (let group = 0; group < ends.length; group++) {
      const members = gathered.subarray(starts[group], ends[group]);
      if (clock.dueAfter(MEMBER_VALUES * (1 + members.length))) await clock.pause();
      if (members.length === 0) continue;
      builder.values[group * steps + step] = quantileOf(q[step], members);
      builder.present[group * steps + step] = 1;
    }
  }
  return builder.finish(labelsOfGroups(groups));
}

/** Where the rows of each group begin when they are put one group after the other. */
function startsOfGroups({ groupOf, labels }: Groups): Uint32Array {
  const starts = new Uint32Array(labels.length);
  for (const group of groupOf) if (group + 1 < starts.length) starts[group + 1]++;
  for (let group = 1; group < starts.length; group++) starts[group] += starts[group - 1];
  return starts;
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
