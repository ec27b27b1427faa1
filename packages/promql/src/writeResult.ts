import { assert, Labels } from '@tinyobs/model';
import type { Annotations } from './eval/annotations.js';
import type { Columns } from './eval/columns.js';
import { type Grid, type Reach, reachEnd, timeAt } from './eval/grid.js';
import { BatchReader } from './eval/rangeFunction.js';
import { bucketsOf, refuseRollups, USE_OTHERS } from './eval/rollups.js';
import { NUMBER_BYTES } from './eval/sampleBudget.js';
import type { SampleSource } from './eval/sampleSource.js';
import { sortRows } from './eval/sliced.js';
import type { Value } from './eval/value.js';
import type { Work } from './eval/work.js';
import type { MatrixValue, QueryValue, VectorValue } from './result.js';

/** A point of a matrix: time and value. */
const POINT_BYTES = 2 * NUMBER_BYTES;

/** What the labels of a series cost, in values. */
const ROW_VALUES = 2048;

export async function instantResult(value: Value, grid: Grid, work: Work): Promise<QueryValue> {
  const timeMs = grid.startMs;
  if (value.type === 'string') return { type: 'string', timeMs, value: value.value };
  if (value.type === 'scalar') return { type: 'scalar', timeMs, value: value.values[0] };
  const { columns } = value;
  const labels = await labelsOf(columns, work);
  const kept = labels.map((_, row) => row).filter((row) => columns.present[row] === 1);
  return {
    type: 'vector',
    timeMs,
    labels: kept.map((row) => labels[row]),
    values: Float64Array.from(kept, (row) => columns.values[row]),
  };
}

/** A scalar becomes a series without labels. */
export async function rangeResult(value: Value, grid: Grid, work: Work): Promise<MatrixValue> {
  if (value.type === 'vector') return matrixOf(value.columns, grid, work);
  assert(value.type === 'scalar', 'a range query gives numbers');
  const times = Float64Array.from({ length: grid.steps }, (_, step) => timeAt(grid, step));
  const starts = Uint32Array.of(0, grid.steps);
  return { type: 'matrix', labels: [Labels.EMPTY], starts, times, values: value.values };
}

/**
 * The samples that a range vector has at its one evaluation time, ordered by labels.
 *
 * @throws TinyObsError `query_needs_raw`
 */
export async function rawSamplesResult(
  source: SampleSource,
  grid: Grid,
  reach: Reach,
  { clock, budget }: Work,
): Promise<MatrixValue> {
  const endMs = reachEnd(grid, 0, reach);
  const found: { labels: Labels; times: Float64Array; values: Float64Array }[] = [];
  for await (const batch of source.batches()) {
    const rollups = bucketsOf(batch);
    if (rollups) refuseRollups(rollups, 'a range vector', USE_OTHERS);
    const reader = new BatchReader(batch);
    for (let i = 0; i < batch.count; i++) {
      const { times, values } = reader.read(i);
      let from = 0;
      while (from < times.length && times[from] <= endMs - reach.rangeMs) from++;
      let to = times.length;
      while (to > from && times[to - 1] > endMs) to--;
      if (from === to) continue;
      const labels = source.labels(batch.ids[i]);
      // As they are now, and in the result.
      budget.hold(to - from);
      budget.holdLabels(labels);
      budget.holdBytes((to - from) * POINT_BYTES);
      found.push({ labels, times: times.slice(from, to), values: values.slice(from, to) });
      if (clock.dueAfter(ROW_VALUES + times.length)) await clock.pause();
    }
  }
  const order = await sortRows(found.length, (a, b) => found[a].labels.compare(found[b].labels), clock);
  const sorted = order.map((place) => found[place]);
  const starts = new Uint32Array(found.length + 1);
  for (const [i, { times }] of sorted.entries()) starts[i + 1] = starts[i] + times.length;
  const times = new Float64Array(starts[found.length]);
  const values = new Float64Array(starts[found.length]);
  for (const [i, series] of sorted.entries()) {
    times.set(series.times, starts[i]);
    values.set(series.values, starts[i]);
    if (clock.dueAfter(series.times.length)) await clock.pause();
  }
  return { type: 'matrix', labels: sorted.map((series) => series.labels), starts, times, values };
}

/** At most `limit` series, 0 for all. */
export function truncate(value: QueryValue, limit: number, annotations: Annotations): QueryValue {
  if (limit === 0 || (value.type !== 'vector' && value.type !== 'matrix')) return value;
  if (value.labels.length <= limit) return value;
  annotations.warnOfResult('results truncated due to limit');
  const labels = value.labels.slice(0, limit);
  if (value.type === 'vector') {
    const cut: VectorValue = { ...value, labels, values: value.values.subarray(0, limit) };
    return cut;
  }
  return { ...value, labels, starts: value.starts.subarray(0, limit + 1) };
}

async function matrixOf(columns: Columns, grid: Grid, work: Work): Promise<MatrixValue> {
  const { clock, budget } = work;
  const { count, steps, present } = columns;
  const labels = await labelsOf(columns, work);
  const rows = await sortRows(count, (a, b) => labels[a].compare(labels[b]), clock);
  let points = 0;
  for (let row = 0; row < count; row++) {
    for (let place = row * steps; place < (row + 1) * steps; place++) points += present[place];
    if (clock.dueAfter(steps)) await clock.pause();
  }
  budget.holdBytes(points * POINT_BYTES);
  const times = new Float64Array(points);
  const values = new Float64Array(points);
  const starts = [0];
  const kept: Labels[] = [];
  let point = 0;
  for (const row of rows) {
    for (let step = 0; step < steps; step++) {
      const place = row * steps + step;
      if (present[place] === 0) continue;
      times[point] = timeAt(grid, step);
      values[point++] = columns.values[place];
    }
    if (clock.dueAfter(4 * steps)) await clock.pause();
    if (point === starts[starts.length - 1]) continue;
    starts.push(point);
    kept.push(labels[row]);
  }
  return { type: 'matrix', labels: kept, starts: Uint32Array.from(starts), times, values };
}

async function labelsOf(columns: Columns, { clock, budget }: Work): Promise<Labels[]> {
  const labels: Labels[] = [];
  for (let row = 0; row < columns.count; row++) {
    if (clock.due) await clock.pause();
    const own = columns.labels.at(row);
    budget.holdLabels(own);
    labels.push(own);
  }
  return labels;
}
