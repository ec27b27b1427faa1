import { useMemo } from 'preact/hooks';
import { Chart } from '../chart/chart.js';
import { alignSeries, type ChartPart, seriesName } from '../chart/chartData.js';
import type { Unit } from '../chart/units.js';
import { rowLetter } from '../state/route.js';
import { formatDuration } from '../state/timeRange.js';
import { zoomTo } from '../state/zoom.js';
import { ExemplarLayer } from './exemplarLayer.js';
import { collectExemplars, type Exemplar, thinOut } from './exemplars.js';
import { queryUnit } from './queryUnit.js';
import type { Results } from './useResults.js';

/** Lines drawn at once: more is neither readable nor quick to draw. */
const SERIES_MAX = 50;
const HEIGHT_PX = 340;

interface Props {
  readonly results: Results;
  readonly isStacked: boolean;
  readonly showsExemplars: boolean;
}

/** The range answers of all rows on one chart, with their exemplars. */
export function GraphView({ results, isStacked, showsExemplars }: Props) {
  const data = useMemo(() => alignSeries(chartParts(results), results.grid, SERIES_MAX), [results]);
  const all = useMemo(() => (showsExemplars ? exemplarsOf(results) : []), [results, showsExemplars]);
  const exemplars = useMemo(() => thinOut(all, results.grid), [all, results.grid]);
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
      <Chart
        data={data}
        style={style}
        heightPx={HEIGHT_PX}
        title="Query result"
        onZoom={zoomTo}
        overlay={
          exemplars.length === 0
            ? undefined
            : (area) => <ExemplarLayer exemplars={exemplars} area={area} unit={unit} />
        }
      />
      <p class="note">
        {data.seriesTotal} series, one point every {formatDuration(results.grid.stepSec)}. Drag on the graph
        to zoom.{exemplarNote(exemplars.length, all.length)}
      </p>
    </>
  );
}

function exemplarsOf({ outcomes }: Results): Exemplar[] {
  return collectExemplars(
    outcomes.map((outcome) => (outcome !== null && 'answer' in outcome ? outcome.exemplars : [])),
  );
}

function exemplarNote(shown: number, total: number): string {
  if (total === 0) return '';
  if (shown < total)
    return ` ${shown} of ${total} exemplars are drawn, the highest and lowest of their time.`;
  return total === 1 ? ' 1 exemplar.' : ` ${total} exemplars.`;
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
