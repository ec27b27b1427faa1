import { useMemo } from 'preact/hooks';
import { Chart } from '../chart/chart.js';
import { type ChartData, countSeries } from '../chart/chartData.js';
import { isLogarithmic, PLAIN_STYLE, type PlotStyle } from '../chart/plotOptions.js';
import type { ResultLook } from '../state/resultLook.js';
import { formatDuration } from '../state/timeRange.js';
import { zoomTo } from '../state/zoom.js';
import { ExemplarLayer } from './exemplarLayer.js';
import { collectExemplars, type Exemplar, thinOut } from './exemplars.js';
import { commonUnit, isAnswered, resultTitle } from './rangeData.js';
import type { Results } from './useResults.js';

const HEIGHT_PX = 340;

interface Props {
  readonly results: Results;
  readonly data: ChartData;
  readonly look: ResultLook;
}

/** The range answers of all rows on one chart, with their exemplars. */
export function GraphView({ results, data, look }: Props) {
  const all = useMemo(() => exemplarsOf(results), [results]);
  const exemplars = useMemo(() => thinOut(all, results.grid), [all, results.grid]);
  const { kind, isLog } = look;
  const unit = commonUnit(results.queries);
  const style = useMemo(
    () => ({ ...PLAIN_STYLE, unit, kind, isLog, mayCutZero: kind === 'line' || kind === 'area' }),
    [unit, kind, isLog],
  );
  return (
    <>
      <Chart
        data={data}
        style={style}
        heightPx={HEIGHT_PX}
        title={resultTitle(results.queries)}
        legend="table"
        onZoom={zoomTo}
        overlay={
          exemplars.length === 0
            ? undefined
            : (area) => <ExemplarLayer exemplars={exemplars} area={area} unit={unit} />
        }
      />
      <p class="note">
        {countSeries(data.all)} series, one {kind === 'bars' ? 'bar' : 'point'} every{' '}
        {formatDuration(results.grid.stepSec)}. Drag on the graph to zoom, with Shift to move.
        {exemplarNote(exemplars.length, all.length)}
        {leftOutNote(data, style)}
      </p>
    </>
  );
}

function exemplarsOf({ outcomes }: Results): Exemplar[] {
  return collectExemplars(outcomes.map((outcome) => (isAnswered(outcome) ? outcome.exemplars : [])));
}

function exemplarNote(shown: number, total: number): string {
  if (total === 0) return '';
  if (shown < total)
    return ` ${shown} of ${total} exemplars are drawn, the highest and lowest of their time.`;
  return total === 1 ? ' 1 exemplar.' : ` ${total} exemplars.`;
}

/** A logarithmic axis has no place for zero, and none for what is below. */
function leftOutNote({ series }: ChartData, style: PlotStyle): string {
  if (!isLogarithmic(style)) return '';
  const count = series.reduce(
    (sum, { values }) => sum + values.filter((value) => value !== null && value <= 0).length,
    0,
  );
  return count === 0 ? '' : ` ${count} points at or below zero have no place on a logarithmic axis.`;
}
