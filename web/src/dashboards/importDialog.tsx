import { useState } from 'preact/hooks';
import { navigate } from '../state/location.js';
import type { DashboardRoute } from '../state/route.js';
import { Button } from '../ui/button.js';
import { Dialog } from '../ui/dialog.js';
import { TextArea } from '../ui/textArea.js';
import { setDraft } from './drafts.js';
import { type Imported, readImport } from './readImport.js';

interface Props {
  readonly route: DashboardRoute;
  readonly onClose: () => void;
}

/** A dashboard from a file or a text: our own, or Grafana's; what is lost is said before it is opened. */
export function ImportDialog({ route, onClose }: Props) {
  const [text, setText] = useState('');
  const read: Imported | null = text.trim() === '' ? null : readImport(text);
  const take = async (files: FileList | null | undefined) => setText((await files?.[0]?.text()) ?? '');
  const openIt = () => {
    if (read === null || read.dashboard === null) return;
    setDraft('new', { dashboard: read.dashboard, version: 0, earlier: [] });
    onClose();
    navigate({ ...route, id: 'new', isEditing: false, panel: '', values: {} });
  };
  return (
    <Dialog label="Import a dashboard" look="dash-dialog" onClose={onClose}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the button chooses a file as well */}
      <div
        class="dash-form"
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          void take(event.dataTransfer?.files);
        }}
      >
        <h2>Import a dashboard</h2>
        <p>The JSON of a dashboard, exported here or from Grafana: choose the file, or drop it here.</p>
        <input
          type="file"
          class="import-file"
          accept=".json,application/json"
          aria-label="File"
          onChange={(event) => take(event.currentTarget.files)}
        />
        <TextArea label="Or its text" rows={6} isCode testId="import-text" value={text} onInput={setText} />
        {read !== null && <Findings read={read} />}
        <div class="dash-form-foot">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" disabled={!read?.dashboard} onClick={openIt} data-testid="import-open">
            Open
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

function Findings({ read: { dashboard, notes } }: { read: Imported }) {
  if (dashboard === null) {
    return (
      <p class="field-failure" role="alert">
        {notes[0]}
      </p>
    );
  }
  return (
    <div role="status" data-testid="import-findings">
      <p>
        <strong>{dashboard.title}</strong>: {countOf(dashboard.panels.length, 'panel')},{' '}
        {countOf(dashboard.variables.length, 'variable')}. It is not saved before you save it.
      </p>
      {notes.length > 0 && (
        <>
          <p class="import-lost">What was not understood, and is left out:</p>
          <ul class="import-notes">
            {notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

function countOf(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}
