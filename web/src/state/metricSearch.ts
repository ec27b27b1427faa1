import type { LabelFilter } from '../api/promqlText.js';

/** What narrows the metrics that Explore lists. */
export interface MetricSearch {
  /** What is looked for in names and helps. */
  readonly search: string;
  /** Labels that their series have, each with its value. */
  readonly facets: readonly LabelFilter[];
}

export const NO_SEARCH: MetricSearch = { search: '', facets: [] };

/** Facets are written `name=value`; what is none is left out. */
export function parseMetricSearch(params: URLSearchParams): MetricSearch {
  const facets = params.getAll('facet').flatMap((text): LabelFilter[] => {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    return name === undefined ? [] : [{ label: unescapedName(name), op: '=', value }];
  });
  return { search: params.get('find') ?? '', facets };
}

/** Defaults are left out. */
export function writeMetricSearch({ search, facets }: MetricSearch, params: URLSearchParams): void {
  if (search !== '') params.set('find', search);
  for (const { label, value } of facets) params.append('facet', `${escapedName(label)}=${value}`);
}

/** Names of labels may have any letter, the one that ends them here, too. */
function escapedName(name: string): string {
  return name.replace(/[%=]/g, encodeURIComponent);
}

function unescapedName(name: string): string {
  return name.replaceAll('%3D', '=').replaceAll('%25', '%');
}
