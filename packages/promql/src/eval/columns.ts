import { assert, type Labels, METRIC_NAME, TinyObsError } from '@tinyobs/model';
import type { Work } from './work.js';
import type { WorkClock } from './workClock.js';

/** Labels that speak of the metric itself; whatever changes the meaning of a value drops them. */
const METRIC_LABELS: ReadonlySet<string> = new Set([METRIC_NAME, '__type__', '__unit__']);

export function dropMetricLabels(labels: Labels): Labels {
  return labels.drop(METRIC_LABELS);
}

/** Labels by row. */
export interface LabelReader {
  at(row: number): Labels;
  /** The value of one label, '' for none. */
  value(row: number, name: string): string;
}

/** Labels of rows, made into objects when they are asked for. */
export class LabelColumn implements LabelReader {
  readonly #resolve: (row: number) => Labels;
  readonly #labelOf: LabelReader['value'] | undefined;
  readonly #known: Labels[] = [];
  /** No two rows have equal labels, for sure. */
  readonly distinct: boolean;
  /** All rows have the same metric name, so that they stay distinct without it. */
  readonly sameName: boolean;

  /** `labelOf` tells one label where that takes less than all of them. */
  constructor(
    resolve: (row: number) => Labels,
    traits: { distinct: boolean; sameName: boolean },
    labelOf?: LabelReader['value'],
  ) {
    this.#resolve = resolve;
    this.#labelOf = labelOf;
    this.distinct = traits.distinct;
    this.sameName = traits.sameName;
  }

  static of(labels: readonly Labels[], traits = { distinct: false, sameName: false }): LabelColumn {
    return new LabelColumn((row) => labels[row], traits);
  }

  at(row: number): Labels {
    let labels = this.#known[row];
    if (labels === undefined) {
      labels = this.#resolve(row);
      this.#known[row] = labels;
    }
    return labels;
  }

  value(row: number, name: string): string {
    return this.#labelOf ? this.#labelOf(row, name) : this.at(row).get(name);
  }

  withoutName(): LabelColumn {
    const distinct = this.distinct && this.sameName;
    const { at, value } = withoutMetricLabels(this);
    return new LabelColumn(at, { distinct, sameName: true }, value);
  }

  pick(rows: readonly number[]): LabelColumn {
    return new LabelColumn(
      (row) => this.at(rows[row]),
      this,
      (row, name) => this.value(rows[row], name),
    );
  }
}

/** The same labels but for those that speak of the metric. */
export function withoutMetricLabels(labels: LabelReader): LabelReader {
  return {
    at: (row) => dropMetricLabels(labels.at(row)),
    value: (row, name) => (METRIC_LABELS.has(name) ? '' : labels.value(row, name)),
  };
}

/**
 * A vector at each of some evaluation times ("steps"). The value of row r at step s is at place
 * `r * steps + s` of `values`, and exists where `present` is 1 there; other values mean nothing. Whoever is
 * given columns as the value of an expression owns them and may write into them.
 */
export interface Columns {
  readonly steps: number;
  readonly count: number;
  readonly labels: LabelColumn;
  readonly values: Float64Array;
  readonly present: Uint8Array;
}

/** Gathers rows; there must be room for each, which `makeRoom` sees to where their number is not known before. */
export class ColumnsBuilder {
  readonly steps: number;
  count = 0;
  values: Float64Array;
  present: Uint8Array;

  constructor(steps: number, rowsExpected: number) {
    this.steps = steps;
    this.values = new Float64Array(steps * rowsExpected);
    this.present = new Uint8Array(steps * rowsExpected);
  }

  /** The next row does not fit. */
  get isFull(): boolean {
    return (this.count + 1) * this.steps > this.values.length;
  }

  /** For one row at least, and as many as there are. */
  async makeRoom(clock: WorkClock): Promise<void> {
    const rows = Math.max(1, 2 * this.count, Math.min(ROWS_MIN, Math.floor(PLACES_MIN / this.steps)));
    const places = rows * this.steps;
    this.values = await copied(this.values, new Float64Array(places), clock);
    this.present = await copied(this.present, new Uint8Array(places), clock);
  }

  /** Adds a row without values; returns the place of its first step. */
  addRow(): number {
    assert(!this.isFull, 'whoever adds a row has made room for it');
    return this.count++ * this.steps;
  }

  /** Takes the last row back; whatever was set in it is cleared. */
  dropRow(): void {
    this.count--;
    const start = this.count * this.steps;
    this.present.fill(0, start, start + this.steps);
  }

  finish(labels: LabelColumn): Columns {
    const { steps, count, values, present } = this;
    return { steps, count, labels, values, present };
  }
}

/** What a builder has room for at first: so many places, but no more rows, as instant queries are often about few. */
const PLACES_MIN = 4096;
const ROWS_MIN = 16;

/** Values copied between two looks at the clock. */
const COPY_VALUES = 65_536;

