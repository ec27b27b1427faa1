import '../ui/tabs.css';
import { navigate } from '../state/location.js';
import type { ExploreRoute } from '../state/route.js';
import type { QueryState } from '../state/useQuery.js';
import { GraphView } from './graphView.js';
import { askedQueries } from './rows/queryRows.js';
import { TableView } from './tableView.js';
import type { Results } from './useResults.js';

const TABS = ['graph', 'table'] as const;

/** Graph or table of what was run, or a word on why there is neither. */
export function ResultView({ route, state }: { route: ExploreRoute; state: QueryState<Results> }) {
  const isBlank = askedQueries(route).every((query) => query.trim() === '');
  const isHidden = isBlank && route.queries.some((query) => query.trim() !== '');
  return (
    <section aria-label="Results" aria-busy={state.isLoading} class="result">
      <div class="result-head">
        <Tabs route={route} />
        {route.tab === 'graph' && (
          <div class="checks">
            <label class="check">
              <input
                type="checkbox"
                data-testid="exemplars-toggle"
                checked={route.showsExemplars}
                onChange={() => navigate({ ...route, showsExemplars: !route.showsExemplars })}
              />
              Exemplars
            </label>
            <label class="check">
              <input
                type="checkbox"
                data-testid="stacked-toggle"
                checked={route.isStacked}
                onChange={() => navigate({ ...route, isStacked: !route.isStacked })}
              />
              Stacked
            </label>
          </div>
        )}
      </div>
      <div class="result-body" role="tabpanel" aria-labelledby={`tab-${route.tab}`}>
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

function Body({ route, state }: { route: ExploreRoute; state: QueryState<Results> }) {
  const { data, error } = state;
  if (data === null) {
    return <p class="blank">{error === null ? <span class="late">Loading…</span> : 'Nothing loaded yet.'}</p>;
  }
  const isAllFailed = data.outcomes.every((outcome) => outcome === null || 'error' in outcome);
  if (isAllFailed) return <p class="blank">The query did not run; the reason is above.</p>;
  return data.tab === 'graph' ? (
    <GraphView results={data} isStacked={route.isStacked} showsExemplars={route.showsExemplars} />
  ) : (
    <TableView results={data} />
  );
}

function Tabs({ route }: { route: ExploreRoute }) {
  const open = (tab: ExploreRoute['tab']) => navigate({ ...route, tab });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    const next = route.tab === 'graph' ? 'table' : 'graph';
    open(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label="Result as" onKeyDown={onKeyDown}>
      {TABS.map((tab) => (
        <button
          key={tab}
          id={`tab-${tab}`}
          type="button"
          role="tab"
          data-testid={`tab-${tab}`}
          aria-selected={route.tab === tab}
          tabIndex={route.tab === tab ? 0 : -1}
          onClick={() => open(tab)}
        >
          {tab === 'graph' ? 'Graph' : 'Table'}
        </button>
      ))}
    </div>
  );
}
