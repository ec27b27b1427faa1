import { useEffect, useState } from 'preact/hooks';
import type { Dashboard } from '../api/dashboards.js';
import { navigate } from '../state/location.js';
import type { DashboardRoute } from '../state/route.js';
import { dashboardHref } from '../state/route.js';
import { parseDuration } from '../state/timeRange.js';
import { Button } from '../ui/button.js';
import { EmptyState } from '../ui/emptyState.js';
import { Skeleton } from '../ui/skeleton.js';
import { toast } from '../ui/toast.js';
import { ConflictDialog } from './conflictDialog.js';
import { DashboardHead } from './dashboardHead.js';
import { drafts } from './drafts.js';
import { bottomOf, settle } from './layout.js';
import { newPanel, newPanelId } from './newDashboard.js';
import { PanelEditor } from './panelEditor.js';
import { type PanelActions, PanelGrid } from './panelGrid.js';
import { type Saving, save } from './saveDashboard.js';
import { type OpenDashboard, useDashboard } from './useDashboard.js';
import { meaningsOf, useVariables } from './useVariables.js';
import { VariableBar } from './variableBar.js';
import { VariableNotes } from './variableNotes.js';

/** One dashboard: looked at, or edited. */
export function DashboardView({ route }: { route: DashboardRoute }) {
  const open = useDashboard(route.id);
  useOpeningRange(route, open.dashboard?.range);
  useEffect(() => () => sayWhatIsKept(route.id), [route.id]);
  if (open.dashboard === null) {
    return (
      <main class="dashboard" id="main">
        {open.error === null || open.error.isOutage ? (
          <Skeleton heightPx={260} />
        ) : (
          <EmptyState icon="alert" title="This dashboard could not be opened" isFault>
            <p>{open.error.message}</p>
            <a class="button" href={dashboardHref('', route)}>
              All dashboards
            </a>
          </EmptyState>
        )}
      </main>
    );
  }
  return <Opened route={route} open={open} dashboard={open.dashboard} />;
}

interface OpenedProps {
  readonly route: DashboardRoute;
  readonly open: OpenDashboard;
  readonly dashboard: Dashboard;
}

function Opened({ route, open, dashboard }: OpenedProps) {
  const [outcome, setOutcome] = useState<Saving | null>(null);
  const known = useVariables(dashboard.variables, route.values, route.range);
  const edited = route.isEditing ? dashboard.panels.find(({ id }) => id === route.panel) : undefined;
  const actions = actionsOn(route, open, dashboard);
  const addPanel = (kind: Parameters<typeof newPanel>[0]) => {
    const size =
      kind === 'row'
        ? { w: 24, h: 2 }
        : kind === 'stat' || kind === 'gauge'
          ? { w: 6, h: 5 }
          : { w: 12, h: 8 };
    const panel = newPanel(kind, { x: 0, y: bottomOf(dashboard.panels), ...size });
    open.change({ ...dashboard, panels: settle([...dashboard.panels, panel]) });
    navigate({ ...route, isEditing: true, panel: panel.id });
  };
  return (
    <main class="dashboard" id="main" data-testid="dashboard">
      <DashboardHead
        {...{ route, open, dashboard }}
        onAddPanel={addPanel}
        onSave={async () => setOutcome(await save(open))}
      />
      {known !== null && <VariableBar route={route} known={known} />}
      {known !== null && <VariableNotes known={known} panels={dashboard.panels} />}
      {outcome?.kind === 'failed' && (
        <p class="dash-failure" role="alert">
          It was not saved: {outcome.reason}
        </p>
      )}
      {known === null ? (
        <Skeleton heightPx={260} />
      ) : edited !== undefined ? (
        <PanelEditor
          panel={edited}
          variables={dashboard.variables}
          meanings={meaningsOf(known)}
          onChange={(panel) => {
            const panels = dashboard.panels.map((one) => (one.id === panel.id ? panel : one));
            open.change({ ...dashboard, panels });
          }}
          onDone={() => navigate({ ...route, panel: '' })}
        />
      ) : dashboard.panels.length === 0 ? (
        <EmptyState icon="dashboards" title="Nothing on it yet">
          <p>A panel shows what a query answers: as a graph, a number, a table.</p>
          <Button kind="primary" onClick={() => addPanel('graph')} data-testid="add-first-panel">
            Add a panel
          </Button>
        </EmptyState>
      ) : (
        <PanelGrid
          {...{ panels: dashboard.panels, known }}
          actions={route.isEditing ? actions : null}
          savedId={open.version === 0 ? null : route.id}
        />
      )}
      {outcome?.kind === 'conflict' && (
        <ConflictDialog {...{ open, dashboard, reason: outcome.reason }} onSettled={setOutcome} />
      )}
    </main>
  );
}

function actionsOn(route: DashboardRoute, open: OpenDashboard, dashboard: Dashboard): PanelActions {
  const { panels } = dashboard;
  const setPanels = (next: Dashboard['panels']) => open.change({ ...dashboard, panels: next });
  return {
    onArrange: setPanels,
    onEdit: (panel) => navigate({ ...route, panel }),
    onDuplicate: (id) => {
      const panel = panels.find((one) => one.id === id);
      if (panel === undefined) return;
      setPanels(settle([...panels, { ...panel, id: newPanelId(), y: panel.y + panel.h }]));
    },
    onDelete: (id) => {
      setPanels(settle(panels.filter((one) => one.id !== id)));
      toast('The panel is deleted; Undo brings it back.');
    },
  };
}

/** A dashboard opens with its own time where the URL says none. */
function useOpeningRange(route: DashboardRoute, range: string | undefined): void {
  useEffect(() => {
    const seconds = parseDuration(range ?? '');
    if (seconds === null || /[?&](range|from)=/.test(window.location.hash)) return;
    navigate({ ...route, range: { kind: 'last', seconds } }, { isReplacing: true });
  }, [route.id, range === undefined]);
}

function sayWhatIsKept(id: string): void {
  const draft = drafts.value.get(id);
  if (draft === undefined) return;
  toast(`Changes of “${draft.dashboard.title}” are not saved; they are kept while this tab is open.`);
}
