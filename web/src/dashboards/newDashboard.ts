import type { Dashboard, Panel, PanelKind, PanelQuery, Variable } from '../api/dashboards.js';
import type { Place } from './layout.js';

export const PANEL_KINDS: readonly { readonly value: PanelKind; readonly text: string }[] = [
  { value: 'graph', text: 'Graph' },
  { value: 'stat', text: 'Number' },
  { value: 'gauge', text: 'Gauge' },
  { value: 'bars', text: 'Bar list' },
  { value: 'table', text: 'Table' },
  { value: 'heatmap', text: 'Heatmap' },
  { value: 'text', text: 'Text' },
  { value: 'row', text: 'Heading' },
];

/** Whether a kind of panel shows the answers of queries. */
export function hasQueries(kind: PanelKind): boolean {
  return kind !== 'text' && kind !== 'row';
}

export const BLANK_DASHBOARD: Dashboard = {
  title: 'New dashboard',
  description: '',
  tags: [],
  range: '',
  variables: [],
  panels: [],
};

/** A panel with nothing in it yet. */
export function newPanel(kind: PanelKind, place: Place): Panel {
  return {
    id: newPanelId(),
    kind,
    title: '',
    description: '',
    ...place,
    queries: hasQueries(kind) ? [BLANK_QUERY] : [],
    unit: 'none',
    thresholds: [],
    look: 'line',
    legend: 'list',
    text: '',
    repeat: '',
    perRow: PER_ROW,
  };
}

/** Of a repeated panel, as many share the width as Grafana has. */
export const PER_ROW = 4;

export const BLANK_QUERY: PanelQuery = { expr: '', legend: '' };

export const BLANK_VARIABLE: Variable = {
  name: '',
  label: '',
  kind: 'query',
  labelName: '',
  selector: '',
  regex: '',
  values: [],
  isMulti: false,
  hasAll: false,
};

export function newPanelId(): string {
  return crypto.getRandomValues(new Uint32Array(2)).reduce((text, part) => text + part.toString(36), 'p');
}
