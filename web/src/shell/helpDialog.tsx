import './helpDialog.css';
import { Dialog } from '../ui/dialog.js';
import { IconButton } from '../ui/iconButton.js';
import { KeyHint } from '../ui/keyHint.js';
import { ACTIONS } from './actions.js';
import { overlay } from './overlay.js';

const FINDING = [
  { text: 'Search the page, or everything', keys: '/' },
  { text: 'Find metrics, pages and actions', keys: 'Ctrl+K' },
  { text: 'In Explore, find a query that ran before', keys: 'Alt+↑' },
  { text: 'In Explore, lay out the query', keys: 'Shift+Alt+F' },
];

/** With the focus on it, or on its legend. */
const CHARTS = [
  { text: 'Read it, point by point', keys: '← →' },
  { text: 'Mark a stretch, zoom to it', keys: 'Shift+→ Enter' },
  { text: 'Its table', keys: 't' },
  { text: 'A series alone, or all', keys: 'Enter' },
  { text: 'A series shown or hidden', keys: 'Shift+Enter' },
];

/** Every key that does something. */
export function HelpDialog() {
  const close = (): void => {
    if (overlay.value === 'help') overlay.value = null;
  };
  const groups = ['Pages', 'Time', 'Actions'] as const;
  return (
    <Dialog label="Keyboard shortcuts" onClose={close}>
      <div class="help">
        <header>
          <h2>Keyboard shortcuts</h2>
          <IconButton icon="close" label="Close" onClick={close} />
        </header>
        <Group title="Finding" rows={FINDING} />
        <Group title="A chart" rows={CHARTS} />
        {groups.map((group) => (
          <Group
            key={group}
            title={group}
            rows={ACTIONS.flatMap(({ group: own, text, keys }) =>
              own === group && keys !== undefined ? [{ text, keys }] : [],
            )}
          />
        ))}
      </div>
    </Dialog>
  );
}

function Group({ title, rows }: { title: string; rows: readonly { text: string; keys: string }[] }) {
  return (
    <section>
      <h3>{title}</h3>
      <dl>
        {rows.map(({ text, keys }) => (
          <div key={keys} class="help-row">
            <dt>{text}</dt>
            <dd>
              <KeyHint keys={keys} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
