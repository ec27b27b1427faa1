import { useMemo, useRef, useState } from 'preact/hooks';
import type { LabelFilter } from '../../api/promqlText.js';
import { navigate } from '../../state/location.js';
import type { ExploreRoute } from '../../state/route.js';
import { Button } from '../../ui/button.js';
import { Skeleton } from '../../ui/skeleton.js';
import { FacetLine } from './facetLine.js';
import { type CatalogEntry, searchCatalog } from './metricCatalog.js';
import { MetricRow } from './metricRow.js';
import { useCatalog } from './useCatalog.js';

/** Rows drawn at first, and with every wish for more; the search finds the others. */
const ROWS_STEP = 100;

export type PickMetric = (entry: CatalogEntry, filters: readonly LabelFilter[]) => void;

export interface MetricBrowserProps {
  readonly route: ExploreRoute;
  readonly onPick: PickMetric;
}

/** Every metric with what is known of it: searched, narrowed by labels, and chosen for a first query. */
export function MetricBrowser({ route, onPick }: MetricBrowserProps) {
  const { search, facets } = route;
  const root = useRef<HTMLFieldSetElement>(null);
  const { data, error, isLoading, retry } = useCatalog(facets);
  const found = useMemo(() => searchCatalog(data?.entries ?? [], search), [data, search]);
  return (
    <fieldset
      class="metrics"
      aria-label="Metrics"
      data-testid="metric-list"
      aria-busy={isLoading}
      ref={root}
      onKeyDown={(event) => walk(event, root.current)}
    >
      <div class="metrics-head">
        <input
          type="search"
          data-testid="metric-search"
          aria-label="Search metrics"
          placeholder="Search names and help"
          value={search}
          onInput={(event) =>
            navigate({ ...route, search: event.currentTarget.value }, { isReplacing: true })
          }
        />
        <div class="facet-line">
          <FacetLine filters={facets} onChange={(next) => navigate({ ...route, facets: next })} />
          {data !== null && (
            <p class="metrics-count" role="status">
              {found.length.toLocaleString('en-US')} {found.length === 1 ? 'metric' : 'metrics'}
            </p>
          )}
        </div>
      </div>
      {data !== null ? (
        <Found
          key={`${search} ${facets.length}`}
          found={found}
          seriesByName={data.seriesByName}
          isAll={search === '' && facets.length === 0}
          onPick={(entry) => onPick(entry, facets)}
        />
      ) : error === null ? (
        <div class="metrics-waiting">
          <Skeleton heightPx={44} />
          <Skeleton heightPx={44} />
          <Skeleton heightPx={44} />
        </div>
      ) : (
        <div class="metrics-failed">
          <p role="alert">
            <strong>The metrics could not be listed.</strong> {error.message}
          </p>
          <Button onClick={retry}>Try again</Button>
        </div>
      )}
    </fieldset>
  );
}

interface FoundProps {
  readonly found: readonly CatalogEntry[];
  readonly seriesByName: ReadonlyMap<string, number>;
  /** Whether nothing narrows them. */
  readonly isAll: boolean;
  readonly onPick: (entry: CatalogEntry) => void;
}

function Found({ found, seriesByName, isAll, onPick }: FoundProps) {
  const [shown, setShown] = useState(ROWS_STEP);
  if (found.length === 0) {
    return (
      <p class="note">
        {isAll ? 'No metrics yet. The overview says how to send the first.' : 'No metric matches.'}
      </p>
    );
  }
  return (
    <>
      <ul>
        {found.slice(0, shown).map((entry) => (
          <li key={entry.name}>
            <MetricRow entry={entry} series={seriesOf(entry, seriesByName)} onPick={() => onPick(entry)} />
          </li>
        ))}
      </ul>
      {found.length > shown && (
        <Button kind="quiet" onClick={() => setShown(shown + ROWS_STEP)}>
          {(found.length - shown).toLocaleString('en-US')} more
        </Button>
      )}
    </>
  );
}

/** Null where the server did not count them, since others have more. */
function seriesOf({ seriesNames }: CatalogEntry, byName: ReadonlyMap<string, number>): number | null {
  const counts = seriesNames.map((name) => byName.get(name));
  return counts.every((count) => count !== undefined) ? counts.reduce((sum, count) => sum + count, 0) : null;
}

/** The arrow keys go from the search into the list, and along it. */
function walk(event: KeyboardEvent, root: HTMLElement | null): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined || root === null || (event.target as HTMLElement).closest('.popover')) return;
  const stops = [...root.querySelectorAll<HTMLElement>('input[type="search"], .metric')];
  const at = stops.indexOf(document.activeElement as HTMLElement);
  if (at < 0) return;
  event.preventDefault();
  stops[at + step]?.focus();
}
