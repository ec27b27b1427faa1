import '../ui/button.css';
import { useEffect, useRef, useState } from 'preact/hooks';
import { gridWidth } from '../chart/plotOptions.js';
import { nowMs, refreshNow } from '../state/clock.js';
import { navigate } from '../state/location.js';
import { canAddQuery, type ExploreRoute } from '../state/route.js';
import { gridFor, rateWindow } from '../state/timeRange.js';
import { useWidth } from '../state/useWidth.js';
import type { CatalogEntry } from './metricCatalog.js';
import { starterQuery } from './metricCatalog.js';
import { MetricList } from './metricList.js';
import { QueryRow } from './queryRow.js';
import { ResultView } from './resultView.js';
import { useResults } from './useResults.js';

/** Ask anything: metrics on the left, PromQL above, graph or table below. The URL holds what was run. */
export function Explore({ route }: { route: ExploreRoute }) {
  const results = useRef<HTMLDivElement>(null);
  const widthPx = useWidth(results);
  const grid = gridFor(route.range, gridWidth(route.kind, widthPx), nowMs.value);
  const state = useResults(route, grid, widthPx > 0);
  const [drafts, setDrafts] = useDrafts(route);
  const [activeRow, setActiveRow] = useState(0);

  const run = (queries: readonly string[]) => {
    const isSame = JSON.stringify(queries) === JSON.stringify(route.queries);
    if (isSame) refreshNow();
    else navigate({ ...route, queries });
  };
  const edit = (row: number, text: string) =>
    setDrafts(drafts.map((old, place) => (place === row ? text : old)));
  const remove = (row: number) => run(drafts.filter((_, place) => place !== row));
  const pick = (entry: CatalogEntry) => {
    const row = Math.min(activeRow, drafts.length - 1);
    const text = starterQuery(entry, rateWindow(grid.stepSec));
    run(drafts.map((old, place) => (place === row ? text : old)));
  };

  return (
    <main class="explore" id="main" data-testid="explore">
      <MetricList onPick={pick} />
      <div class="explore-main">
        <div class="query-rows">
          {drafts.map((text, row) => (
            <QueryRow
              key={row}
              row={row}
              isOnly={drafts.length === 1}
              text={text}
              ran={state.data?.queries[row] ?? null}
              outcome={state.data?.outcomes[row] ?? null}
              onEdit={(next) => edit(row, next)}
              onRun={() => run(drafts)}
              onRemove={() => remove(row)}
              onFocus={() => setActiveRow(row)}
            />
          ))}
          <div class="query-actions">
            <button type="button" class="button primary" data-testid="run-query" onClick={() => run(drafts)}>
              Run
            </button>
            <button
              type="button"
              class="button"
              disabled={!canAddQuery({ ...route, queries: drafts })}
              onClick={() => setDrafts([...drafts, ''])}
            >
              Add query
            </button>
            <span class="hint">Enter runs, Shift+Enter breaks the line</span>
          </div>
        </div>
        <div ref={results} class="results">
          <ResultView route={route} state={state} />
        </div>
      </div>
    </main>
  );
}

/** What is being written; another URL (a link, the back button) replaces it. */
function useDrafts(route: ExploreRoute) {
  const pair = useState<readonly string[]>(route.queries);
  const inUrl = JSON.stringify(route.queries);
  const setDrafts = pair[1];
  useEffect(() => setDrafts(JSON.parse(inUrl) as string[]), [inUrl, setDrafts]);
  return pair;
}
