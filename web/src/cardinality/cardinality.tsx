import './cardinality.css';
import { census } from '../api/operate.js';
import { nowMs } from '../state/clock.js';
import { useQuery } from '../state/useQuery.js';
import { LoadState } from '../ui/loadState.js';
import { Page } from '../ui/page.js';
import { AllSeries } from './allSeries.js';
import { type CardinalityRoute, LISTED } from './cardinalityView.js';
import { MetricDepth } from './metricDepth.js';

/** How many series there are of what, what grows, how near limits are; and a metric in depth. */
export function Cardinality({ route }: { route: CardinalityRoute }) {
  return (
    <Page testId="cardinality">
      {route.metric === '' ? <Everything route={route} /> : <MetricDepth key={route.metric} route={route} />}
    </Page>
  );
}

function Everything({ route }: { route: CardinalityRoute }) {
  const request = { subject: `census ${route.label}`, variant: '', tick: nowMs.value };
  const state = useQuery(request, (signal) => census({ limit: LISTED, label: route.label }, signal));
  return (
    <LoadState state={state} what="The counts of series">
      {(counts) => <AllSeries route={route} counts={counts} />}
    </LoadState>
  );
}
