import type { Labels, QueryData } from '../api/types.js';
import { type Cell, instantTable, type TableData } from '../chart/tableRows.js';

const NO_CELL: Cell = { text: '', value: Number.NaN };

/** Instant answers side by side: series with the same labels, but for the metric, share a row. */
export function joinTables(answers: readonly QueryData[], titles: readonly string[]): TableData {
  if (answers.length === 1) return { ...instantTable(answers[0]), titles };
  const rows = new Map<string, { readonly labels: Labels; readonly cells: Cell[] }>();
  answers.forEach((answer, column) => {
    for (const { labels, cells } of instantTable(answer).rows) {
      const { __name__: _metric, ...shared } = labels;
      const key = JSON.stringify(Object.entries(shared).sort(([a], [b]) => (a < b ? -1 : 1)));
      const row = rows.get(key) ?? { labels: shared, cells: titles.map(() => NO_CELL) };
      row.cells[column] = cells[0];
      rows.set(key, row);
    }
  });
  return { titles, rows: [...rows.values()] };
}
