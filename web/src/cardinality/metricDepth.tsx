import { useState } from 'preact/hooks';
import { census, identity, someSeries } from '../api/operate.js';
import type { Census, Identity } from '../api/operateTypes.js';
import { selectorText } from '../api/promqlText.js';
import type { Labels } from '../api/types.js';
import { formatCount } from '../chart/units.js';
import { nowMs } from '../state/clock.js';
import { exploreHref, operateHref } from '../state/route.js';
import { useQuery } from '../state/useQuery.js';
import { Button } from '../ui/button.js';
import { Figures } from '../ui/figures.js';
import { Icon } from '../ui/icon.js';
import { ListCard } from '../ui/listCard.js';
import { LoadState } from '../ui/loadState.js';
import { RankedList } from '../ui/rankedList.js';
import { type CardinalityRoute, LISTED, viewOf } from './cardinalityView.js';
import { DeleteDialog } from './deleteDialog.js';
import { LabelValues } from './labelValues.js';
import { seriesText } from './seriesText.js';
import { StopIt } from './stopIt.js';

const EXAMPLES_MAX = 8;

/** One metric: which of its labels has how many values, some of its series, and how to have fewer. */
export function MetricDepth({ route }: { route: CardinalityRoute }) {
  const { metric, label } = route;
  const tick = nowMs.value;
  const counted = useQuery({ subject: `census of ${metric} ${label}`, variant: '', tick }, (signal) =>
    census({ limit: LISTED, metric, label }, signal),
  );
  const examples = useQuery({ subject: `series of ${metric}`, variant: '', tick }, (signal) =>
    someSeries(selectorText(metric), EXAMPLES_MAX, signal),
  );
  return (
    <>
      <Heading route={route} />
      <LoadState state={counted} what="The counts of this metric">
        {(counts) => (
          <>
            <MetricFigures counts={counts} metric={metric} />
            <div class="cardinality-lists">
              <LabelList route={route} counts={counts} />
              {counts.values !== undefined && (
                <LabelValues route={route} values={counts.values} series={counts.series.indexed.count} />
              )}
              <Examples series={examples.data ?? []} metric={metric} />
            </div>
            <StopIt metric={metric} counts={counts} />
          </>
        )}
      </LoadState>
    </>
  );
}

function Heading({ route }: { route: CardinalityRoute }) {
  const [isDeleting, setDeleting] = useState(false);
  const { data: who } = useQuery({ subject: 'identity', variant: '', tick: 0 }, identity);
  return (
    <>
      <header class="metric-head">
        <a href={operateHref({ ...viewOf(route), metric: '', label: '' }, route)} class="metric-back">
          <Icon name="left" size={16} /> All series
        </a>
        <h2 title={route.metric}>{route.metric}</h2>
        <div class="metric-tools">
          <a class="button" href={exploreHref([selectorText(route.metric)], route)}>
            <Icon name="explore" size={16} /> Explore
          </a>
          {mayAdminister(who) && (
            <Button onClick={() => setDeleting(true)} data-testid="delete-series">
              <Icon name="remove" size={16} /> Delete series …
            </Button>
          )}
        </div>
      </header>
      {isDeleting && (
        <DeleteDialog selector={selectorText(route.metric)} onClose={() => setDeleting(false)} />
      )}
    </>
  );
}

/** Whether what is for administrators is open to who asks; not before that is known. */
function mayAdminister(who: Identity | null): boolean {
  return who !== null && (!who.keyRequired || (who.scopes ?? []).includes('admin'));
}

function MetricFigures({ counts, metric }: { counts: Census; metric: string }) {
  const limit = counts.metrics.activeSeriesLimit;
  const own = counts.growth.byLastDay.find((one) => one.metric === metric);
  const active = counts.series.active.count;
  return (
    <Figures
      figures={[
        {
          name: 'Active series',
          value: formatCount(active),
          used: active / limit,
          note: `of ${formatCount(limit)}, limits.seriesPerMetric`,
        },
        { name: 'Kept series', value: formatCount(counts.series.indexed.count) },
        { name: 'Names of labels', value: formatCount(counts.labels.count) },
        { name: 'New in the last hour', value: formatCount(own?.lastHour ?? 0) },
        { name: 'New in the last day', value: formatCount(own?.lastDay ?? 0) },
      ]}
    />
  );
}

function LabelList({ route, counts }: { route: CardinalityRoute; counts: Census }) {
  const labels = counts.labels.byValues.filter(({ label }) => label !== '__name__');
  return (
    <ListCard title="Its labels" note="by different values">
      <RankedList
        label="Labels of the metric, by different values"
        testId="metric-labels"
        nothing="It has no labels."
        bars={labels.map(({ label, values }) => ({
          id: label,
          name: label,
          value: values,
          text: formatCount(values),
          href: operateHref({ ...viewOf(route), label }, route),
        }))}
      />
    </ListCard>
  );
}

function Examples({ series, metric }: { series: readonly Labels[]; metric: string }) {
  return (
    <ListCard title="Some of its series">
      <ul class="example-series">
        {series.map((labels) => {
          const text = seriesText(labels, metric);
          return <li key={text}>{text}</li>;
        })}
      </ul>
    </ListCard>
  );
}
