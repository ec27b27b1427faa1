import './result.css';
import './exemplars.css';
import '../ui/tabs.css';
import { useMemo, useRef } from 'preact/hooks';
import { navigate } from '../state/location.js';
import type { ResultLook } from '../state/resultLook.js';
import type { ExploreRoute } from '../state/route.js';
import type { QueryState } from '../state/useQuery.js';
import { Skeleton } from '../ui/skeleton.js';
import { GraphView } from './graphView.js';
import { HeatmapView } from './heatmapView.js';
import { rangeData } from './rangeData.js';
import { RawView } from './rawView.js';
import { ResultTools } from './resultTools.js';
import { askedQueries } from './rows/queryRows.js';
import { StatView } from './statView.js';
import { InstantTables, RangeTable } from './tableView.js';
import type { Results } from './useResults.js';

const TABS = [
  { id: 'graph', title: 'Graph' },
  { id: 'table', title: 'Table' },
  { id: 'heatmap', title: 'Heatmap' },
  { id: 'stat', title: 'Stat' },
  { id: 'raw', title: 'JSON' },
] as const satisfies readonly { id: ResultLook['tab']; title: string }[];

const HEIGHT_PX = 316;

interface Props {
  readonly route: ExploreRoute;
  readonly state: QueryState<Results>;
}

/** What was run, in the way the URL says, or a word on why there is nothing. */
export function ResultView({ route, state }: Props) {
  const isBlank = askedQueries(route).every((query) => query.trim() === '');
  const isHidden = isBlank && route.queries.some((query) => query.trim() !== '');
  return (
    <section aria-label="Results" aria-busy={state.isLoading} class="result">
      <TabList route={route} />
      <div
        class="result-body"
        id="result-panel"
        role="tabpanel"
        aria-labelledby={`tab-${route.tab}`}
        data-loading={state.isLoading}
      >
        <ResultTools route={route} />
        {isBlank ? (
          <p class="blank">
            {isHidden ? 'Every query is hidden.' : 'Pick a metric, or write a query and press Enter.'}
          </p>
        ) : (
          <Body route={route} state={state} />
        )}
      </div>
    </section>
  );
}

function Body({ route, state: { data, error } }: Props) {
  if (data === null) {
    if (error === null) return <Skeleton heightPx={HEIGHT_PX} />;
    return <p class="blank">Nothing loaded yet.</p>;
  }
  const isAllFailed = data.outcomes.every((outcome) => outcome === null || 'error' in outcome);
  if (isAllFailed) return <p class="blank">The query did not run; the reason is above.</p>;
  if (route.tab === 'raw') return <RawView results={data} />;
  if (route.tab === 'table' && !route.isOverTime) return <InstantTables results={data} />;
  return <OverTime route={route} results={data} />;
}

function OverTime({ route, results }: { route: ExploreRoute; results: Results }) {
  const data = useMemo(() => rangeData(results), [results]);
  if (data.all.length === 0) return <p class="blank">The query ran and found no data in this range.</p>;
  switch (route.tab) {
    case 'heatmap':
      return <HeatmapView results={results} />;
    case 'stat':
      return <StatView results={results} data={data} look={route} />;
    case 'table':
      return <RangeTable results={results} data={data} />;
    default:
      return <GraphView results={results} data={data} look={route} />;
  }
}

function TabList({ route }: { route: ExploreRoute }) {
  const list = useRef<HTMLDivElement>(null);
  const open = (place: number) => navigate({ ...route, tab: TABS[place].id });
  const at = TABS.findIndex(({ id }) => id === route.tab);
  const onKeyDown = (event: KeyboardEvent) => {
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: TABS.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = (to + TABS.length) % TABS.length;
    open(next);
    list.current?.querySelectorAll('button')[next]?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label="Result as" ref={list} onKeyDown={onKeyDown}>
      {TABS.map(({ id, title }, place) => (
        <button
          key={id}
          id={`tab-${id}`}
          type="button"
          role="tab"
          data-testid={`tab-${id}`}
          aria-selected={route.tab === id}
          aria-controls="result-panel"
          tabIndex={route.tab === id ? 0 : -1}
          onClick={() => open(place)}
        >
          {title}
        </button>
      ))}
    </div>
  );
}
