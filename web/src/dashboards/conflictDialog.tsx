import type { Dashboard } from '../api/dashboards.js';
import { Button } from '../ui/button.js';
import { Dialog } from '../ui/dialog.js';
import { type Saving, saveAsNew, saveOver } from './saveDashboard.js';
import type { OpenDashboard } from './useDashboard.js';

interface Props {
  readonly open: OpenDashboard;
  readonly dashboard: Dashboard;
  readonly reason: string;
  /** Given how it ended; null where nothing was decided. */
  readonly onSettled: (outcome: Saving | null) => void;
}

/** Somebody else has saved in between: theirs, mine, or both. */
export function ConflictDialog({ open, dashboard, reason, onSettled }: Props) {
  const copy = { ...dashboard, title: `${dashboard.title} (copy)`.slice(0, 200) };
  return (
    <Dialog label="Somebody else has saved" look="dash-dialog" onClose={() => onSettled(null)}>
      <div class="dash-form" data-testid="conflict">
        <h2>Somebody else has saved this dashboard</h2>
        <p>{reason}.</p>
        <p class="note">The last 20 versions are kept: whichever you choose, the other can be restored.</p>
        <div class="dash-form-foot">
          <Button
            onClick={() => {
              open.reload();
              onSettled(null);
            }}
          >
            Take theirs
          </Button>
          <Button onClick={async () => onSettled(await saveAsNew(open.id, copy))}>Save mine as a copy</Button>
          <Button
            kind="primary"
            data-testid="save-over"
            onClick={async () => onSettled(await saveOver(open, dashboard))}
          >
            Save mine over it
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
