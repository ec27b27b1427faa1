import { interpolateText } from '@tinyobs/model/queryVariables';
import { useRef, useState } from 'preact/hooks';
import type { Panel } from '../api/dashboards.js';
import { Card } from '../ui/card.js';
import { Icon } from '../ui/icon.js';
import { IconButton } from '../ui/iconButton.js';
import { COLUMNS, inReadingOrder, nudge, type Place, place, stretch } from './layout.js';
import { PanelMenu } from './panelMenu.js';
import { PanelView } from './panelView.js';
import { panelsOnce, repeatPanels } from './repeatPanels.js';
import type { ChosenVariable } from './useVariables.js';

/** Of a row, and between rows and columns; the style sheet has the same. */
const ROW_PX = 30;
const GAP_PX = 12;
const HEAD_AND_PADDING_PX = 66;

export interface PanelActions {
  readonly onArrange: (panels: readonly Panel[]) => void;
  readonly onEdit: (id: string) => void;
  readonly onDuplicate: (id: string) => void;
  readonly onDelete: (id: string) => void;
}

interface Props {
  readonly panels: readonly Panel[];
  readonly known: readonly ChosenVariable[];
  /** Null while it is only looked at. */
  readonly actions: PanelActions | null;
  /** The saved dashboard; null while there is nothing on the server to lead to. */
  readonly savedId: string | null;
}

/** The panels in their places, each once while they are edited; one below the other on a phone. */
export function PanelGrid({ panels, known, actions, savedId }: Props) {
  const root = useRef<HTMLDivElement>(null);
  const [dragged, setDragged] = useState<readonly Panel[] | null>(null);
  const drag = (event: PointerEvent, panel: Panel, how: 'move' | 'resize') => {
    const width = root.current?.clientWidth ?? 0;
    followPointer(event, {
      columnPx: (width + GAP_PX) / COLUMNS,
      onMove: (columns, rows) =>
        setDragged(place(panels, panel.id, placeAfter(panel, how, { columns, rows }))),
      onEnd: (columns, rows) => {
        setDragged(null);
        if (columns !== 0 || rows !== 0) {
          actions?.onArrange(place(panels, panel.id, placeAfter(panel, how, { columns, rows })));
        }
      },
    });
  };
  const shown =
    actions === null
      ? repeatPanels(inReadingOrder(panels), known)
      : panelsOnce(inReadingOrder(dragged ?? panels), known);
  return (
    <div class="panel-grid" ref={root} data-editing={actions !== null}>
      {shown.map(({ panel, savedId: panelId, meanings, values }) => (
        <Card
          key={panel.id}
          look={`dash-panel dash-panel-${panel.kind}`}
          style={{
            '--columns': `${panel.x + 1} / span ${panel.w}`,
            '--rows': `${panel.y + 1} / span ${panel.h}`,
          }}
          data-testid="panel"
          data-panel={panel.title}
        >
          <PanelView
            panel={panel}
            meanings={meanings}
            heightPx={panel.h * (ROW_PX + GAP_PX) - GAP_PX - HEAD_AND_PADDING_PX}
          />
          {actions !== null && <PanelTools {...{ panel, panels, actions }} onDrag={drag} />}
          {actions === null && savedId !== null && panel.kind !== 'row' && (
            <PanelMenu
              title={interpolateText(panel.title, meanings)}
              place={{ dashboard: savedId, panel: panelId, values }}
            />
          )}
        </Card>
      ))}
    </div>
  );
}

interface ToolsProps {
  readonly panel: Panel;
  readonly panels: readonly Panel[];
  readonly actions: PanelActions;
  readonly onDrag: (event: PointerEvent, panel: Panel, how: 'move' | 'resize') => void;
}

function PanelTools({ panel, panels, actions, onDrag }: ToolsProps) {
  const name = panel.title === '' ? 'the panel' : panel.title;
  const byKey = (event: KeyboardEvent, arrange: typeof nudge) => {
    if (!event.key.startsWith('Arrow')) return;
    event.preventDefault();
    actions.onArrange(arrange(panels, panel.id, event.key));
  };
  return (
    <>
      <div class="dash-panel-tools">
        <button
          type="button"
          class="icon-button dash-panel-move"
          aria-label={`Move ${name}: drag it, or press the arrow keys`}
          onPointerDown={(event) => onDrag(event, panel, 'move')}
          onKeyDown={(event) => byKey(event, nudge)}
        >
          <Icon name="move" size={16} />
        </button>
        <IconButton icon="edit" label={`Edit ${name}`} onClick={() => actions.onEdit(panel.id)} />
        <IconButton icon="copy" label={`Duplicate ${name}`} onClick={() => actions.onDuplicate(panel.id)} />
        <IconButton icon="trash" label={`Delete ${name}`} onClick={() => actions.onDelete(panel.id)} />
      </div>
      <button
        type="button"
        class="dash-panel-resize"
        aria-label={`Resize ${name}: drag it, or press the arrow keys`}
        onPointerDown={(event) => onDrag(event, panel, 'resize')}
        onKeyDown={(event) => byKey(event, stretch)}
      />
    </>
  );
}

function placeAfter(
  { x, y, w, h }: Panel,
  how: 'move' | 'resize',
  { columns, rows }: { columns: number; rows: number },
): Partial<Place> {
  return how === 'move' ? { x: x + columns, y: y + rows } : { w: w + columns, h: h + rows };
}

interface Following {
  readonly columnPx: number;
  /** Given how far it has gone from where it began. */
  readonly onMove: (columns: number, rows: number) => void;
  readonly onEnd: (columns: number, rows: number) => void;
}

function followPointer(event: PointerEvent, { columnPx, onMove, onEnd }: Following): void {
  if (event.button !== 0) return;
  event.preventDefault();
  const from = { x: event.pageX, y: event.pageY };
  const stepsTo = ({ pageX, pageY }: PointerEvent): [number, number] => [
    Math.round((pageX - from.x) / columnPx),
    Math.round((pageY - from.y) / (ROW_PX + GAP_PX)),
  ];
  const ending = new AbortController();
  const { signal } = ending;
  window.addEventListener('pointermove', (moved) => onMove(...stepsTo(moved)), { signal });
  window.addEventListener(
    'pointercancel',
    () => {
      ending.abort();
      onEnd(0, 0);
    },
    { signal },
  );
  window.addEventListener(
    'pointerup',
    (released) => {
      ending.abort();
      onEnd(...stepsTo(released));
    },
    { signal },
  );
}
