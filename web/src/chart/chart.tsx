import type { ComponentChildren } from 'preact';
import { useCallback, useMemo, useState } from 'preact/hooks';
import type { ChartData } from './chartData.js';
import { Legend } from './legend.js';
import { LineChart } from './lineChart.js';
import type { PlotArea } from './plotArea.js';
import type { PlotStyle } from './plotOptions.js';
import { formatValue } from './units.js';
import { useColourSlots } from './useColourSlots.js';

interface Props {
  readonly data: ChartData;
  readonly style: PlotStyle;
  readonly heightPx: number;
  readonly title: string;
  readonly onZoom: (startSec: number, endSec: number) => void;
  /** What lies over the plot, in CSS pixels of it. */
  readonly overlay?: (area: PlotArea) => ComponentChildren;
}

/** Lines with their legend, and a note when not all series are drawn. Sparklines have neither. */
export function Chart({ data, style, heightPx, title, onZoom, overlay }: Props) {
  const slots = useColourSlots(data.series);
  const [area, setArea] = useState<PlotArea | null>(null);
  const onArea = useCallback((next: PlotArea) => setArea((old) => (isSame(old, next) ? old : next)), []);
  const [wanted, setWanted] = useState<string | null>(null);
  const isolated = data.series.some(({ key }) => key === wanted) ? wanted : null;
  const drawn = useMemo(() => only(data, isolated), [data, isolated]);
  const drawnSlots = slots.filter((_, index) => isolated === null || data.series[index].key === isolated);
  return (
    <div class="chart">
      <div class="chart-stage">
        <LineChart
          data={drawn}
          slots={drawnSlots}
          style={style}
          heightPx={heightPx}
          label={describe(title, data, style)}
          onZoom={onZoom}
          onArea={onArea}
        />
        {area !== null && overlay?.(area)}
      </div>
      {!style.isCompact && (
        <Legend
          series={data.series}
          slots={slots}
          unit={style.unit}
          isolated={isolated}
          onIsolate={setWanted}
        />
      )}
      {data.seriesTotal > data.series.length && (
        <p class="note" data-testid="series-cap">
          Showing the {data.series.length} highest of {data.seriesTotal} series. Aggregate or filter to see
          the rest.
        </p>
      )}
    </div>
  );
}

function isSame(a: PlotArea | null, b: PlotArea): boolean {
  return a !== null && (Object.keys(b) as (keyof PlotArea)[]).every((name) => a[name] === b[name]);
}

function only(data: ChartData, key: string | null): ChartData {
  return key === null ? data : { ...data, series: data.series.filter((series) => series.key === key) };
}

function describe(title: string, data: ChartData, { unit }: PlotStyle): string {
  const readings = data.series
    .slice(0, 5)
    .map(({ name, last }) => `${name} ${last === null ? 'no value' : formatValue(last, unit)}`);
  const more = data.series.length > 5 ? `, and ${data.series.length - 5} more` : '';
  return `${title}. Last values: ${readings.join(', ')}${more}. Arrow keys move along the time axis.`;
}
