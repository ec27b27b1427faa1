import type { SeriesId } from '@tinyobs/model';
import { type Columns, ColumnsBuilder, LabelColumn } from './columns.js';
import type { SampleSource } from './sampleSource.js';
import type { Work } from './work.js';

/**
 * Takes the rows of a vector one after the other, as they are computed. The values of a row start at `from`, one
 * a step, and exist where `present` is 1; the arrays are reused for the next row. A row has some value.
 */
export interface RowSink {
  /** There may be no room for the next row unless it is made first. */
  readonly isFull: boolean;
  makeRoom(): Promise<void>;
  add(id: SeriesId, values: Float64Array, present: Uint8Array, from: number): void;
}

/** Rows that are computed from samples, each series giving one at most. */
export interface Rows {
  readonly source: SampleSource;
  /** Computes all rows. */
  feed(sink: RowSink): Promise<void>;
}

/** The rows as a vector. */
export async function collectRows(rows: Rows, steps: number, { budget, clock }: Work): Promise<Columns> {
  const builder = new ColumnsBuilder(steps, 0);
  const ids: SeriesId[] = [];
  await rows.feed({
    get isFull() {
      return builder.isFull;
    },
    makeRoom: () => builder.makeRoom(clock),
    add(id, values, present, from) {
      budget.hold(steps);
      const start = builder.addRow();
      for (let step = 0; step < steps; step++) {
        builder.values[start + step] = values[from + step];
        builder.present[start + step] = present[from + step];
      }
      ids.push(id);
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
