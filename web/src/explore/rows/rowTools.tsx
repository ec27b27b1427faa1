import { rowLetter } from '../../state/route.js';
import { IconButton } from '../../ui/iconButton.js';
import { Menu, type MenuItem } from '../../ui/menu.js';
import type { QueryRow } from './queryRows.js';
import type { RowActions } from './rowActions.js';

interface Props {
  readonly row: QueryRow;
  readonly place: number;
  readonly count: number;
  readonly canAdd: boolean;
  readonly actions: RowActions;
  readonly onHistory: () => void;
  readonly onFormat: () => void;
}

/** What can be done with a query, below it. */
export function RowTools({ row, place, count, canAdd, actions, onHistory, onFormat }: Props) {
  const letter = rowLetter(place);
  return (
    <div class="query-tools">
      <fieldset class="query-modes" aria-label={`Query ${letter} as`}>
        {[false, true].map((isBuilt) => (
          <button
            key={String(isBuilt)}
            type="button"
            class="query-mode"
            aria-pressed={row.isBuilt === isBuilt}
            data-testid={isBuilt ? 'mode-builder' : 'mode-code'}
            onClick={() => row.isBuilt !== isBuilt && actions.change({ isBuilt })}
          >
            {isBuilt ? 'Builder' : 'Code'}
          </button>
        ))}
      </fieldset>
      <div class="query-icons">
        <IconButton icon="clock" label="Queries that ran before" keys="Alt+↑" onClick={onHistory} />
        <IconButton
          icon="format"
          label="Format"
          keys="Shift+Alt+F"
          disabled={row.isBuilt || row.text.trim() === ''}
          onClick={onFormat}
        />
        <IconButton
          icon="tree"
          label={row.isExplained ? 'Hide the explanation' : 'Explain'}
          aria-pressed={row.isExplained}
          data-testid="explain-toggle"
          onClick={() => actions.change({ isExplained: !row.isExplained })}
        />
        <Menu
          label={`More for query ${letter}`}
          items={itemsOf(row, { place, count, canAdd, actions })}
          trigger={(attributes) => (
            <IconButton
              {...attributes}
              icon="more"
              label={`More for query ${letter}`}
              data-testid="query-more"
            />
          )}
        />
      </div>
    </div>
  );
}

function itemsOf(
  row: QueryRow,
  { place, count, canAdd, actions }: Pick<Props, 'place' | 'count' | 'canAdd' | 'actions'>,
): MenuItem[] {
  const when = (isThere: boolean, item: MenuItem) => (isThere ? [item] : []);
  return [
    {
      id: 'hide',
      text: row.isHidden ? 'Show' : 'Hide',
      icon: row.isHidden ? 'show' : 'hide',
      onChoose: () => actions.change({ isHidden: !row.isHidden }),
    },
    ...when(canAdd, { id: 'duplicate', text: 'Duplicate', icon: 'copy', onChoose: actions.duplicate }),
    ...when(place > 0, { id: 'up', text: 'Move up', icon: 'up', onChoose: () => actions.move(-1) }),
    ...when(place < count - 1, {
      id: 'down',
      text: 'Move down',
      icon: 'down',
      onChoose: () => actions.move(1),
    }),
    ...when(row.text.trim() !== '', {
      id: 'curl',
      text: 'Copy as curl',
      icon: 'code',
      onChoose: actions.copyCurl,
    }),
    { id: 'remove', text: count > 1 ? 'Remove' : 'Clear', icon: 'close', onChoose: actions.remove },
  ];
}
