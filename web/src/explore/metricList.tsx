import { useMemo, useState } from 'preact/hooks';
import { labelValues, metricMetadata } from '../api/client.js';
import { nowMs } from '../state/clock.js';
import { outage } from '../state/connection.js';
import { useQuery } from '../state/useQuery.js';
import { type CatalogEntry, metricCatalog, searchCatalog } from './metricCatalog.js';

/** Rows drawn at once; the search finds the others. */
const ROWS_MAX = 200;
/** New metrics are rare: the list is asked for again at most this often. */
const REFRESH_MS = 15_000;
const isWide = window.matchMedia('(min-width: 60rem)');

/** Every metric with its type and help; choosing one puts a first query for it into the box and runs it. */
export function MetricList({ onPick }: { onPick: (entry: CatalogEntry) => void }) {
  const [search, setSearch] = useState('');
  const [isOpen, setOpen] = useState(isWide.matches);
  const { data: entries, error } = useCatalog();
  const found = useMemo(() => searchCatalog(entries ?? [], search), [entries, search]);
  const pick = (entry: CatalogEntry) => {
    if (!isWide.matches) setOpen(false);
    onPick(entry);
  };
  return (
    <details
      class="metrics"
      data-testid="metric-list"
      open={isOpen}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>
        Metrics <span class="count">{entries?.length ?? ''}</span>
      </summary>
      <input
        type="search"
        data-testid="metric-search"
        aria-label="Search metrics"
        placeholder="Search names and help"
        value={search}
        onInput={(event) => setSearch(event.currentTarget.value)}
      />
      <ul>
        {found.slice(0, ROWS_MAX).map((entry) => (
          <li key={entry.name}>
            <button type="button" class="metric" data-metric={entry.name} onClick={() => pick(entry)}>
              <span class="metric-name">{wrappable(entry.name)}</span>
              <span class={`metric-type type-${entry.type}`}>{entry.type}</span>
              {entry.help !== '' && <span class="metric-help">{entry.help}</span>}
            </button>
          </li>
        ))}
      </ul>
      <ListNote total={entries?.length ?? null} found={found.length} error={error?.message ?? null} />
    </details>
  );
}

function ListNote({ total, found, error }: { total: number | null; found: number; error: string | null }) {
  if (total === null) return <p class="note">{error ?? 'Loading metrics…'}</p>;
  if (total === 0) return <p class="note">No metrics yet. The overview says how to send the first.</p>;
  if (found === 0) return <p class="note">No metric matches.</p>;
  if (found > ROWS_MAX) {
    return (
      <p class="note">
        Showing {ROWS_MAX} of {found}. Search to narrow down.
      </p>
    );
  }
  return null;
}

function useCatalog() {
  const tick = outage.value === null ? Math.floor(nowMs.value / REFRESH_MS) : nowMs.value;
  return useQuery({ subject: 'metrics', variant: '', tick }, async (signal) => {
    const [names, metadata] = await Promise.all([
      labelValues('__name__', {}, signal),
      metricMetadata(signal),
    ]);
    return metricCatalog(names, metadata);
  });
}

/** Long names break after underscores, not anywhere. */
function wrappable(name: string) {
  return name.split(/(?<=_)/).flatMap((part, place) => (place === 0 ? [part] : [<wbr key={place} />, part]));
}
