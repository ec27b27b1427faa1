import './historyDialog.css';
import { useMemo, useState } from 'preact/hooks';
import { Button } from '../../ui/button.js';
import { type Choice, Combobox } from '../../ui/combobox.js';
import { Dialog } from '../../ui/dialog.js';
import { findQueries, forgetAll, queryHistory } from './queryHistory.js';

/** Shown at once: words find the others. */
const SHOWN_MAX = 50;

/** The queries that ran in this browser, of which one is taken. */
export function HistoryDialog({ onTake, onClose }: { onTake: (query: string) => void; onClose: () => void }) {
  const [text, setText] = useState('');
  const known = queryHistory.value;
  const found = useMemo(() => findQueries(known, text).slice(0, SHOWN_MAX).map(choiceOf), [known, text]);
  const take = ({ id }: Choice) => {
    onClose();
    onTake(id);
  };
  return (
    <Dialog label="Queries that ran before" look="query-history" onClose={onClose}>
      <Combobox
        label="Find a query that ran before"
        placeholder="Words of a query that ran before …"
        text={text}
        onText={setText}
        choices={found}
        onChoose={take}
        nothing={known.length === 0 ? 'No query has run in this browser yet.' : 'No query has these words.'}
      />
      <footer class="query-history-foot">
        <p class="note">Kept in this browser only.</p>
        {known.length > 0 && (
          <Button kind="quiet" onClick={forgetAll}>
            Forget all
          </Button>
        )}
      </footer>
    </Dialog>
  );
}

function choiceOf(query: string): Choice {
  return { id: query, group: 'Latest first', text: query, icon: 'clock' };
}
