import './queryRow.css';
import { useRef, useState } from 'preact/hooks';
import { ApiError } from '../../api/apiError.js';
import { formatQuery } from '../../api/client.js';
import { parseErrorPosition } from '../../api/errorPosition.js';
import type { Grid } from '../../api/types.js';
import { QueryInput } from '../../editor/queryInput.js';
import { rowLetter } from '../../state/route.js';
import { toast } from '../../ui/toast.js';
import { QueryBuilder } from '../builder/queryBuilder.js';
import { ExplainPanel } from '../explain/explainPanel.js';
import { HistoryDialog } from '../history/historyDialog.js';
import type { Outcome } from '../useResults.js';
import { QueryError } from './queryError.js';
import type { QueryRow as Row } from './queryRows.js';
import type { RowActions } from './rowActions.js';
import { RowHandle } from './rowHandle.js';
import { RowTools } from './rowTools.js';

interface Props {
  readonly row: Row;
  readonly place: number;
  readonly count: number;
  readonly canAdd: boolean;
  /** The query the outcome belongs to, or will; the text may have moved on. */
  readonly ran: string;
  readonly outcome: Outcome;
  /** What it is run over. */
  readonly grid: Grid;
  readonly actions: RowActions;
}

/** One query as text or as choices, with what is done with it, and below what the server said about it. */
export function QueryRow({ row, place, count, canAdd, ran, outcome, grid, actions }: Props) {
  const [isChoosing, setChoosing] = useState(false);
  const letter = rowLetter(place);
  const onHistory = () => setChoosing(true);
  const latest = useRef(row.text);
  latest.current = row.text;
  const onFormat = () =>
    void format(row.text, (formatted) => {
      // What was typed meanwhile counts for more.
      if (latest.current === row.text) actions.edit(formatted);
    });
  return (
    <section class="query-row" aria-label={`Query ${letter}`} data-hidden={row.isHidden}>
      <div class="query-box" onFocusIn={actions.focus}>
        <div class="query-line">
          <RowHandle row={row} place={place} actions={actions} />
          {row.isBuilt ? (
            <QueryBuilder text={row.text} stepSec={grid.stepSec} onEdit={actions.edit} onRun={actions.run} />
          ) : (
            <QueryInput
              label={`PromQL query ${letter}`}
              hint="PromQL, for example sum(rate(http_requests_total[5m]))"
              text={row.text}
              onEdit={actions.edit}
              onRun={actions.run}
              onHistory={onHistory}
              onFormat={onFormat}
            />
          )}
        </div>
        <RowTools
          row={row}
          place={place}
          count={count}
          canAdd={canAdd}
          actions={actions}
          onHistory={onHistory}
          onFormat={onFormat}
        />
        {isChoosing && <HistoryDialog onTake={actions.edit} onClose={() => setChoosing(false)} />}
      </div>
      <Said outcome={outcome} ran={ran} />
      {row.isExplained && ran.trim() !== '' && <ExplainPanel query={ran} grid={grid} />}
    </section>
  );
}

function Said({ outcome, ran }: { outcome: Outcome; ran: string }) {
  if (outcome === null) return null;
  if ('error' in outcome) return <QueryError error={outcome.error} query={ran} />;
  return outcome.answer.notices.map((notice) => (
    <p key={notice} class="query-notice">
      {notice}
    </p>
  ));
}

/** Replaces the text by the server's layout of it, or says why that cannot be. */
async function format(text: string, onEdit: (text: string) => void): Promise<void> {
  try {
    onEdit(await formatQuery(text, new AbortController().signal));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    toast(`Not formatted: ${parseErrorPosition(error.message, text).text}`);
  }
}
