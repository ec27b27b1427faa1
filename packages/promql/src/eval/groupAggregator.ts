import type { Labels } from '@tinyobs/model';
import { type AccumulatedOp, type Accumulator, createAccumulator } from './accumulators.js';
import { type Columns, ColumnsBuilder, LabelColumn, type LabelReader } from './columns.js';
import { Grouper, type Grouping } from './groupRows.js';
import type { RowSink } from './rows.js';
import { NUMBER_BYTES } from './sampleBudget.js';
import type { Work } from './work.js';

/** Aggregates rows by groups as they come: only the groups are kept. */
export class GroupAggregator implements RowSink {
  /** Of the first row. */
  firstId: number | undefined;
  readonly #grouper: Grouper;
  readonly #accumulator: Accumulator;
  readonly #groups: ColumnsBuilder;
  readonly #work: Work;

  constructor(
    expr: Grouping & { readonly op: AccumulatedOp },
    rows: { readonly labels: LabelReader; readonly steps: number; readonly work: Work },
  ) {
    this.#grouper = new Grouper(expr, rows.labels);
    this.#accumulator = createAccumulator(expr.op);
    this.#groups = new ColumnsBuilder(rows.steps, 0);
    this.#work = rows.work;
  }

  get isFull(): boolean {
    return this.#groups.isFull;
  }

  async makeRoom(): Promise<void> {
    const { clock } = this.#work;
    await this.#groups.makeRoom(clock);
    await this.#accumulator.reserve(this.#groups.values.length, clock);
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

  async finish(): Promise<Columns> {
    const { clock } = this.#work;
    const { count, steps, values, present } = this.#groups;
    for (let group = 0; group < count; group++) {
      for (let place = group * steps; place < (group + 1) * steps; place++) {
        if (present[place] === 1) values[place] = this.#accumulator.result(place);
      }
      if (clock.dueAfter(4 * steps)) await clock.pause();
    }
    const labels: readonly Labels[] = this.#grouper.labels;
    return this.#groups.finish(LabelColumn.of(labels, { distinct: true, sameName: false }));
  }

  #addGroup(): void {
    const { steps } = this.#groups;
    this.#work.budget.hold(steps);
    this.#work.budget.holdBytes(steps * this.#accumulator.numbersKept * NUMBER_BYTES);
    this.#groups.addRow();
  }
}
