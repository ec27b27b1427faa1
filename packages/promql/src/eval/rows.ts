import type { SeriesId } from '@tinyobs/model';
import { type Columns, ColumnsBuilder, LabelColumn } from './columns.js';
import type { SampleBudget } from './sampleBudget.js';
import type { SampleSource } from './sampleSource.js';

/**
 * Takes the rows of a vector one after the other, as they are computed. The values of a row start at `from`, one
 * a step, and exist where `present` is 1; the arrays are reused for the next row. A row has some value.
 */
export interface RowSink {
  add(id: SeriesId, values: Float64Array, present: Uint8Array, from: number): void;
}

/** Rows that are computed from samples, each series giving one at most. */
export interface Rows {
  readonly source: SampleSource;
  /** Computes all rows. */
  feed(sink: RowSink): Promise<void>;
}

/** The rows as a vector. */
export async function collectRows(rows: Rows, steps: number, budget: SampleBudget): Promise<Columns> {
  const builder = new ColumnsBuilder(steps);
  const ids: SeriesId[] = [];
  await rows.feed({
    add(id, values, present, from) {
      const start = builder.addRow();
      for (let step = 0; step < steps; step++) {
        builder.values[start + step] = values[from + step];
        builder.present[start + step] = present[from + step];
      }
      ids.push(id);
      budget.hold(steps);
    },
  });
  const { source } = rows;
  const labels = new LabelColumn(
    (row) => source.labels(ids[row]),
    source,
    (row, name) => source.labelValue(ids[row], name),
  );
  return builder.finish(labels);
}
