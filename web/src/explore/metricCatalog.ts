import type { MetadataByName } from '../api/types.js';

export type MetricType = 'counter' | 'gauge' | 'histogram' | 'summary' | 'unknown';

export interface CatalogEntry {
  /** What a reader looks for: a histogram is one entry, not its `_bucket`, `_sum` and `_count`. */
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
}

/**
 * The metrics that have series, by name, with what is known of them. Metadata may lack a metric (a client need not
 * send it); the type is then read off the naming convention.
 */
export function metricCatalog(names: readonly string[], metadata: MetadataByName): CatalogEntry[] {
  const present = new Set(names);
  const entries = new Map<string, CatalogEntry>();
  for (const name of names) {
    const family = familyOf(name, present, metadata);
    if (entries.has(family.name)) continue;
    const known = metadata[family.name]?.[0];
    const type = knownType(known?.type) ?? family.type;
    entries.set(family.name, { name: family.name, type, help: known?.help ?? '' });
  }
  return [...entries.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** The entries whose name or help has every word of the search; names first. */
export function searchCatalog(entries: readonly CatalogEntry[], search: string): CatalogEntry[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const isIn = (text: string) => words.every((word) => text.toLowerCase().includes(word));
  const byName = entries.filter(({ name }) => isIn(name));
  const byHelp = entries.filter(({ name, help }) => !isIn(name) && isIn(`${name} ${help}`));
  return [...byName, ...byHelp];
}

/** A first query for a metric: what one usually wants to see of that type, with a `rate` window such as `1m`. */
export function starterQuery({ name, type }: CatalogEntry, window: string): string {
  if (type === 'counter') return `sum(rate(${selector(name)}[${window}]))`;
  if (type === 'histogram') {
    return `histogram_quantile(0.95, sum by (le) (rate(${selector(`${name}_bucket`)}[${window}])))`;
  }
  return selector(name);
}

/** Names outside the classic character set need the matcher form. */
function selector(name: string): string {
  return /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name) ? name : `{__name__=${JSON.stringify(name)}}`;
}

function familyOf(
  name: string,
  present: ReadonlySet<string>,
  metadata: MetadataByName,
): { name: string; type: MetricType } {
  const match = /^(.+)_(bucket|sum|count)$/.exec(name);
  const isExact = knownType(metadata[name]?.[0]?.type) !== null;
  if (match !== null && !isExact) {
    const base = match[1];
    const type = knownType(metadata[base]?.[0]?.type);
    if (type === 'histogram' || present.has(`${base}_bucket`)) return { name: base, type: 'histogram' };
    if (type === 'summary' && present.has(base)) return { name: base, type: 'summary' };
  }
  return { name, type: /_(total|count|sum)$/.test(name) ? 'counter' : 'unknown' };
}

function knownType(type: string | undefined): MetricType | null {
  return type === 'counter' || type === 'gauge' || type === 'histogram' || type === 'summary' ? type : null;
}
