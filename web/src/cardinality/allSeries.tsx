import type { Census } from '../api/operateTypes.js';
import { quote } from '../api/promqlText.js';
import { formatCount, formatValue } from '../chart/units.js';
import { Panel } from '../overview/panel.js';
import type { PanelSpec } from '../overview/panelSpec.js';
import { SERVER_JOB } from '../overview/serverPanels.js';
import { operateHref } from '../state/route.js';
import { Badge } from '../ui/badge.js';
import { Figures } from '../ui/figures.js';
import { ListCard } from '../ui/listCard.js';
import { NEAR } from '../ui/meter.js';
import { RankedList } from '../ui/rankedList.js';
import { Section } from '../ui/section.js';
import { type CardinalityRoute, viewOf } from './cardinalityView.js';
import { Growth } from './growth.js';
import { LabelValues } from './labelValues.js';
import { Overflow } from './overflow.js';

const SERIES_PANEL: PanelSpec = {
  slug: 'active-series',
  title: 'Active series',
  unit: 'none',
  queries: [{ text: () => `tinyobs_storage_series{job=${quote(SERVER_JOB)}}`, name: () => 'active series' }],
  headline: 'sum',
  headlineLabel: '',
  kind: 'wide',
};

interface Props {
  readonly route: CardinalityRoute;
  readonly counts: Census;
}

/** All series: how many, of which metrics and labels, and what is new. */
export function AllSeries({ route, counts }: Props) {
  return (
    <>
      <SeriesFigures counts={counts} />
      <Overflow route={route} />
      <Section title="What grows">
        <div class="cardinality-pair">
          <Growth route={route} growth={counts.growth} />
          <Panel spec={SERIES_PANEL} />
        </div>
      </Section>
      <Section title="What there is most of">
        <div class="cardinality-lists">
          <Metrics route={route} metrics={counts.metrics} />
          <Labels route={route} labels={counts.labels} />
          <Pairs route={route} pairs={counts.pairs} />
          {counts.values !== undefined && (
            <LabelValues route={route} values={counts.values} series={counts.series.indexed.count} />
          )}
        </div>
      </Section>
    </>
  );
}

function SeriesFigures({ counts: { series, metrics, labels, memory, growth } }: { counts: Census }) {
  return (
    <Figures
      testId="series-figures"
      figures={[
        {
          name: 'Active series',
          value: formatCount(series.active.count),
          used: series.active.used,
          note: `of ${formatCount(series.active.limit)}, limits.series`,
        },
        {
          name: 'Kept series',
          value: formatCount(series.indexed.count),
          used: series.indexed.used,
          note: `of ${formatCount(series.indexed.limit)}, limits.indexedSeries`,
        },
        {
          name: 'Metrics',
          value: formatCount(metrics.count),
          note: `${formatCount(labels.count)} names of labels`,
        },
        { name: 'Labels with a value', value: formatCount(labels.pairs) },
        {
          name: 'New in the last hour',
          value: formatCount(growth.series.lastHour),
          note: `${formatCount(growth.series.lastDay)} in the last day`,
        },
        { name: 'Memory of the index', value: formatValue(memory.indexBytes, 'bytes') },
      ]}
    />
  );
}

function Metrics({ route, metrics }: { route: CardinalityRoute; metrics: Census['metrics'] }) {
  return (
    <ListCard title="Metrics" note="by active series">
      <RankedList
        label="Metrics by active series"
        testId="metrics-by-series"
        nothing="There are no active series."
        bars={metrics.byActiveSeries.map(({ metric, series, used }) => ({
          id: metric,
          name: metric === '' ? '(no name)' : metric,
          value: series,
          text: <MetricCount series={series} used={used} />,
          href: operateHref({ ...viewOf(route), metric, label: '' }, route),
        }))}
      />
    </ListCard>
  );
}

function MetricCount({ series, used }: { series: number; used: number }) {
  return (
    <>
      {used >= NEAR && (
        <>
          <Badge tone={used >= 1 ? 'bad' : 'warn'}>{formatValue(used, 'ratio')} of its limit</Badge>{' '}
        </>
      )}
      {formatCount(series)}
    </>
  );
}

function Labels({ route, labels }: { route: CardinalityRoute; labels: Census['labels'] }) {
  return (
    <ListCard title="Labels" note="by different values">
      <RankedList
        label="Labels by different values"
        testId="labels-by-values"
        nothing="There are no labels."
        bars={labels.byValues.map(({ label, values }) => ({
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

function Pairs({ route, pairs }: { route: CardinalityRoute; pairs: Census['pairs'] }) {
  return (
    <ListCard title="Labels with a value" note="by series that have it">
      <RankedList
        label="Labels with a value, by series"
        nothing="There are no labels."
        bars={pairs.map(({ label, value, series }) => ({
          id: `${label}="${value}"`,
          name: `${label}="${value}"`,
          value: series,
          text: formatCount(series),
          href:
            label === '__name__'
              ? operateHref({ ...viewOf(route), metric: value, label: '' }, route)
              : operateHref({ ...viewOf(route), label }, route),
        }))}
      />
    </ListCard>
  );
}
