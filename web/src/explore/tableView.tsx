import { useMemo, useState } from 'preact/hooks';
import { formatInstant } from '../chart/timeFormat.js';
import { formatValue } from '../chart/units.js';
import { rowLetter } from '../state/route.js';
import { queryUnit } from './queryUnit.js';
import { type Sort, sortRows, tableColumns, tableRows } from './tableRows.js';
import type { Results } from './useResults.js';

const ROWS_PER_PAGE = 500;
const UNSORTED: Sort = { column: null, isDescending: true };

/** The instant answer of each row as a table, largest values first. */
export function TableView({ results }: { results: Results }) {
  return (
    <>
      {results.outcomes.map((outcome, row) => {
        if (outcome === null || 'error' in outcome) return null;
        const caption = results.queries.length > 1 ? `${rowLetter(row)}: ${results.queries[row]}` : null;
        return <ResultTable key={row} results={results} row={row} caption={caption} />;
      })}
    </>
  );
}

function ResultTable({ results, row, caption }: { results: Results; row: number; caption: string | null }) {
  const [sort, setSort] = useState<Sort>(UNSORTED);
  const [rowsMax, setRowsMax] = useState(ROWS_PER_PAGE);
  const outcome = results.outcomes[row];
  const data = outcome !== null && 'answer' in outcome ? outcome.answer.data : null;
  const rows = useMemo(() => (data === null ? [] : tableRows(data)), [data]);
  const columns = useMemo(() => tableColumns(rows), [rows]);
  const sorted = useMemo(() => sortRows(rows, sort), [rows, sort]);
  const unit = queryUnit(results.queries[row]);
  if (rows.length === 0) return <p class="blank">The query ran and found no data at this time.</p>;
  return (
    <>
      <div class="table-scroll">
        <table class="result-table" data-testid="result-table">
          {caption !== null && <caption>{caption}</caption>}
          <thead>
            <tr>
              {columns.map((column) => (
                <HeadCell key={column} column={column} sort={sort} onSort={setSort} />
              ))}
              <HeadCell column={null} sort={sort} onSort={setSort} />
            </tr>
          </thead>
          <tbody>
            {sorted.slice(0, rowsMax).map(({ labels, values }) => (
              <tr key={JSON.stringify(labels)}>
                {columns.map((column) => (
                  <td key={column}>{labels[column] ?? ''}</td>
                ))}
                <td class="number" data-value={values[0]} title={readable(values, unit)}>
                  {values.join('\n')}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="note">
        {rows.length > rowsMax ? `Showing ${rowsMax} of ${rows.length} rows ` : `${rows.length} rows `}
        at {formatInstant(results.grid.endSec)}.{' '}
        {rows.length > rowsMax && (
          <button type="button" class="button quiet" onClick={() => setRowsMax(rowsMax + ROWS_PER_PAGE)}>
            Show more
          </button>
        )}
      </p>
    </>
  );
}

interface HeadCellProps {
  readonly column: string | null;
  readonly sort: Sort;
  readonly onSort: (sort: Sort) => void;
}

function HeadCell({ column, sort, onSort }: HeadCellProps) {
  const isSorted = sort.column === column;
  const order = !isSorted ? 'none' : sort.isDescending ? 'descending' : 'ascending';
  // A value is first wanted from the top, a label from A.
  const next = { column, isDescending: isSorted ? !sort.isDescending : column === null };
  return (
    <th scope="col" aria-sort={order} class={column === null ? 'number' : undefined}>
      <button type="button" onClick={() => onSort(next)}>
        {column === null ? 'Value' : column === '__name__' ? 'metric' : column}
        <span class="sort-mark" aria-hidden="true">
          {order === 'none' ? '' : order === 'descending' ? '↓' : '↑'}
        </span>
      </button>
    </th>
  );
}

function readable(values: readonly string[], unit: ReturnType<typeof queryUnit>): string | undefined {
  const value = Number(values[0]);
  return values.length === 1 && Number.isFinite(value) ? formatValue(value, unit) : undefined;
}
