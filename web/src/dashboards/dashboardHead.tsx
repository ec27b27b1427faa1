import { useState } from 'preact/hooks';
import type { Dashboard, PanelKind } from '../api/dashboards.js';
import { navigate } from '../state/location.js';
import { type DashboardRoute, dashboardHref } from '../state/route.js';
import { Badge } from '../ui/badge.js';
import { Button } from '../ui/button.js';
import { Icon } from '../ui/icon.js';
import { Menu } from '../ui/menu.js';
import { DashboardMenu } from './dashboardMenu.js';
import { PANEL_KINDS } from './newDashboard.js';
import { SettingsDialog } from './settingsDialog.js';
import type { OpenDashboard } from './useDashboard.js';

interface Props {
  readonly route: DashboardRoute;
  readonly open: OpenDashboard;
  readonly dashboard: Dashboard;
  readonly onAddPanel: (kind: PanelKind) => void;
  readonly onSave: () => Promise<void>;
}

/** What it is called, and what can be done with it. */
export function DashboardHead(props: Props) {
  const { route, open, dashboard } = props;
  return (
    <header class="dashboard-head">
      <div class="dashboard-name">
        <a class="dashboard-up" href={dashboardHref('', route)} aria-label="All dashboards">
          <Icon name="left" />
        </a>
        <h2 title={dashboard.title}>{dashboard.title}</h2>
        {open.isChanged && <Badge tone="warn">{open.version === 0 ? 'Not saved yet' : 'Changed'}</Badge>}
        {dashboard.tags.map((tag) => (
          <Badge key={tag} tone="plain">
            {tag}
          </Badge>
        ))}
      </div>
      <Tools {...props} />
      {dashboard.description !== '' && <p class="dashboard-about">{dashboard.description}</p>}
    </header>
  );
}

function Tools({ route, open, dashboard, onAddPanel, onSave }: Props) {
  const [isSaving, setSaving] = useState(false);
  const [isOpen, setOpen] = useState(false);
  const runSave = async () => {
    setSaving(true);
    await onSave();
    setSaving(false);
  };
  const saveButton = (
    <Button kind="primary" disabled={isSaving || !open.isChanged} onClick={runSave} data-testid="save">
      Save
    </Button>
  );
  if (!route.isEditing) {
    return (
      <div class="dashboard-tools">
        <DashboardMenu {...{ route, open, dashboard }} />
        <Button onClick={() => navigate({ ...route, isEditing: true })} data-testid="edit">
          <Icon name="edit" size={16} />
          Edit
        </Button>
        {open.isChanged && saveButton}
      </div>
    );
  }
  return (
    <div class="dashboard-tools">
      <Menu
        label="Add a panel"
        items={PANEL_KINDS.map(({ value, text }) => ({
          id: value,
          text,
          isChosen: false,
          onChoose: () => onAddPanel(value),
        }))}
        trigger={(attributes) => (
          <Button {...attributes} data-testid="add-panel">
            <Icon name="plus" size={16} />
            Add
          </Button>
        )}
      />
      <Button onClick={() => setOpen(true)} data-testid="settings">
        Settings
      </Button>
      <Button disabled={!open.canUndo} onClick={open.undo} data-testid="undo">
        Undo
      </Button>
      <Button onClick={() => navigate({ ...route, isEditing: false, panel: '' })} data-testid="stop-editing">
        View
      </Button>
      {saveButton}
      {isOpen && (
        <SettingsDialog dashboard={dashboard} onChange={open.change} onClose={() => setOpen(false)} />
      )}
    </div>
  );
}