/** Puts the numbers at the start of others, which it returns; millions of them take a while. */
export async function copied<Numbers extends Float64Array | Uint8Array>(
  from: Numbers,
  to: Numbers,
  clock: WorkClock,
  at = 0,
): Promise<Numbers> {
  for (let start = 0; start < from.length; start += COPY_VALUES) {
    to.set(from.subarray(start, start + COPY_VALUES), at + start);
    if (clock.dueAfter(COPY_VALUES)) await clock.pause();
  }
  return to;
}

function rowHasValues(columns: Columns, row: number): boolean {
  const start = row * columns.steps;
  return columns.present.subarray(start, start + columns.steps).includes(1);
}

/** The rows that have a value at some step. */
export async function withoutEmptyRows(columns: Columns, clock: WorkClock): Promise<Columns> {
  const rows: number[] = [];
  for (let row = 0; row < columns.count; row++) {
    if (rowHasValues(columns, row)) rows.push(row);
    if (clock.dueAfter(columns.steps)) await clock.pause();
  }
  return keepRows(columns, rows, clock);
}

/** Some of the rows, ascending; they are moved together where they are. */
async function keepRows(columns: Columns, rows: readonly number[], clock: WorkClock): Promise<Columns> {
  if (rows.length === columns.count) return columns;
  const { steps, values, present } = columns;
  for (const [to, row] of rows.entries()) {
    if (to !== row) {
      values.copyWithin(to * steps, row * steps, (row + 1) * steps);
      present.copyWithin(to * steps, row * steps, (row + 1) * steps);
    }
    if (clock.dueAfter(steps)) await clock.pause();
  }
  return { steps, count: rows.length, labels: columns.labels.pick(rows), values, present };
}

/** Some of the rows in any order. */
export async function pickRows(
  columns: Columns,
  rows: readonly number[],
  clock: WorkClock,
): Promise<Columns> {
  const { steps } = columns;
  const builder = new ColumnsBuilder(steps, rows.length);
  for (const row of rows) {
    const to = builder.addRow();
    const from = row * steps;
    builder.values.set(columns.values.subarray(from, from + steps), to);
    builder.present.set(columns.present.subarray(from, from + steps), to);
    if (clock.dueAfter(steps)) await clock.pause();
  }
  return builder.finish(columns.labels.pick(rows));
}

/** The rows of both, one after the other. */
export async function concatenate(first: Columns, second: Columns, clock: WorkClock): Promise<Columns> {
  if (second.count === 0) return first;
  if (first.count === 0) return second;
  const { steps } = first;
  const count = first.count + second.count;
  const values = new Float64Array(count * steps);
  const present = new Uint8Array(count * steps);
  for (const [columns, at] of [
    [first, 0],
    [second, first.count * steps],
  ] as const) {
    const places = columns.count * steps;
    await copied(columns.values.subarray(0, places), values, clock, at);
    await copied(columns.present.subarray(0, places), present, clock, at);
  }
  const labels = new LabelColumn(
    (row) => (row < first.count ? first.labels.at(row) : second.labels.at(row - first.count)),
    { distinct: false, sameName: false },
  );
  return { steps, count, labels, values, present };
}

/** A key is kept with characters beyond Latin-1. */
export const KEY_UNIT_BYTES = 2;

/**
 * Makes one row of rows with equal labels, as long as no two of them have a value at the same step.
 *
 * @throws TinyObsError `query_execution`
 */
export async function mergeEqualLabels(
  columns: Columns,
  { clock, budget }: Work,
  conflict = 'vector cannot contain metrics with the same labelset',
): Promise<Columns> {
  if (columns.labels.distinct || columns.count < 2) return columns;
  const { steps, labels, values, present } = columns;
  const heldBefore = budget.mark();
  const rowsByKey = new Map<string, number>();
  const kept: number[] = [];
  for (let row = 0; row < columns.count; row++) {
    if (clock.due) await clock.pause();
    const { key } = labels.at(row);
    budget.holdBytes(KEY_UNIT_BYTES * key.length);
    const first = rowsByKey.get(key);
    if (first === undefined) {
      rowsByKey.set(key, row);
      kept.push(row);
      continue;
    }
    for (let step = 0; step < steps; step++) {
      const from = row * steps + step;
      if (present[from] === 0) continue;
      const to = first * steps + step;
      if (present[to] === 1) throw new TinyObsError('query_execution', conflict);
      values[to] = values[from];
      present[to] = 1;
    }
    if (clock.dueAfter(steps)) await clock.pause();
  }
  budget.restore(heldBefore);
  return keepRows(columns, kept, clock);
}

/** The same values with the labels that say what the metric is dropped. */
export function withoutMetricName(columns: Columns, work: Work): Promise<Columns> {
  return mergeEqualLabels({ ...columns, labels: columns.labels.withoutName() }, work);
}
