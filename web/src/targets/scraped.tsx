import './scraped.css';
import { useState } from 'preact/hooks';
import { queryInstant } from '../api/client.js';
import { targets } from '../api/operate.js';
import type { Targets } from '../api/operateTypes.js';
import { nowMs } from '../state/clock.js';
import { navigate } from '../state/location.js';
import { HEALTH_CHOICES, type HealthChoice } from '../state/operateRoute.js';
import { useQuery } from '../state/useQuery.js';
import { Button } from '../ui/button.js';
import { EmptyState } from '../ui/emptyState.js';
import { LoadState } from '../ui/loadState.js';
import { SearchField } from '../ui/searchField.js';
import { Segmented } from '../ui/segmented.js';
import { Snippet } from '../ui/snippet.js';
import { Pools } from './pools.js';
import { TargetItem } from './targetItem.js';
import {
  countsOf,
  idOf,
  isShown,
  poolCounts,
  SAMPLES_METRIC,
  type TargetRow,
  targetRows,
} from './targetRows.js';
import type { TargetsRoute } from './targets.js';

/** As many are drawn at first, and again whenever more are asked for: a job may have thousands. */
const ROWS_MORE = 100;

const HEALTH_TITLES: Record<HealthChoice, string> = {
  all: 'All',
  down: 'Down',
  unknown: 'Not yet scraped',
  up: 'Up',
  dropped: 'Dropped',
};

const FIRST_LINES = `# tinyobs.yaml, for: tinyobs --config tinyobs.yaml
scrape:
  scrape_configs:
    - job_name: node
      static_configs:
        - targets: ['127.0.0.1:9100']`;

/** Every target, its health and what is wrong with it. */
export function Scraped({ route }: { route: TargetsRoute }) {
  const state = useQuery({ subject: 'targets', variant: '', tick: nowMs.value }, async (signal) => {
    const [found, samples] = await Promise.all([
      targets(signal),
      queryInstant(SAMPLES_METRIC, nowMs.value / 1000, signal),
    ]);
    return { found, rows: targetRows(found, samples.data) };
  });
  return (
    <LoadState state={state} what="The targets">
      {({ found, rows }) => <Found route={route} found={found} rows={rows} />}
    </LoadState>
  );
}

interface FoundProps {
  readonly route: TargetsRoute;
  readonly found: Targets;
  readonly rows: readonly TargetRow[];
}

function Found({ route, found, rows }: FoundProps) {
  const pools = poolCounts(found);
  const [shownMax, setShownMax] = useState(ROWS_MORE);
  if (pools.length === 0) return <NothingScraped />;
  const counts = countsOf(pools, route.pool);
  const shown = rows.filter((row) => isShown(row, route));
  return (
    <div class="scraped">
      <Pools pools={pools} chosen={route.pool} onChoose={(pool) => navigate({ ...route, pool })} />
      <div class="scraped-filters">
        <Segmented
          label="Health"
          value={route.health}
          choices={HEALTH_CHOICES.map((value) => ({
            value,
            text: `${HEALTH_TITLES[value]} ${counts[value]}`,
          }))}
          onChoose={(health) => navigate({ ...route, health })}
        />
        <SearchField
          label="Find by address, label or error"
          text={route.text}
          onText={(text) => navigate({ ...route, text }, { isReplacing: true })}
          testId="target-search"
        />
      </div>
      {shown.length === 0 ? (
        <EmptyState icon="search" title="No target is like that">
          <Button onClick={() => navigate({ ...route, health: 'all', pool: '', text: '' })}>Show all</Button>
        </EmptyState>
      ) : (
        <ul class="target-list" aria-label="Targets" data-testid="target-list">
          {shown.slice(0, shownMax).map((row) => (
            <TargetItem
              key={idOf(row)}
              row={row}
              isOpen={route.open.includes(idOf(row))}
              onToggle={() => navigate(toggled(route, idOf(row)), { isReplacing: true })}
            />
          ))}
        </ul>
      )}
      {shown.length > shownMax && (
        <Button onClick={() => setShownMax(shownMax + ROWS_MORE)}>
          Show {Math.min(ROWS_MORE, shown.length - shownMax)} more of {shown.length}
        </Button>
      )}
    </div>
  );
}

/** Going back is to other targets, not through all that were unfolded. */
function toggled(route: TargetsRoute, id: string): TargetsRoute {
  const rest = route.open.filter((one) => one !== id);
  return { ...route, open: rest.length < route.open.length ? rest : [...rest, id] };
}

function NothingScraped() {
  return (
    <EmptyState icon="targets" title="Nothing is scraped yet">
      <p>
        TinyObs fetches metrics as Prometheus does, by the same configuration: a <code>prometheus.yml</code>{' '}
        will do, or a few lines of its own. It takes them in while it runs.
      </p>
      <Snippet label="Lines of a configuration file" text={FIRST_LINES} />
      <p class="note">What is pushed, by an SDK or by remote write, is on the other tab.</p>
    </EmptyState>
  );
}
