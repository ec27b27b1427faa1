/** Columns that panels are laid out in. */
export const COLUMNS = 24;

interface GivenPanel {
  readonly id?: string | undefined;
  readonly x?: number | undefined;
  readonly y?: number | undefined;
  readonly w: number;
  readonly h: number;
}

type Completed<P extends GivenPanel> = P & { id: string; x: number; y: number };

/**
 * Gives panels what they were sent without: an id like that of no other, and a place below all that have one, from
 * the left to the right in rows as wide as there is room.
 */
export function completePanels<P extends GivenPanel>(panels: readonly P[]): Completed<P>[] {
  const taken = new Set(panels.map(({ id }) => id));
  let [x, y, rowHeight] = [0, bottomOf(panels), 0];
  return panels.map((panel, number) => {
    const id = panel.id ?? freeId(number + 1, taken);
    if (hasPlace(panel)) return { ...panel, id, x: panel.x ?? 0, y: panel.y ?? 0 };
    if (x + panel.w > COLUMNS) [x, y, rowHeight] = [0, y + rowHeight, 0];
    const completed = { ...panel, id, x, y };
    x += panel.w;
    rowHeight = Math.max(rowHeight, panel.h);
    return completed;
  });
}

function hasPlace({ x, y }: GivenPanel): boolean {
  return x !== undefined || y !== undefined;
}

function bottomOf(panels: readonly GivenPanel[]): number {
  return Math.max(0, ...panels.filter(hasPlace).map(({ y = 0, h }) => y + h));
}

function freeId(number: number, taken: Set<string | undefined>): string {
  let id = `panel-${number}`;
  while (taken.has(id)) id += '-';
  taken.add(id);
  return id;
}
