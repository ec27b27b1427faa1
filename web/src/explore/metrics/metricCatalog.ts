import { type LabelFilter, selectorText } from '../../api/promqlText.js';
import type { MetadataByName } from '../../api/types.js';

export type MetricType = 'counter' | 'gauge' | 'histogram' | 'summary' | 'unknown';

export interface CatalogEntry {
  /** What a reader looks for: a histogram is one entry, not its `_bucket`, `_sum` and `_count`. */
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
  /** '' where nobody said. */
  readonly unit: string;
  /** The names its series have. */
  readonly seriesNames: readonly string[];
}

/**
 * The metrics that have series, by name, with what is known of them. Metadata may lack a metric (a client need not
 * send it); the type is then read off the naming convention.
 */
export function metricCatalog(names: readonly string[], metadata: MetadataByName): CatalogEntry[] {
  const present = new Set(names);
  const members = new Map<string, { type: MetricType; seriesNames: string[] }>();
  for (const name of names) {
    const family = familyOf(name, present, metadata);
    const known = members.get(family.name);
    if (known) known.seriesNames.push(name);
    else members.set(family.name, { type: family.type, seriesNames: [name] });
  }
  const entries = Array.from(members, ([name, family]): CatalogEntry => {
    const known = metadata[name]?.[0];
    const type = knownType(known?.type) ?? family.type;
    return { name, type, help: known?.help ?? '', unit: known?.unit ?? '', seriesNames: family.seriesNames };
  });
  return entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/**
 * The entries that the search finds: those whose name begins with it, those whose name has all its words, those whose
 * name or help has, and last those whose name has its letters in their order.
 */
export function searchCatalog(entries: readonly CatalogEntry[], search: string): readonly CatalogEntry[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return entries;
  const ranks: CatalogEntry[][] = [[], [], [], []];
  for (const entry of entries) {
    const rank = rankOf(entry, words);
    if (rank !== null) ranks[rank].push(entry);
  }
  return ranks.flat();
}

function rankOf({ name, help }: CatalogEntry, words: readonly string[]): 0 | 1 | 2 | 3 | null {
  const lower = name.toLowerCase();
  if (words.every((word) => lower.includes(word))) return lower.startsWith(words[0]) ? 0 : 1;
  const whole = `${lower} ${help.toLowerCase()}`;
  if (words.every((word) => whole.includes(word))) return 2;
  return hasLetters(lower, words.join('')) ? 3 : null;
}

/** Whether a name has letters in their order, whatever is between them. */
function hasLetters(name: string, letters: string): boolean {
  let at = -1;
  for (const letter of letters) {
    at = name.indexOf(letter, at + 1);
    if (at < 0) return false;
  }
  return true;
}

/** A first query for a metric: what one usually wants to see of that type, with a `rate` window such as `1m`. */
export function starterQuery(
  { name, type }: Pick<CatalogEntry, 'name' | 'type'>,
  window: string,
  filters: readonly LabelFilter[] = [],
): string {
  const series = selectorText(type === 'histogram' ? `${name}_bucket` : name, filters);
  if (type === 'counter') return `sum(rate(${series}[${window}]))`;
  if (type === 'histogram') return `histogram_quantile(0.95, sum by (le) (rate(${series}[${window}])))`;
  return series;
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
