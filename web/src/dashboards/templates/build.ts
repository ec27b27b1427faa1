import type { Dashboard, Panel, PanelKind, Variable } from '../../api/dashboards.js';
import { settle } from '../layout.js';
import { BLANK_DASHBOARD, BLANK_VARIABLE, newPanel } from '../newDashboard.js';

/** A panel of a template: what it is called, its queries with the names of their series, and what is not usual. */
export type PanelSketch = readonly [
  title: string,
  queries: readonly (readonly [expr: string, legend: string])[],
  more?: Partial<Panel>,
];

const SIZES: Readonly<Record<PanelKind, { readonly w: number; readonly h: number }>> = {
  graph: { w: 12, h: 8 },
  stat: { w: 6, h: 5 },
  gauge: { w: 6, h: 5 },
  bars: { w: 12, h: 8 },
  table: { w: 12, h: 8 },
  heatmap: { w: 12, h: 8 },
  text: { w: 24, h: 3 },
  row: { w: 24, h: 2 },
};
const COLUMNS = 24;

/** A dashboard of panels one after the other, in rows as wide as there is room. */
export function buildDashboard(
  { title, description, tags }: Pick<Dashboard, 'title' | 'description' | 'tags'>,
  variables: readonly Variable[],
  sketches: readonly PanelSketch[],
): Dashboard {
  let [x, y, rowHeight] = [0, 0, 0];
  const panels = sketches.map(([name, queries, more = {}], place): Panel => {
    const { w, h } = { ...SIZES[more.kind ?? 'graph'], ...more };
    if (x + w > COLUMNS) [x, y, rowHeight] = [0, y + rowHeight, 0];
    const at = { x, y, w, h };
    x += w;
    rowHeight = Math.max(rowHeight, h);
    return {
      ...newPanel(more.kind ?? 'graph', at),
      id: `panel-${place + 1}`,
      title: name,
      queries: queries.map(([expr, legend]) => ({ expr, legend })),
      ...more,
      ...at,
    };
  });
  return { ...BLANK_DASHBOARD, title, description, tags, variables, panels: settle(panels) };
}

/** A variable with the values of a label, of which several or all may be chosen. */
export function labelVariable(name: string, selector: string, more: Partial<Variable> = {}): Variable {
  return {
    ...BLANK_VARIABLE,
    name,
    label: name[0].toUpperCase() + name.slice(1),
    labelName: name,
    selector,
    isMulti: true,
    hasAll: true,
    ...more,
  };
}

/** Where a share of something becomes a worry. */
export const SHARE_THRESHOLDS: Panel['thresholds'] = [
  { from: 0, role: 'good' },
  { from: 0.8, role: 'warn' },
  { from: 0.92, role: 'bad' },
];
