import './chart.css';
import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { IconButton } from '../ui/iconButton.js';
import type { ChartData } from './chartData.js';
import { DataDialog } from './dataDialog.js';
import { downloadCsv } from './exportCsv.js';
import { downloadPng, type PictureLegend } from './exportPng.js';
import type { Unit } from './units.js';

interface Props {
  readonly title: string;
  readonly data: ChartData;
  readonly unit: Unit;
  readonly isCompact: boolean;
  /** What a picture of it says of its colours. */
  readonly legend: PictureLegend;
  /** The chart, which may ask for its table. */
  readonly children: (openTable: () => void) => ComponentChildren;
}

/** What all charts have: the table behind them, and ways to take them along. */
export function ChartFrame({ title, data, unit, isCompact, legend, children }: Props) {
  const stage = useRef<HTMLDivElement>(null);
  const [isTabled, setTabled] = useState(false);
  const openTable = () => setTabled(true);
  const savePicture = () => {
    const canvas = stage.current?.querySelector('canvas');
    if (canvas) void downloadPng({ title, grid: data.grid, canvas, legend });
  };
  return (
    <div class="chart-stage" ref={stage}>
      {children(openTable)}
      <fieldset class="chart-tools" aria-label={`${title}: data`}>
        <IconButton icon="table" label="Show as a table" data-testid="chart-table" onClick={openTable} />
        {!isCompact && (
          <>
            <IconButton
              icon="download"
              label="Download as CSV"
              data-testid="chart-csv"
              onClick={() => downloadCsv(title, data)}
            />
            <IconButton
              icon="picture"
              label="Download as PNG"
              data-testid="chart-png"
              onClick={savePicture}
            />
          </>
        )}
      </fieldset>
      {isTabled && <DataDialog title={title} data={data} unit={unit} onClose={() => setTabled(false)} />}
    </div>
  );
}
