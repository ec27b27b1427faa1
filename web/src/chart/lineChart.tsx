import { useMemo } from 'preact/hooks';
import type uPlot from 'uplot';
import { type ChartData, type ChartSeries, stack } from './chartData.js';
import { Plot } from './plot.js';
import { type PlotArea, plotAreaOf } from './plotArea.js';
import { isLogarithmic, isStacked, type PlotStyle, plotOptions } from './plotOptions.js';
import { seriesRows } from './tooltipRows.js';

interface Props {
  readonly data: ChartData;
  readonly slots: readonly number[];
  readonly style: PlotStyle;
  readonly heightPx: number;
  /** What a screen reader says instead of the picture. */
  readonly label: string;
  readonly onZoom: (startSec: number, endSec: number) => void;
  /** Told after each drawing where the plot lies. */
  readonly onArea?: (area: PlotArea) => void;
  /** Asked for by key: what is drawn, in numbers. */
  readonly onTable: () => void;
}

/** The plot of series, without anything around it. */
export function LineChart({ data, slots, style, onArea, ...rest }: Props) {
  const drawn = useMemo(() => columns(data, style), [data, style]);
  return (
    <Plot
      {...rest}
      shape={JSON.stringify([data.series.map(({ key }) => key), slots, style])}
      options={(size) => plotOptions(data.series, slots, style, size)}
      columns={drawn}
      rowsAt={(index) => seriesRows({ data, slots }, style.unit, index)}
      onDrawn={(plot) => {
        const area = plotAreaOf(plot);
        if (area !== undefined) onArea?.(area);
      }}
    />
  );
}

/** What uPlot draws: stacked where that is wanted, what is and what was each for itself. */
function columns(data: ChartData, style: PlotStyle): uPlot.AlignedData {
  if (!isStacked(style)) return [data.times as number[], ...data.series.map((one) => drawable(one, style))];
  const present = stack(data.series.filter(({ agoSec }) => agoSec === 0));
  const earlier = stack(data.series.filter(({ agoSec }) => agoSec !== 0));
  const next = [0, 0];
  const lines = data.series.map(({ agoSec }) => (agoSec === 0 ? present[next[0]++] : earlier[next[1]++]));
  return [data.times as number[], ...lines];
}

function drawable({ values }: ChartSeries, style: PlotStyle): (number | null)[] {
  if (!isLogarithmic(style)) return values as (number | null)[];
  return values.map((value) => (value !== null && value > 0 ? value : null));
}
