import type { Panel } from '../api/dashboards.js';

/** Columns of a dashboard; the server and Grafana have as many. */
export const COLUMNS = 24;
const HEIGHT_MAX = 100;
const SMALLEST = { w: 3, h: 2 };

export type Place = Pick<Panel, 'x' | 'y' | 'w' | 'h'>;

/** Panels as they are read: from the top, and in a row from the left. */
export function inReadingOrder(panels: readonly Panel[]): Panel[] {
  return [...panels].sort((a, b) => a.y - b.y || a.x - b.x);
}

/**
 * Panels moved up as far as there is room, in the order of their rows, so that none lies over another. Of panels in
 * the same row the first wins, or the one that was just moved.
 */
export function settle(panels: readonly Panel[], movedId = ''): Panel[] {
  const isMoved = ({ id }: Panel) => (id === movedId ? 0 : 1);
  const ordered = [...panels].sort((a, b) => a.y - b.y || isMoved(a) - isMoved(b) || a.x - b.x);
  const bottoms = new Array<number>(COLUMNS).fill(0);
  const settled = ordered.map((panel) => {
    const y = Math.max(0, ...bottoms.slice(panel.x, panel.x + panel.w));
    bottoms.fill(y + panel.h, panel.x, panel.x + panel.w);
    return { ...panel, y };
  });
  return inReadingOrder(settled);
}

/** A panel in another place; the others make room. */
export function place(panels: readonly Panel[], id: string, wanted: Partial<Place>): Panel[] {
  const moved = panels.map((panel) => {
    if (panel.id !== id) return panel;
    // What is only moved keeps its size at the right edge.
    const x = wanted.w === undefined ? Math.min(wanted.x ?? panel.x, COLUMNS - panel.w) : panel.x;
    return { ...panel, ...within({ ...panel, ...wanted, x }) };
  });
  return settle(moved, id);
}

/** A step by key: sideways by a column, up and down past the next panel there is. */
export function nudge(panels: readonly Panel[], id: string, key: string): Panel[] {
  const panel = panels.find((one) => one.id === id);
  if (panel === undefined) return [...panels];
  if (key === 'ArrowLeft') return place(panels, id, { x: panel.x - 1 });
  if (key === 'ArrowRight') return place(panels, id, { x: panel.x + 1 });
  const isBeside = (one: Panel) => one.id !== id && one.x < panel.x + panel.w && panel.x < one.x + one.w;
  const beside = panels.filter(isBeside);
  if (key === 'ArrowUp') {
    const above = beside.filter(({ y }) => y < panel.y).map(({ y }) => y);
    return above.length === 0 ? [...panels] : place(panels, id, { y: Math.max(...above) });
  }
  const below = beside.filter(({ y }) => y > panel.y).map(({ y }) => y);
  return below.length === 0 ? [...panels] : place(panels, id, { y: Math.min(...below) + 1 });
}

/** A step of its size by key. */
export function stretch(panels: readonly Panel[], id: string, key: string): Panel[] {
  const panel = panels.find((one) => one.id === id);
  if (panel === undefined) return [...panels];
  const w = panel.w + ({ ArrowLeft: -1, ArrowRight: 1 }[key] ?? 0);
  const h = panel.h + ({ ArrowUp: -1, ArrowDown: 1 }[key] ?? 0);
  return place(panels, id, { w, h });
}

/** The row below all panels. */
export function bottomOf(panels: readonly Panel[]): number {
  return Math.max(0, ...panels.map(({ y, h }) => y + h));
}

/** The closest place that lies within the columns: a panel that grows past the last one ends there. */
function within({ x, y, w, h }: Place): Place {
  const left = Math.min(COLUMNS - SMALLEST.w, Math.max(0, Math.round(x)));
  return {
    x: left,
    y: Math.max(0, Math.round(y)),
    w: Math.min(COLUMNS - left, Math.max(SMALLEST.w, Math.round(w))),
    h: Math.min(HEIGHT_MAX, Math.max(SMALLEST.h, Math.round(h))),
  };
}
