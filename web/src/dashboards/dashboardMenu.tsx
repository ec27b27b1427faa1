import { useState } from 'preact/hooks';
import { ApiError } from '../api/apiError.js';
import { type Dashboard, deleteDashboard } from '../api/dashboards.js';
import { download, fileNameOf } from '../chart/download.js';
import { navigate } from '../state/location.js';
import { type DashboardRoute, dashboardHref, parseRoute } from '../state/route.js';
import { Button } from '../ui/button.js';
import { Dialog } from '../ui/dialog.js';
import { IconButton } from '../ui/iconButton.js';
import { Popover } from '../ui/popover.js';
import { toast } from '../ui/toast.js';
import { setDraft } from './drafts.js';
import type { OpenDashboard } from './useDashboard.js';
import { VersionsDialog } from './versionsDialog.js';

interface Props {
  readonly route: DashboardRoute;
  readonly open: OpenDashboard;
  readonly dashboard: Dashboard;
}

/** What is done with a dashboard as a whole, and not often. */
export function DashboardMenu({ route, open, dashboard }: Props) {
  const [dialog, setDialog] = useState<'versions' | 'delete' | null>(null);
  const isSaved = open.version > 0;
  const duplicate = () => {
    const title = `${dashboard.title} (copy)`.slice(0, 200);
    setDraft('new', { dashboard: { ...dashboard, title }, version: 0, earlier: [] });
    navigate({ ...route, id: 'new', isEditing: false, panel: '' });
  };
  const items = [
    { text: 'Export as JSON', run: () => exportDashboard(dashboard), needsSaved: false },
    { text: 'Duplicate', run: duplicate, needsSaved: false },
    { text: 'Discard the changes', run: open.reload, needsSaved: true, needsChange: true },
    { text: 'Versions', run: () => setDialog('versions'), needsSaved: true },
    { text: 'Delete', run: () => setDialog('delete'), needsSaved: true },
  ];
  return (
    <>
      <Popover
        label="More to do"
        trigger={(attributes) => (
          <IconButton {...attributes} icon="more" label="More to do" data-testid="dashboard-menu" />
        )}
      >
        {(close) => (
          <div class="dashboard-menu">
            {items
              .filter(
                ({ needsSaved, needsChange }) => (isSaved || !needsSaved) && (open.isChanged || !needsChange),
              )
              .map(({ text, run }) => (
                <Button
                  key={text}
                  kind="quiet"
                  onClick={() => {
                    close();
                    run();
                  }}
                >
                  {text}
                </Button>
              ))}
          </div>
        )}
      </Popover>
      {dialog === 'versions' && <VersionsDialog open={open} onClose={() => setDialog(null)} />}
      {dialog === 'delete' && (
        <DeleteDialog {...{ route, open, dashboard }} onClose={() => setDialog(null)} />
      )}
    </>
  );
}

function exportDashboard(dashboard: Dashboard): void {
  const text = `${JSON.stringify({ tinyobsDashboard: 1, dashboard }, null, 2)}\n`;
  download(new Blob([text], { type: 'application/json' }), fileNameOf(dashboard.title, 'json'));
}

function DeleteDialog({ route, open, dashboard, onClose }: Props & { readonly onClose: () => void }) {
  const [failure, setFailure] = useState<string | null>(null);
  const run = async () => {
    try {
      await deleteDashboard(open.id);
      setDraft(open.id, null);
      toast(`“${dashboard.title}” is deleted.`);
      navigate(parseRoute(dashboardHref('', route)));
    } catch (thrown) {
      if (!(thrown instanceof ApiError)) throw thrown;
      setFailure(thrown.message);
    }
  };
  return (
    <Dialog label="Delete the dashboard" look="dash-dialog" onClose={onClose}>
      <div class="dash-form">
        <h2>Delete “{dashboard.title}”?</h2>
        <p>All its versions go with it, for everybody. The data stays.</p>
        {failure !== null && (
          <p class="field-failure" role="alert">
            {failure}
          </p>
        )}
        <div class="dash-form-foot">
          <Button onClick={onClose}>Keep it</Button>
          <Button kind="danger" onClick={run} data-testid="delete">
            Delete
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
