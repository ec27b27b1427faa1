import './explore.css';
import { rateWindow } from '@tinyobs/model/queryVariables';
import { useEffect, useRef, useState } from 'preact/hooks';
import { serverUrl } from '../api/request.js';
import type { Grid } from '../api/types.js';
import { pointWidth } from '../chart/plotOptions.js';
import { nowMs, refreshNow } from '../state/clock.js';
import { navigate } from '../state/location.js';
import { asksRange } from '../state/resultLook.js';
import type { ExploreRoute } from '../state/route.js';
import { key } from '../state/session.js';
import { gridFor } from '../state/timeRange.js';
import { useWidth } from '../state/useWidth.js';
import { Button } from '../ui/button.js';
import { copyText } from '../ui/copyText.js';
import { Icon } from '../ui/icon.js';
import { curlCommand } from './curlCommand.js';
import { remember } from './history/queryHistory.js';
import type { PickMetric } from './metrics/metricBrowser.js';
import { starterQuery } from './metrics/metricCatalog.js';
import { MetricPanel } from './metrics/metricPanel.js';
import { ResultView } from './resultView.js';
import { QueryRow } from './rows/queryRow.js';
import {
  askedQueries,
  changed,
  duplicated,
  hasRoom,
  moved,
  newRow,
  type QueryRow as Row,
  routeRows,
  without,
} from './rows/queryRows.js';
import type { RowActions } from './rows/rowActions.js';
import { handleId } from './rows/rowHandle.js';
import { ShareMenu } from './shareMenu.js';
import { type Results, useResults } from './useResults.js';
import { saidBy, useRows } from './useRows.js';

/** Ask anything: metrics on the left, queries above, what they give below. The URL holds what was run. */
export function Explore({ route }: { route: ExploreRoute }) {
  const results = useRef<HTMLDivElement>(null);
  const widthPx = useWidth(results);
  const grid = gridFor(route.range, widthPx, nowMs.value, pointWidthOf(route));
  const state = useResults(route, grid, widthPx > 0);
  const asked = askedQueries(route);
  const [rows, setRows] = useRows(route);
  const [activeId, setActiveId] = useState(rows[0].id);
  useEffect(() => remember(goodQueries(state.data)), [state.data]);

  const run = (next: readonly Row[]) => {
    setRows(next);
    const said = routeRows(next);
    if (saidBy(said) === saidBy(route)) refreshNow();
    else navigate({ ...route, ...said });
  };
  const pick: PickMetric = (entry, filters) => {
    const id = rows.some((row) => row.id === activeId) ? activeId : rows[rows.length - 1].id;
    run(changed(rows, id, { text: starterQuery(entry, rateWindow(grid.stepSec), filters) }));
  };
  const askedGrid = asksRange(route) ? grid : { ...grid, startSec: grid.endSec };
  const actionsOf = ({ id, text }: Row, place: number): RowActions => ({
    edit: (next) => setRows((old) => changed(old, id, { text: next })),
    run: () => run(rows),
    change: (change) => run(changed(rows, id, change)),
    move: (by) => {
      run(moved(rows, id, by));
      focusRow(id);
    },
    duplicate: () => run(duplicated(rows, id)),
    remove: () => {
      const rest = without(rows, id);
      run(rest);
      focusRow(rest[Math.min(place, rest.length - 1)].id);
    },
    copyCurl: () => void copyCurl(text, askedGrid),
    focus: () => setActiveId(id),
  });

  return (
    <main class="explore" id="main" data-testid="explore">
      <MetricPanel route={route} onPick={pick} />
      <div class="explore-main">
        <div class="query-rows">
          {rows.map((row, place) => (
            <QueryRow
              key={row.id}
              row={row}
              place={place}
              count={rows.length}
              canAdd={hasRoom(rows)}
              ran={state.data?.queries[place] ?? asked[place] ?? ''}
              outcome={state.data?.outcomes[place] ?? null}
              grid={askedGrid}
              actions={actionsOf(row, place)}
            />
          ))}
          <QueryActions
            route={route}
            onRun={() => run(rows)}
            onAdd={hasRoom(rows) ? () => setRows([...rows, newRow()]) : null}
          />
        </div>
        <div ref={results} class="results">
          <ResultView route={route} state={state} />
        </div>
      </div>
    </main>
  );
}

/** Only the graph has forms that need more room than a line. */
function pointWidthOf({ tab, kind }: ExploreRoute): number | undefined {
  return pointWidth(tab === 'graph' ? kind : 'line');
}

/** A row that was moved, or whose neighbour is gone, has lost the focus. */
function focusRow(id: number): void {
  requestAnimationFrame(() => document.getElementById(handleId(id))?.focus());
}

interface ActionsProps {
  readonly route: ExploreRoute;
  readonly onRun: () => void;
  /** Null where there are as many as there may be. */
  readonly onAdd: (() => void) | null;
}

function QueryActions({ route, onRun, onAdd }: ActionsProps) {
  return (
    <div class="query-actions">
      <Button kind="primary" data-testid="run-query" onClick={onRun}>
        Run
      </Button>
      <Button disabled={onAdd === null} onClick={() => onAdd?.()}>
        <Icon name="plus" size={16} />
        Add query
      </Button>
      <ShareMenu route={route} />
      <span class="hint">Enter runs, Shift+Enter breaks the line, Alt+↑ finds what ran before</span>
    </div>
  );
}

/** What ran, and gave an answer. */
function goodQueries(results: Results | null): string[] {
  if (results === null) return [];
  return results.queries.filter((_, place) => {
    const outcome = results.outcomes[place];
    return outcome !== null && 'answer' in outcome;
  });
}

async function copyCurl(query: string, grid: Grid): Promise<void> {
  const command = curlCommand({ server: serverUrl(''), query, grid, hasKey: key.value !== null });
  await copyText(command, {
    done: key.value === null ? 'Command copied.' : 'Command copied; it takes the key from $TINYOBS_KEY.',
    refused: 'The browser does not let the page copy.',
  });
}
