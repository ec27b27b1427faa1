import { useState } from 'preact/hooks';
import { labelValues, metricMetadata } from '../../api/client.js';
import { CENSUS_MAX, census } from '../../api/operate.js';
import { type LabelFilter, selectorText } from '../../api/promqlText.js';
import { nowMs } from '../../state/clock.js';
import { outage } from '../../state/connection.js';
import { type QueryState, useQuery } from '../../state/useQuery.js';
import { type CatalogEntry, metricCatalog } from './metricCatalog.js';

/** New metrics are rare: the list is asked for again at most this often. */
const REFRESH_MS = 60_000;

export interface Catalog {
  readonly entries: readonly CatalogEntry[];
  /** Series by their name. */
  readonly seriesByName: ReadonlyMap<string, number>;
}

/** The metrics that have series with these labels. */
export function useCatalog(filters: readonly LabelFilter[]): QueryState<Catalog> & { retry: () => void } {
  const [tries, setTries] = useState(0);
  const tick = outage.value === null ? Math.floor(nowMs.value / REFRESH_MS) : nowMs.value;
  const match = filters.length === 0 ? undefined : selectorText('', filters);
  const state = useQuery({ subject: 'metrics', variant: match ?? '', tick: tick + tries }, async (signal) => {
    const [names, metadata, counts] = await Promise.all([
      labelValues('__name__', { matches: match === undefined ? [] : [match] }, signal),
      metricMetadata(signal),
      census({ limit: CENSUS_MAX, match }, signal),
    ]);
    return {
      entries: metricCatalog(names, metadata),
      seriesByName: new Map(counts.metrics.byIndexedSeries.map(({ metric, series }) => [metric, series])),
    };
  });
  return { ...state, retry: () => setTries(tries + 1) };
}
