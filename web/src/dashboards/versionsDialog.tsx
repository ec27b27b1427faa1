import { useState } from 'preact/hooks';
import { ApiError } from '../api/apiError.js';
import { type DashboardVersion, listVersions, restoreVersion } from '../api/dashboards.js';
import { formatInstant } from '../chart/timeFormat.js';
import { useQuery } from '../state/useQuery.js';
import { Button } from '../ui/button.js';
import { Dialog } from '../ui/dialog.js';
import { Skeleton } from '../ui/skeleton.js';
import { toast } from '../ui/toast.js';
import type { OpenDashboard } from './useDashboard.js';

interface Props {
  readonly open: OpenDashboard;
  readonly onClose: () => void;
}

/** What the dashboard was before, to go back to. */
export function VersionsDialog({ open, onClose }: Props) {
  const [failure, setFailure] = useState<string | null>(null);
  const { data, error } = useQuery({ subject: open.id, variant: '', tick: 0 }, (signal) =>
    listVersions(open.id, signal),
  );
  const restore = async (version: number) => {
    try {
      await restoreVersion(open.id, version);
      open.reload();
      toast(`Version ${version} is restored.`);
      onClose();
    } catch (thrown) {
      if (!(thrown instanceof ApiError)) throw thrown;
      setFailure(thrown.message);
    }
  };
  return (
    <Dialog label="Versions" look="dash-dialog" onClose={onClose}>
      <div class="dash-form" data-testid="versions">
        <h2>Versions</h2>
        {(failure ?? error?.message) !== undefined && (
          <p class="field-failure" role="alert">
            {failure ?? error?.message}
          </p>
        )}
        {data === null && error === null && <Skeleton heightPx={120} />}
        <ul class="version-list">
          {data?.map((version, place) => (
            <VersionRow
              key={version.version}
              version={version}
              isNewest={place === 0}
              onRestore={() => restore(version.version)}
            />
          ))}
        </ul>
        <div class="dash-form-foot">
          <Button onClick={onClose}>Close</Button>
        </div>
      </div>
    </Dialog>
  );
}

interface RowProps {
  readonly version: DashboardVersion;
  readonly isNewest: boolean;
  readonly onRestore: () => void;
}

function VersionRow({ version: { version, title, saved, by }, isNewest, onRestore }: RowProps) {
  return (
    <li>
      <div>
        <strong>{version}</strong> {title}
        <p class="note">
          {formatInstant(Date.parse(saved) / 1000)}
          {by !== 'none' && `, with the key ${by}`}
        </p>
      </div>
      {isNewest ? <span class="note">In force</span> : <Button onClick={onRestore}>Restore</Button>}
    </li>
  );
}
