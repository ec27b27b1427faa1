import { rateWindow } from '@tinyobs/model/queryVariables';
import { useMemo, useRef } from 'preact/hooks';
import { queryRange } from '../api/client.js';
import type { Grid, MatrixSeries } from '../api/types.js';
import { Chart } from '../chart/chart.js';
import { alignSeries, type ChartData } from '../chart/chartData.js';
import { PLAIN_STYLE } from '../chart/plotOptions.js';
import { formatInstant } from '../chart/timeFormat.js';
import { formatValue } from '../chart/units.js';
import { nowMs } from '../state/clock.js';
import { route } from '../state/location.js';
import { exploreHref } from '../state/route.js';
import { gridFor, type TimeRange } from '../state/timeRange.js';
import { type QueryState, useQuery } from '../state/useQuery.js';
import { useVisible } from '../state/useVisible.js';
import { useWidth } from '../state/useWidth.js';
import { zoomTo } from '../state/zoom.js';
import { Card } from '../ui/card.js';
import { Icon } from '../ui/icon.js';
import { Skeleton } from '../ui/skeleton.js';
import { headlineOf, type PanelSpec } from './panelSpec.js';

const SERIES_MAX = 20;
const HEIGHT_PX = { tile: 52, chart: 160, wide: 210 } as const;

/** A chart of the overview with its newest value, its state, and its way into Explore. */
export function Panel({ spec }: { spec: PanelSpec }) {
  const root = useRef<HTMLElement>(null);
  const widthPx = useWidth(root);
  const isVisible = useVisible(root) && widthPx > 0;
  const { range } = route.value;
  const grid = gridFor(range, widthPx, nowMs.value);
  const state = usePanelData(spec, range, grid, isVisible);
  const queries = spec.queries.map(({ text }) => text(rateWindow(grid.stepSec)));
  const newest = newestValues(state.data);
  const headline = headlineOf(newest.values, spec.headline);
  const isTile = spec.kind === 'tile';
  return (
    <Card
      look={`panel panel-${spec.kind}`}
      cardRef={root}
      data-testid={`panel-${spec.slug}`}
      data-last-value={headline === null ? '' : String(headline)}
      aria-busy={state.isLoading}
    >
      <header class="panel-head">
        <h3>
          <a
            class="panel-link"
            data-testid="panel-explore-link"
            href={exploreHref(queries, route.value)}
            title={`${spec.title}: open in Explore`}
          >
            {spec.title}
            <span class="sr-only">, open in Explore</span>
            <Icon name="open" size={14} />
          </a>
        </h3>
        <output
          class="panel-value"
          data-old={newest.isOld}
          title={newest.isOld ? `Silent since ${formatInstant(newest.atSec)}` : undefined}
        >
          {headline !== null && spec.headlineLabel !== '' && <small>{spec.headlineLabel} </small>}
          {headline === null ? '–' : formatValue(headline, spec.unit)}
        </output>
      </header>
      <PanelBody spec={spec} state={state} isTile={isTile} />
    </Card>
  );
}

interface BodyProps {
  readonly spec: PanelSpec;
  readonly state: QueryState<ChartData>;
  readonly isTile: boolean;
}

function PanelBody({ spec, state, isTile }: BodyProps) {
  const heightPx = HEIGHT_PX[spec.kind];
  const { data, error } = state;
  const hasData = data !== null && data.series.length > 0;
  const isFilled = isTile || data?.series.length === 1;
  const style = useMemo(
    () => ({ ...PLAIN_STYLE, unit: spec.unit, kind: isFilled ? 'area' : 'line', isCompact: isTile }) as const,
    [spec.unit, isTile, isFilled],
  );
  return (
    <>
      {error !== null && !error.isOutage && (
        <p class="panel-error" role="status">
          {error.message}
        </p>
      )}
      {hasData ? (
        <Chart data={data} style={style} heightPx={heightPx} title={spec.title} onZoom={zoomTo} />
      ) : data === null && error === null ? (
        <Skeleton heightPx={heightPx} />
      ) : (
        <p class="panel-blank" style={{ height: `${heightPx}px` }}>
          {data !== null ? 'No data in this range' : 'Nothing loaded yet'}
        </p>
      )}
    </>
  );
}

function usePanelData(
  spec: PanelSpec,
  range: TimeRange,
  grid: Grid,
  isVisible: boolean,
): QueryState<ChartData> {
  const request = {
    subject: spec.slug,
    variant: JSON.stringify([range, grid.stepSec]),
    tick: nowMs.value,
  };
  return useQuery(isVisible ? request : null, async (signal) => {
    const window = rateWindow(grid.stepSec);
    const answers = await Promise.all(spec.queries.map(({ text }) => queryRange(text(window), grid, signal)));
    const parts = answers.map(({ data }, index) => ({
      matrix: data.resultType === 'matrix' ? data.result : ([] as MatrixSeries[]),
      name: spec.queries[index].name,
    }));
    return alignSeries(parts, grid, SERIES_MAX);
  });
}

interface Newest {
  readonly values: readonly number[];
  readonly atSec: number;
  /** Whether the range goes on for several steps without a value: the series went silent. */
  readonly isOld: boolean;
}

const NO_VALUES: Newest = { values: [], atSec: 0, isOld: false };
const STEPS_SILENT_MIN = 3;

/** The values at the newest instant that has any. */
function newestValues(data: ChartData | null): Newest {
  if (data === null) return NO_VALUES;
  for (let index = data.times.length - 1; index >= 0; index -= 1) {
    const values = data.series.map((series) => series.values[index]).filter((value) => value !== null);
    if (values.length === 0) continue;
    return { values, atSec: data.times[index], isOld: data.times.length - index > STEPS_SILENT_MIN };
  }
  return NO_VALUES;
}
