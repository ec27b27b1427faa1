import './table.css';
import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';

export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  readonly isNumber?: boolean;
  /** What rows are sorted by; null comes last either way. */
  readonly order: (row: Row) => number | string | null;
  readonly cell: (row: Row) => ComponentChildren;
}

interface Props<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly testId?: string;
}

interface Sort {
  readonly id: string;
  readonly isDescending: boolean;
}

/** Rows in the order they are given until a heading is chosen. */
export function Table<Row>({ caption, columns, rows, keyOf, testId }: Props<Row>) {
  const [sort, setSort] = useState<Sort | null>(null);
  const sorted = useMemo(() => sortRows(rows, columns, sort), [rows, columns, sort]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: wide tables are scrolled with the arrow keys
    <section class="table-frame" aria-label={`${caption}, as a table`} tabIndex={0}>
      <table class="table" data-testid={testId}>
        <caption class="sr-only">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <Heading key={column.id} column={column} sort={sort} onSort={setSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ id, isNumber, cell }) => (
                <td key={id} class={isNumber ? 'number' : undefined}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface HeadingProps<Row> {
  readonly column: Column<Row>;
  readonly sort: Sort | null;
  readonly onSort: (sort: Sort) => void;
}

function Heading<Row>({ column: { id, title, isNumber }, sort, onSort }: HeadingProps<Row>) {
  const order = sort?.id !== id ? 'none' : sort.isDescending ? 'descending' : 'ascending';
  // A number is first wanted from the top, a word from A.
  const isDescending = order === 'none' ? isNumber === true : order === 'ascending';
  return (
    <th scope="col" aria-sort={order} class={isNumber ? 'number' : undefined}>
      <button type="button" onClick={() => onSort({ id, isDescending })}>
        {title}
        <span class="table-mark" aria-hidden="true">
          {order === 'none' ? '' : order === 'descending' ? '↓' : '↑'}
        </span>
      </button>
    </th>
  );
}

function sortRows<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  sort: Sort | null,
): readonly Row[] {
  const column = columns.find(({ id }) => id === sort?.id);
  if (sort === null || column === undefined) return rows;
  const sign = sort.isDescending ? -1 : 1;
  return [...rows].sort((left, right) => {
    const [a, b] = [column.order(left), column.order(right)];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return sign * (typeof a === 'string' ? a.localeCompare(String(b)) : a - Number(b));
  });
}
