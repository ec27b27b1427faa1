import { useMemo } from 'preact/hooks';
import type { Panel } from '../api/dashboards.js';
import { parseErrorPosition } from '../api/errorPosition.js';
import { BarList } from '../chart/barList.js';
import { Chart } from '../chart/chart.js';
import { Gauge } from '../chart/gauge.js';
import { Heatmap } from '../chart/heatmap.js';
import { heatmapOf } from '../chart/heatmapData.js';
import { LabelTable } from '../chart/labelTable.js';
import { PLAIN_STYLE } from '../chart/plotOptions.js';
import { Stat } from '../chart/stat.js';
import type { QueryState } from '../state/useQuery.js';
import { Skeleton } from '../ui/skeleton.js';
import type { PanelData } from './usePanelData.js';

interface Props {
  readonly panel: Panel;
  /** With variables in its place. */
  readonly title: string;
  readonly state: QueryState<PanelData>;
  /** Of all there is room for. */
  readonly heightPx: number;
  readonly onZoom: (startSec: number, endSec: number) => void;
}

const LEGEND_PX = { list: 46, table: 120 } as const;
const GRAPH_PX_MIN = 90;

/** What a panel shows of its answers, or why it shows nothing. */
export function PanelBody(props: Props) {
  const { panel, state, heightPx } = props;
  const { data, error, isLoading } = state;
  const isBlank = panel.queries.every(({ expr }) => expr.trim() === '');
  return (
    <>
      {error !== null && !error.isOutage && (
        <p class="dash-panel-error" role="status">
          {parseErrorPosition(error.message, '').text}
        </p>
      )}
      {data !== null ? (
        <Answers {...props} data={data} />
      ) : isBlank || error !== null || !isLoading ? (
        <p class="dash-panel-blank">{isBlank ? 'This panel has no query yet' : 'Nothing loaded yet'}</p>
      ) : (
        <Skeleton heightPx={heightPx} />
      )}
    </>
  );
}

function Answers({ panel, title, data, heightPx, onZoom }: Props & { readonly data: PanelData }) {
  const { unit, thresholds } = panel;
  if (data.kind === 'instant') {
    if (data.table.rows.length === 0) return <NoData />;
    const look = { unit, thresholds, isExact: false, isCaptionShown: false };
    return <LabelTable caption={title} data={data.table} {...look} />;
  }
  if (data.chart.all.length === 0) return <NoData />;
  const figure = { title, data: data.chart, unit, thresholds };
  const drawnPx = Math.max(GRAPH_PX_MIN, heightPx - LEGEND_PX[panel.legend]);
  const drawn = { panel, title, heightPx: drawnPx, onZoom };
  switch (panel.kind) {
    case 'stat':
      return <Stat {...figure} heightPx={heightPx} onZoom={onZoom} />;
    case 'gauge':
      return <Gauge {...figure} min={panel.min} max={panel.max} />;
    case 'bars':
      return <BarList {...figure} />;
    case 'heatmap':
      return <HeatmapBody {...drawn} data={data} />;
    default:
      return <Graph {...drawn} data={data} />;
  }
}

type RangeProps = Pick<Props, 'panel' | 'title' | 'heightPx' | 'onZoom'> & {
  readonly data: Extract<PanelData, { kind: 'range' }>;
};

function Graph({ panel, title, data, heightPx, onZoom }: RangeProps) {
  const { unit, look, thresholds } = panel;
  const style = useMemo(() => ({ ...PLAIN_STYLE, unit, kind: look, thresholds }), [unit, look, thresholds]);
  const props = { title, style, heightPx, onZoom, legend: panel.legend };
  return <Chart data={data.chart} {...props} />;
}

function HeatmapBody({ panel, title, data, heightPx, onZoom }: RangeProps) {
  const heat = useMemo(() => heatmapOf(data.matrices.flat(), data.grid, panel.unit), [data, panel.unit]);
  if (heat === null) return <p class="dash-panel-blank">A heatmap needs buckets with the label le</p>;
  return (
    <Heatmap
      title={title}
      data={heat}
      unit={panel.unit}
      countUnit="none"
      heightPx={heightPx}
      onZoom={onZoom}
    />
  );
}

function NoData() {
  return <p class="dash-panel-blank">No data in this range</p>;
}
