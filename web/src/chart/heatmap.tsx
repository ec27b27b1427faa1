import './heatmap.css';
import { useMemo, useRef } from 'preact/hooks';
import type uPlot from 'uplot';
import { ChartFrame } from './chartFrame.js';
import { describeHeatmap } from './describe.js';
import { HEAT_COLOUR_COUNT, heatBounds, heatToken } from './heatColour.js';
import type { HeatmapData } from './heatmapData.js';
import { heatmapOptions, heatmapRows } from './heatmapOptions.js';
import { Plot } from './plot.js';
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
    <div class="chart heat">
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

function HeatCanvas({ title, data, unit, countUnit, ...rest }: Props & { onTable: () => void }) {
  const columns = useMemo(() => columnsOf(data), [data]);
  const latest = useRef(data);
  latest.current = data;
  return (
    <Plot
      {...rest}
      shape={JSON.stringify([data.buckets.map(({ to }) => String(to)), unit])}
      options={(size) => heatmapOptions(() => latest.current, unit, size)}
      columns={columns}
      rowsAt={(index, plot) => heatmapRows(data, { unit, countUnit }, index, plot)}
      label={describeHeatmap(title, data, { unit, countUnit })}
    />
  );
}

/** uPlot only needs to know the times: the cells are painted beside it. */
function columnsOf({ chart: { times } }: HeatmapData): uPlot.AlignedData {
  return [times as number[], times.map(() => null)];
}
