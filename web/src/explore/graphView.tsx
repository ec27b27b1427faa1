import { useMemo } from 'preact/hooks';
import { Chart } from '../chart/chart.js';
import { alignSeries, type ChartPart, seriesName } from '../chart/chartData.js';
import type { Unit } from '../chart/units.js';
import { formatDuration } from '../state/timeRange.js';
import { zoomTo } from '../state/zoom.js';
import { rowLetter } from './queryRow.js';
import { queryUnit } from './queryUnit.js';
import type { Results } from './useResults.js';

/** Lines drawn at once: more is neither readable nor quick to draw. */
const SERIES_MAX = 50;
const HEIGHT_PX = 340;

/** The range answers of all rows on one chart. */
export function GraphView({ results, isStacked }: { results: Results; isStacked: boolean }) {
  const data = useMemo(() => alignSeries(chartParts(results), results.grid, SERIES_MAX), [results]);
  const unit = commonUnit(results.queries);
  const style = useMemo(
    () => ({ unit, isCompact: false, isStacked, mayCutZero: !isStacked, syncKey: null }),
    [unit, isStacked],
  );
  if (data.series.length === 0) {
    return <p class="blank">The query ran and found no data in this range.</p>;
  }
  return (
    <>
      <Chart data={data} style={style} heightPx={HEIGHT_PX} title="Query result" onZoom={zoomTo} />
      <p class="note">
        {data.seriesTotal} series, one point every {formatDuration(results.grid.stepSec)}. Drag on the graph
        to zoom.
      </p>
    </>
  );
}

function chartParts({ queries, outcomes }: Results): ChartPart[] {
  return outcomes.map((outcome, row) => {
    const prefix = queries.length > 1 ? `${rowLetter(row)} ` : '';
    const data = outcome !== null && 'answer' in outcome ? outcome.answer.data : null;
    return {
      matrix: data?.resultType === 'matrix' ? data.result : [],
      name: (labels) => prefix + (Object.keys(labels).length === 0 ? queries[row] : seriesName(labels)),
    };
  });
}

function commonUnit(queries: readonly string[]): Unit {
  const units = new Set(queries.filter((query) => query.trim() !== '').map(queryUnit));
  return units.size === 1 ? [...units][0] : 'none';
}
