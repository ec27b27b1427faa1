import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { theme } from '../state/theme.js';
import { useWidth } from '../state/useWidth.js';
import { type ChartData, stack } from './chartData.js';
import { type PlotArea, plotAreaOf } from './plotArea.js';
import { type PlotStyle, plotOptions } from './plotOptions.js';
import { zone } from './timeFormat.js';
import { tooltipPlugin } from './tooltip.js';

interface Props {
  readonly data: ChartData;
  readonly slots: readonly number[];
  readonly style: PlotStyle;
  readonly heightPx: number;
  /** What a screen reader says instead of the picture. */
  readonly label: string;
  readonly onZoom: (startSec: number, endSec: number) => void;
  /** Told after each drawing where the plot lies. */
  readonly onArea: (area: PlotArea) => void;
}

/**
 * The canvas. A refresh only replaces the data; the plot is rebuilt when its lines, look or theme change.
 * With the focus on it, the arrow keys move the cursor.
 */
export function LineChart({ data, slots, style, heightPx, label, onZoom, onArea }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef({ data, slots, style, onZoom, onArea });
  latest.current = { data, slots, style, onZoom, onArea };
  const widthPx = useWidth(host);
  const shape = JSON.stringify([data.series.map(({ key }) => key), slots, style, theme.value, zone.value]);

  useLayoutEffect(() => {
    if (host.current === null || widthPx === 0) return;
    const size = { width: widthPx, height: heightPx };
    const options = plotOptions(data.series, slots, style, size);
    const tooltip = tooltipPlugin(() => ({
      series: latest.current.data.series,
      slots: latest.current.slots,
      unit: latest.current.style.unit,
    }));
    const made = new uPlot(
      {
        ...options,
        plugins: [tooltip],
        hooks: {
          setSelect: [(chart) => zoomToSelection(chart, latest.current.onZoom)],
          draw: [(chart) => tellArea(chart, latest.current.onArea)],
        },
      },
      columns(data, style.isStacked),
      host.current,
    );
    plot.current = made;
    return () => {
      made.destroy();
      plot.current = null;
    };
  }, [shape, widthPx === 0]);

  useEffect(() => plot.current?.setData(columns(data, style.isStacked)), [data]);
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
      onKeyDown={(event) => plot.current !== null && moveCursor(event, plot.current)}
    />
  );
}

function columns(data: ChartData, isStacked: boolean): uPlot.AlignedData {
  const lines = isStacked ? stack(data.series) : data.series.map(({ values }) => values as (number | null)[]);
  return [data.times as number[], ...lines];
}

function tellArea(plot: uPlot, onArea: Props['onArea']): void {
  const area = plotAreaOf(plot);
  if (area !== undefined) onArea(area);
}

function zoomToSelection(plot: uPlot, onZoom: Props['onZoom']): void {
  const { left, width } = plot.select;
  if (width <= 0) return;
  const startSec = Math.floor(plot.posToVal(left, 'x'));
  const endSec = Math.ceil(plot.posToVal(left + width, 'x'));
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  if (endSec > startSec) onZoom(startSec, endSec);
}

function moveCursor(event: KeyboardEvent, plot: uPlot): void {
  const direction = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  if (direction === 0) return;
  event.preventDefault();
  const times = plot.data[0];
  const from = plot.cursor.idx ?? (direction > 0 ? -1 : times.length);
  const index = Math.min(times.length - 1, Math.max(0, from + direction));
  plot.setCursor({ left: plot.valToPos(times[index], 'x'), top: plot.over.clientHeight / 2 });
}
