import './dataDialog.css';
import { useMemo, useState } from 'preact/hooks';
import { Button } from '../ui/button.js';
import { Dialog } from '../ui/dialog.js';
import { IconButton } from '../ui/iconButton.js';
import { type Column, Table } from '../ui/table.js';
import type { ChartData } from './chartData.js';
import { downloadCsv } from './exportCsv.js';
import { nameInTime } from './nameInTime.js';
import { formatInstant } from './timeFormat.js';
import { formatValue, type Unit } from './units.js';

const ROWS_PER_PAGE = 100;
/** More columns than these nobody reads; the CSV has all. */
const COLUMNS_MAX = 20;

interface Props {
  readonly title: string;
  readonly data: ChartData;
  readonly unit: Unit;
  readonly onClose: () => void;
}

/** The numbers behind a chart: a row per point of time, the newest first, a column per series. */
export function DataDialog({ title, data, unit, onClose }: Props) {
  const [rowsMax, setRowsMax] = useState(ROWS_PER_PAGE);
  const columns = useMemo(() => columnsOf(data, unit), [data, unit]);
  const rows = useMemo(() => newestFirst(data.times.length).slice(0, rowsMax), [data, rowsMax]);
  const hiddenRows = data.times.length - rows.length;
  const hiddenColumns = data.all.length - (columns.length - 1);
  return (
    <Dialog label={`${title} as a table`} look="data-dialog" onClose={onClose}>
      <header class="data-dialog-head">
        <h2>{title}</h2>
        <Button onClick={() => downloadCsv(title, data)}>Download CSV</Button>
        <IconButton icon="close" label="Close" onClick={onClose} />
      </header>
      <Table caption={title} columns={columns} rows={rows} keyOf={String} testId="chart-data" />
      <p class="note" data-testid="chart-data-note">
        {`${rows.length} of ${data.times.length} points of time`}
        {hiddenColumns > 0 && `, ${columns.length - 1} of ${data.all.length} series: the CSV has all`}.{' '}
        {hiddenRows > 0 && (
          <Button kind="quiet" onClick={() => setRowsMax(rowsMax + ROWS_PER_PAGE)}>
            Show more
          </Button>
        )}
      </p>
    </Dialog>
  );
}

/** Rows are places on the grid. */
function columnsOf({ times, all }: ChartData, unit: Unit): readonly Column<number>[] {
  const time: Column<number> = {
    id: 'time',
    title: 'Time',
    order: (index) => times[index],
    cell: (index) => formatInstant(times[index]),
  };
  const values = all.slice(0, COLUMNS_MAX).map(
    (series): Column<number> => ({
      id: series.key,
      title: nameInTime(series),
      isNumber: true,
      order: (index) => series.values[index],
      cell: (index) => {
        const value = series.values[index];
        return value === null ? '–' : formatValue(value, unit);
      },
    }),
  );
  return [time, ...values];
}

function newestFirst(count: number): number[] {
  return Array.from({ length: count }, (_, place) => count - 1 - place);
}
