import { Matcher, METRIC_NAME } from '@tinyobs/model';
import type { Created, MetricCreated, NamedCount, SeriesCensus, Store, StoreStats } from '@tinyobs/storage';
import type { LiveConfig } from '../config/liveConfig.js';
import type { Config } from '../config/schema.js';
import type { BodyLimits } from '../http/body.js';
import { clientGone, type Request, type Response } from '../http/exchange.js';
import { readParameters } from '../http/form.js';
import { jsonPieces } from '../http/jsonPieces.js';
import type { Parameters } from '../http/parameters.js';
import { type ReadLimits, readWork } from '../http/readWork.js';
import { streamJson } from '../http/respond.js';
import type { Route } from './route.js';

const LISTED = { fallback: 20, max: 10_000 };

export interface CardinalityContext {
  readonly store: Store;
  readonly bodies: BodyLimits;
  readonly limits: ReadLimits;
  readonly live: LiveConfig;
}

/**
 * How many series there are, of which metrics and labels, how much of the limits they take, and what grows: of all
 * series, or of those of `metric` and `match[]`; with the values of `label`. What is in the answer: docs/limits.md.
 */
export function cardinalityRoute(context: CardinalityContext): Route {
  return {
    methods: ['GET'],
    path: '/v1/cardinality',
    errors: 'tinyobs',
    handle: (request, response) => cardinality(request, response, context),
  };
}

async function cardinality(
  request: Request,
  response: Response,
  { store, bodies, limits, live }: CardinalityContext,
): Promise<void> {
  const parameters = await readParameters(request, bodies);
  const listed = parameters.listed(LISTED);
  const label = parameters.text('label') || undefined;
  const matcherSets = await selectionOf(parameters, clientGone(response));
  const census = await readWork(response, limits, (signal) =>
    store.census({ matcherSets, listed, label }, signal),
  );
  const answer = cardinalityAnswer(census, {
    label,
    seriesLimits: live.current.limits,
    stats: store.stats(),
  });
  await streamJson(response, jsonPieces(answer));
}

/** The series of `match[]`, of them those of `metric`; no set for all. */
async function selectionOf(parameters: Parameters, signal: AbortSignal): Promise<(readonly Matcher[])[]> {
  const sets = await parameters.matcherSets(signal);
  const metric = parameters.text('metric');
  if (metric === '') return sets;
  const ofMetric = new Matcher(METRIC_NAME, '=', metric);
  return sets.length === 0 ? [[ofMetric]] : sets.map((matchers) => [...matchers, ofMetric]);
}

interface Circumstances {
  readonly label: string | undefined;
  readonly seriesLimits: Pick<Config['limits'], 'series' | 'seriesPerMetric' | 'indexedSeries'>;
  readonly stats: StoreStats;
}

/** `used` is the part of a limit that is taken, from 0 to 1; `perHour` that of the last day. */
function cardinalityAnswer(census: SeriesCensus, { label, seriesLimits, stats }: Circumstances) {
  const within = (count: number, limit: number) => ({ count, limit, used: count / limit });
  const { series, seriesPerMetric, indexedSeries } = seriesLimits;
  return {
    status: 'ok',
    series: { active: within(census.active, series), indexed: within(census.indexed, indexedSeries) },
    memory: {
      indexBytes: stats.indexBytes,
      labelTextBytes: stats.labelTextBytes,
      postingBytes: stats.postingBytes,
    },
    metrics: {
      count: census.metrics,
      activeSeriesLimit: seriesPerMetric,
      byActiveSeries: census.metricsByActive.map(({ name, value }) => ({
        metric: name,
        series: value,
        used: value / seriesPerMetric,
      })),
      byIndexedSeries: renamed(census.metricsByIndexed, 'metric', 'series'),
    },
    labels: {
      count: census.labels,
      pairs: census.pairs,
      byValues: renamed(census.labelsByValues, 'label', 'values'),
      bySeries: renamed(census.labelsBySeries, 'label', 'series'),
      byBytes: renamed(census.labelsByBytes, 'label', 'bytes'),
    },
    pairs: census.pairsBySeries,
    values: census.values && {
      label,
      count: census.values.count,
      bySeries: renamed(census.values.bySeries, 'value', 'series'),
    },
    keys: census.quotas.map(({ id, active, seriesMax }) => ({
      key: id,
      series: active,
      limit: seriesMax,
      used: active / seriesMax,
    })),
    growth: growthAnswer(census.growth),
  };
}

function growthAnswer({ sinceMs, total, byLastHour, byLastDay }: SeriesCensus['growth']) {
  return {
    since: new Date(sinceMs).toISOString(),
    series: rounded(total),
    byLastHour: byLastHour.map(roundedOf),
    byLastDay: byLastDay.map(roundedOf),
  };
}

function roundedOf({ metric, ...created }: MetricCreated) {
  return { metric, ...rounded(created) };
}

function rounded({ lastHour, lastDay, perHour }: Created): Created {
  return { lastHour, lastDay, perHour: Math.round(perHour * 10) / 10 };
}

function renamed<N extends string, V extends string>(
  counts: readonly NamedCount[],
  nameKey: N,
  valueKey: V,
): Record<N | V, string | number>[] {
  return counts.map(
    ({ name, value }) => ({ [nameKey]: name, [valueKey]: value }) as Record<N | V, string | number>,
  );
}
