import type { ComponentChildren } from 'preact';
import { useCallback, useMemo, useState } from 'preact/hooks';
import { BeginNote } from './beginNote.js';
import { type ChartData, countSeries } from './chartData.js';
import { ChartFrame } from './chartFrame.js';
import { describeChart } from './describe.js';
import { Legend } from './legend.js';
import { LineChart } from './lineChart.js';
import { nameInTime } from './nameInTime.js';
import type { PlotArea } from './plotArea.js';
import type { PlotStyle } from './plotOptions.js';
import { seriesToken } from './seriesColour.js';
import { useColourSlots } from './useColourSlots.js';
import { ALL_SHOWN, isShown, settle } from './visibility.js';

interface Props {
  readonly data: ChartData;
  readonly style: PlotStyle;
  readonly heightPx: number;
  readonly title: string;
  readonly onZoom: (startSec: number, endSec: number) => void;
  /** Names beside their last values, or a table with all figures; a sparkline has neither. */
  readonly legend?: 'list' | 'table';
  /** What lies over the plot, in CSS pixels of it. */
  readonly overlay?: (area: PlotArea) => ComponentChildren;
}

/** Series over time with their legend, the table behind them, and a note when not all are drawn. */
export function Chart({ data, style, heightPx, title, onZoom, legend = 'list', overlay }: Props) {
  const slots = useColourSlots(data.series);
  const [area, setArea] = useState<PlotArea | null>(null);
  const onArea = useCallback((next: PlotArea) => setArea((old) => (isSame(old, next) ? old : next)), []);
  const [wanted, setWanted] = useState(ALL_SHOWN);
  const identities = data.series.map(({ identity }) => identity);
  const visibility = settle(wanted, identities);
  const drawn = useMemo(
    () => ({ ...data, series: data.series.filter(({ identity }) => isShown(visibility, identity)) }),
    [data, visibility],
  );
  const drawnSlots = slots.filter((_, index) => isShown(visibility, identities[index]));
  return (
    <div class="chart">
      <ChartFrame
        title={title}
        data={data}
        unit={style.unit}
        isCompact={style.isCompact}
        legend={drawn.series.map((series, index) => ({
          name: nameInTime(series),
          token: seriesToken(drawnSlots[index]),
        }))}
      >
        {(openTable) => (
          <>
            <LineChart
              data={drawn}
              slots={drawnSlots}
              style={style}
              heightPx={heightPx}
              label={describeChart(title, data, style.unit)}
              onZoom={onZoom}
              onArea={onArea}
              onTable={openTable}
            />
            {area !== null && !style.isCompact && <BeginNote data={drawn} area={area} />}
            {area !== null && overlay?.(area)}
          </>
        )}
      </ChartFrame>
      {!style.isCompact && (
        <Legend
          look={legend}
          series={data.series}
          slots={slots}
          style={style}
          visibility={visibility}
          onChange={setWanted}
        />
      )}
      <CapNote data={data} />
    </div>
  );
}

function CapNote({ data }: { data: ChartData }) {
  const [drawn, all] = [countSeries(data.series), countSeries(data.all)];
  if (drawn === all) return null;
  return (
    <p class="note" data-testid="series-cap">
      Showing the {drawn} highest of {all} series. Aggregate or filter to see the rest.
    </p>
  );
}

function isSame(a: PlotArea | null, b: PlotArea): boolean {
  return a !== null && (Object.keys(b) as (keyof PlotArea)[]).every((name) => a[name] === b[name]);
}
