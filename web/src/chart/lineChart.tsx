import './lineChart.css';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { theme } from '../state/theme.js';
import { useWidth } from '../state/useWidth.js';
import { type ChartData, type ChartSeries, stack } from './chartData.js';
import { panOnShift } from './panning.js';
import { type PlotArea, plotAreaOf } from './plotArea.js';
import { moveCursor, zoomToSelection } from './plotInput.js';
import { isLogarithmic, isStacked, type PlotStyle, plotOptions } from './plotOptions.js';
import { thresholdPlugin } from './thresholdPlugin.js';
import { zone } from './timeFormat.js';
import { tooltipPlugin } from './tooltip.js';
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
  readonly onTable?: () => void;
}

/**
 * The canvas. A refresh only replaces the data; the plot is rebuilt when its lines, look or theme change.
 * With the focus on it, the arrow keys move the cursor.
 */
export function LineChart({ data, slots, style, heightPx, label, onTable, ...rest }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef({ ...rest, data, slots });
  latest.current = { ...rest, data, slots };
  const widthPx = useWidth(host);
  const shape = JSON.stringify([data.series.map(({ key }) => key), slots, style, theme.value, zone.value]);

  useLayoutEffect(() => {
    if (host.current === null || widthPx === 0) return;
    const options = plotOptions(data.series, slots, style, { width: widthPx, height: heightPx });
    const onPan = (startSec: number, endSec: number) => latest.current.onZoom(startSec, endSec);
    const made = new uPlot(
      {
        ...options,
        cursor: { ...options.cursor, bind: panOnShift(onPan) },
        plugins: [
          thresholdPlugin(style.thresholds),
          tooltipPlugin((index) => seriesRows(latest.current, style.unit, index)),
        ],
        hooks: {
          setSelect: [(chart) => zoomToSelection(chart, latest.current.onZoom)],
          draw: [(chart) => tellArea(chart, latest.current.onArea)],
        },
      },
      columns(data, style),
      host.current,
    );
    plot.current = made;
    return () => {
      made.destroy();
      plot.current = null;
    };
  }, [shape, widthPx === 0]);

  useEffect(() => plot.current?.setData(columns(data, style)), [data]);
  useEffect(() => {
    if (widthPx > 0) plot.current?.setSize({ width: widthPx, height: heightPx });
  }, [widthPx, heightPx]);

  return (
    <div
      class="line-chart"
      ref={host}
      style={{ height: `${heightPx}px` }}
      role="img"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys read the chart out
      tabIndex={0}
      onKeyDown={(event) => {
        if (event.key === 't' && onTable !== undefined) onTable();
        else if (plot.current !== null) moveCursor(event, plot.current);
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

function tellArea(plot: uPlot, onArea: Props['onArea']): void {
  const area = plotAreaOf(plot);
  if (area !== undefined) onArea?.(area);
}
