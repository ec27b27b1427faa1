import type { Labels } from '@tinyobs/model';
import { type AccumulatedOp, type Accumulator, createAccumulator } from './accumulators.js';
import { type Columns, ColumnsBuilder, LabelColumn, type LabelReader } from './columns.js';
import { Grouper, type Grouping } from './groupRows.js';
import type { RowSink } from './rows.js';
import type { SampleBudget } from './sampleBudget.js';

/** Aggregates rows by groups as they come: only the groups are kept. */
export class GroupAggregator implements RowSink {
  /** Of the first row. */
  firstId: number | undefined;
  readonly #grouper: Grouper;
  readonly #accumulator: Accumulator;
  readonly #groups: ColumnsBuilder;
  readonly #budget: SampleBudget;

  constructor(
    expr: Grouping & { readonly op: AccumulatedOp },
    rows: { readonly labels: LabelReader; readonly steps: number; readonly budget: SampleBudget },
  ) {
    this.#grouper = new Grouper(expr, rows.labels);
    this.#accumulator = createAccumulator(expr.op);
    this.#groups = new ColumnsBuilder(rows.steps);
    this.#budget = rows.budget;
  }

  add(id: number, values: Float64Array, present: Uint8Array, from: number): void {
    this.firstId ??= id;
    const group = this.#grouper.groupOf(id);
    const { steps } = this.#groups;
    if (group === this.#groups.count) this.#addGroup();
    const to = group * steps;
    this.#accumulator.addRow({ values, present, from, to, steps });
    const found = this.#groups.present;
    for (let step = 0; step < steps; step++) found[to + step] |= present[from + step];
  }

  finish(): Columns {
    const { count, steps, values, present } = this.#groups;
    for (let place = 0; place < count * steps; place++) {
      if (present[place] === 1) values[place] = this.#accumulator.result(place);
    }
    const labels: readonly Labels[] = this.#grouper.labels;
    return this.#groups.finish(LabelColumn.of(labels, { distinct: true, sameName: false }));
  }

  #addGroup(): void {
    this.#groups.addRow();
    this.#budget.hold(this.#groups.steps);
    this.#accumulator.reserve(this.#groups.values.length);
  }
}
