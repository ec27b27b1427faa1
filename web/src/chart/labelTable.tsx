import './labelTable.css';
import { useMemo, useState } from 'preact/hooks';
import { Button } from '../ui/button.js';
import { type Cell, type Sort, sortRows, type TableData, tableColumns } from './tableRows.js';
import { roleOf, type Threshold } from './thresholds.js';
import { formatValue, type Unit } from './units.js';

const ROWS_PER_PAGE = 500;
/** What is no longer than this stays on one line. */
const SHORT_MAX = 40;
const HIGHEST_FIRST: Sort = { column: 0, isDescending: true };

interface Props {
  /** What the table is about, shown above it unless it is said elsewhere. */
  readonly caption: string;
  readonly isCaptionShown: boolean;
  readonly data: TableData;
  readonly unit: Unit;
  readonly thresholds: readonly Threshold[];
  /** Values to the last digit, or as they are read. */
  readonly isExact: boolean;
}

/** A row per series with its labels as columns, largest values first, sorted by its headings. */
export function LabelTable({ caption, isCaptionShown, data, unit, thresholds, isExact }: Props) {
  const [sort, setSort] = useState<Sort>(HIGHEST_FIRST);
  const [rowsMax, setRowsMax] = useState(ROWS_PER_PAGE);
  const { rows, titles } = data;
  const columns = useMemo(() => tableColumns(rows), [rows]);
  const sorted = useMemo(() => sortRows(rows, settled(sort, data)), [data, sort]);
  const shown = sorted.slice(0, rowsMax);
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled with the arrow keys */}
      <section class="label-table-frame" aria-label={`${caption}, as a table`} tabIndex={0}>
        <table class="label-table" data-testid="result-table">
          <caption class={isCaptionShown ? undefined : 'sr-only'}>{caption}</caption>
          <thead>
            <tr>
              {columns.map((name) => (
                <Heading
                  key={`label ${name}`}
                  title={name === '__name__' ? 'metric' : name}
                  column={name}
                  sort={sort}
                  onSort={setSort}
                />
              ))}
              {titles.map((title, place) => (
                <Heading key={title} title={title} column={place} sort={sort} onSort={setSort} />
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map(({ labels, cells }) => (
              <tr key={JSON.stringify(labels)}>
                {columns.map((name) => (
                  <td key={name} data-short={(labels[name] ?? '').length <= SHORT_MAX}>
                    {labels[name] ?? ''}
                  </td>
                ))}
                {cells.map((cell, place) => (
                  <ValueCell
                    key={titles[place]}
                    {...{ cell, unit, thresholds, isExact }}
                    isFirst={place === 0}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p class="note">
        {shown.length < rows.length
          ? `Showing ${shown.length} of ${rows.length} rows`
          : countText(rows.length)}{' '}
        {shown.length < rows.length && (
          <Button kind="quiet" onClick={() => setRowsMax(rowsMax + ROWS_PER_PAGE)}>
            Show more
          </Button>
        )}
      </p>
    </>
  );
}

interface HeadingProps {
  readonly title: string;
  readonly column: string | number;
  readonly sort: Sort;
  readonly onSort: (sort: Sort) => void;
}

function Heading({ title, column, sort, onSort }: HeadingProps) {
  const isSorted = sort.column === column;
  const isValue = typeof column === 'number';
  const order = !isSorted ? 'none' : sort.isDescending ? 'descending' : 'ascending';
  // A value is first wanted from the top, a label from A.
  const next = { column, isDescending: isSorted ? !sort.isDescending : isValue };
  return (
    <th
      scope="col"
      aria-sort={order}
      class={isValue ? 'number' : undefined}
      data-first={column === 0 || undefined}
    >
      <button type="button" onClick={() => onSort(next)}>
        {title}
        <span class="sort-mark" aria-hidden="true">
          {order === 'none' ? '' : order === 'descending' ? '↓' : '↑'}
        </span>
      </button>
    </th>
  );
}

interface ValueCellProps extends Pick<Props, 'unit' | 'thresholds' | 'isExact'> {
  readonly cell: Cell;
  readonly isFirst: boolean;
}

/** Whichever way it is written, the other is in its title. */
function ValueCell({ cell: { text, value }, isFirst, unit, thresholds, isExact }: ValueCellProps) {
  const isNumber = Number.isFinite(value);
  const readable = isNumber ? formatValue(value, unit) : text;
  const role = roleOf(isNumber ? value : null, thresholds);
  return (
    <td
      class="number"
      data-first={isFirst || undefined}
      data-value={text}
      data-role={role}
      title={isExact ? readable : text}
    >
      {isExact ? text : readable}
    </td>
  );
}

/** A table of one value is not sorted by the fourth. */
function settled(sort: Sort, { titles }: TableData): Sort {
  return typeof sort.column === 'number' && sort.column >= titles.length ? HIGHEST_FIRST : sort;
}

function countText(count: number): string {
  return count === 1 ? '1 row' : `${count} rows`;
}
