import './heatmap.css';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { theme } from '../state/theme.js';
import { useWidth } from '../state/useWidth.js';
import { ChartFrame } from './chartFrame.js';
import { describeHeatmap } from './describe.js';
import { HEAT_COLOUR_COUNT, heatBounds, heatToken } from './heatColour.js';
import type { HeatmapData } from './heatmapData.js';
import { heatmapOptions, heatmapRows } from './heatmapOptions.js';
import { panOnShift } from './panning.js';
import { moveCursor, zoomToSelection } from './plotInput.js';
import { zone } from './timeFormat.js';
import { tooltipPlugin } from './tooltip.js';
import { formatValue, type Unit } from './units.js';

interface Props {
  readonly title: string;
  readonly data: HeatmapData;
  /** Of the bounds of the buckets. */
  readonly unit: Unit;
  /** Of what is counted in them. */
  readonly countUnit: Unit;
  readonly heightPx: number;
  readonly onZoom: (startSec: number, endSec: number) => void;
}

/** How much fell into each bucket at each point of time, and below it what the colours mean. */
export function Heatmap(props: Props) {
  const { title, data, countUnit } = props;
  const bounds = heatBounds(data.most);
  const legend = Array.from({ length: HEAT_COLOUR_COUNT }, (_, heat) => ({
    name: `up to ${formatValue(bounds[heat + 1], countUnit)}`,
    token: heatToken(heat),
  }));
  return (
    <div class="chart">
      <ChartFrame title={title} data={data.chart} unit={countUnit} isCompact={false} legend={legend}>
        {(openTable) => <HeatCanvas {...props} onTable={openTable} />}
      </ChartFrame>
      <div class="heat-scale" aria-hidden="true">
        <span>0</span>
        {legend.map(({ token }) => (
          <span key={token} class="heat-step" style={{ background: `var(${token})` }} />
        ))}
        <span>{formatValue(data.most, countUnit)}</span>
      </div>
    </div>
  );
}

/** The plot is rebuilt when its buckets, look or theme change; a refresh only replaces the data. */
function HeatCanvas({
  title,
  data,
  unit,
  countUnit,
  heightPx,
  onZoom,
  onTable,
}: Props & { onTable: () => void }) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef({ data, onZoom });
  latest.current = { data, onZoom };
  const widthPx = useWidth(host);
  const shape = JSON.stringify([data.buckets.map(({ to }) => String(to)), unit, theme.value, zone.value]);

  useLayoutEffect(() => {
    if (host.current === null || widthPx === 0) return;
    const options = heatmapOptions(() => latest.current.data, unit, { width: widthPx, height: heightPx });
    const made = new uPlot(
      {
        ...options,
        cursor: { ...options.cursor, bind: panOnShift((from, to) => latest.current.onZoom(from, to)) },
        plugins: [
          tooltipPlugin((index, chart) =>
            heatmapRows(latest.current.data, { unit, countUnit }, index, chart),
          ),
        ],
        hooks: {
          ...options.hooks,
          setSelect: [(chart) => zoomToSelection(chart, latest.current.onZoom)],
        },
      },
      columns(data),
      host.current,
    );
    plot.current = made;
    return () => {
      made.destroy();
      plot.current = null;
    };
  }, [shape, countUnit, widthPx === 0]);
  useEffect(() => plot.current?.setData(columns(data)), [data]);
  useEffect(() => {
    if (widthPx > 0) plot.current?.setSize({ width: widthPx, height: heightPx });
  }, [widthPx, heightPx]);

  return (
    <div
      class="line-chart"
      data-testid="heatmap"
      ref={host}
      style={{ height: `${heightPx}px` }}
      role="img"
      aria-label={describeHeatmap(title, data, { unit, countUnit })}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys read the chart out
      tabIndex={0}
      onKeyDown={(event) => {
        if (event.key === 't') onTable();
        else if (plot.current !== null) moveCursor(event, plot.current);
      }}
    />
  );
}

/** uPlot only needs to know the times: the cells are painted beside it. */
function columns({ chart: { times } }: HeatmapData): uPlot.AlignedData {
  return [times as number[], times.map(() => null)];
}
