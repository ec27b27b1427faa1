/** What of a dashboard the URL says; '' is the list of all, `new` and templates are not saved yet. */
export interface DashboardPlace {
  /** '', `new`, `template-…`, or the id the server gave. */
  readonly id: string;
  readonly isEditing: boolean;
  /** The panel whose editor is open, '' for none. */
  readonly panel: string;
  /** What was chosen of the variables, by name; what is not here is as it opens. */
  readonly values: Readonly<Record<string, readonly string[]>>;
}

const VALUE_PREFIX = 'var-';

export function parseDashboardPlace(id: string, params: URLSearchParams): DashboardPlace {
  const values: Record<string, readonly string[]> = {};
  for (const name of new Set(params.keys())) {
    if (name.startsWith(VALUE_PREFIX)) values[name.slice(VALUE_PREFIX.length)] = params.getAll(name);
  }
  return { id, isEditing: params.get('edit') === '1', panel: params.get('panel') ?? '', values };
}

export function writeDashboardPlace(place: DashboardPlace, params: URLSearchParams): void {
  if (place.isEditing) params.set('edit', '1');
  if (place.panel !== '') params.set('panel', place.panel);
  for (const [name, values] of Object.entries(place.values)) {
    for (const value of values) params.append(VALUE_PREFIX + name, value);
  }
}

export const DASHBOARD_LIST: DashboardPlace = { id: '', isEditing: false, panel: '', values: {} };
