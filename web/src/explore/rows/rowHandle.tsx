import { rowLetter } from '../../state/route.js';
import { Tooltip } from '../../ui/tooltip.js';
import type { QueryRow } from './queryRows.js';
import type { RowActions } from './rowActions.js';

interface Props {
  readonly row: QueryRow;
  readonly place: number;
  readonly actions: RowActions;
}

/** The letter of a row: pressing it hides the query or shows it again, the arrow keys move it. */
export function RowHandle({ row, place, actions }: Props) {
  const letter = rowLetter(place);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
    event.preventDefault();
    actions.move(event.key === 'ArrowUp' ? -1 : 1);
  };
  return (
    <Tooltip text={row.isHidden ? 'Show; ↑ ↓ move it' : 'Hide; ↑ ↓ move it'}>
      <button
        id={handleId(row.id)}
        type="button"
        class="query-letter"
        aria-label={`Query ${letter}, ${row.isHidden ? 'hidden' : 'shown'}; the arrow keys move it`}
        aria-pressed={!row.isHidden}
        onClick={() => actions.change({ isHidden: !row.isHidden })}
        onKeyDown={onKeyDown}
      >
        {letter}
      </button>
    </Tooltip>
  );
}

export function handleId(rowId: number): string {
  return `query-letter-${rowId}`;
}
