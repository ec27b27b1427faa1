import { compareUtf8, type Matcher, METRIC_NAME } from '@tinyobs/model';
import type { Cardinality, QuotaUse } from '../index/cardinality.js';
import { matchSeries } from '../index/matchSeries.js';
import type { Created, MetricCreated, SeriesGrowth } from '../index/seriesGrowth.js';
import { NO_SYMBOL, type SeriesIndex } from '../index/seriesIndex.js';
import { SeriesBits } from '../manifest/seriesBits.js';
import type { QueryGuard } from './queryGuard.js';
import { type ItemCount, TopCounts } from './topCounts.js';

/** Work between two looks at the clock. */
const STRIDE = 256;

export interface CensusOptions {
  /** Counts the series that pass one of the sets; all when there is none. */
  readonly matcherSets: readonly (readonly Matcher[])[];
  /** Entries of each list. */
  readonly listed: number;
  /** A label whose values are to be listed. */
  readonly label?: string;
}

export interface NamedCount {
  readonly name: string;
  readonly value: number;
}

export interface PairCount {
  readonly label: string;
  readonly value: string;
  readonly series: number;
}

/** How many series there are of what. Lists have the most first, and of as many those that came first. */
export interface SeriesCensus {
  readonly active: number;
  readonly indexed: number;
  /** Different metric names, label names, and labels: a name with a value. */
  readonly metrics: number;
  readonly labels: number;
  readonly pairs: number;
  readonly metricsByActive: readonly NamedCount[];
  readonly metricsByIndexed: readonly NamedCount[];
  readonly labelsByValues: readonly NamedCount[];
  readonly labelsBySeries: readonly NamedCount[];
  /** By the bytes of their different values. */
  readonly labelsByBytes: readonly NamedCount[];
  readonly pairsBySeries: readonly PairCount[];
  /** How many values the label that was named has, and those with the most series. */
  readonly values: { readonly count: number; readonly bySeries: readonly NamedCount[] } | undefined;
  /** Quotas by their active series, of all metrics. */
  readonly quotas: readonly QuotaUse[];
  /** New series of the metrics that are counted, whatever else was selected. */
  readonly growth: {
    readonly sinceMs: number;
    /** Of all metrics. */
    readonly total: Created;
    readonly byLastHour: readonly MetricCreated[];
    readonly byLastDay: readonly MetricCreated[];
  };
}

export interface CensusSources {
  readonly index: SeriesIndex;
  readonly visible: number;
  readonly cardinality: Cardinality;
  readonly growth: SeriesGrowth;
}

/**
 * Counts series by their labels. Without a selection the lengths of the lists of postings tell, which is work for each
 * label; with one its series are gone through. Active series are those by the clock at the call.
 */
export async function takeCensus(
  sources: CensusSources,
  options: CensusOptions,
  guard: QueryGuard,
): Promise<SeriesCensus> {
  const selected =
    options.matcherSets.length > 0 ? await countSelected(sources, options.matcherSets, guard) : undefined;
  const counts = selected ?? countAll(sources);
  const labels = await countLabels(sources.index, counts, options, guard);
  const active = new TopCounts(options.listed);
  let steps = 0;
  for (const metric of counts.metrics()) {
    if (metric !== NO_SYMBOL) active.offer(counts.activeOf(metric), metric);
    if (++steps % STRIDE === 0 && guard.due) await guard.pause();
  }
  return {
    active: counts.active,
    indexed: counts.indexed,
    ...labels,
    metricsByActive: await listOf(active, namedBy(sources.index), guard),
    quotas: sources.cardinality
      .quotas()
      .sort((a, b) => b.active - a.active || compareUtf8(a.id, b.id))
      .slice(0, options.listed),
    growth: await growthOf(sources, selected, options.listed, guard),
  };
}

/** How many series there are in all, of each list of postings, and active ones of each metric. */
interface Counts {
  readonly active: number;
  readonly indexed: number;
  /** Lists of postings; those that none of the series is in may be among them. */
  lists(): Iterable<number>;
  inList(list: number): number;
  activeOf(metric: number): number;
  /** Metrics with active series. */
  metrics(): Iterable<number>;
}

function countAll({ index, visible, cardinality }: CensusSources): Counts {
  const { postings } = index;
  return {
    active: cardinality.active,
    indexed: index.count - (index.end - visible),
    *lists() {
      for (let list = 0; list < postings.end; list++) yield list;
    },
    inList: (list) => postings.length(list),
    activeOf: (metric) => cardinality.activeOf(metric),
    metrics: () => cardinality.metrics(),
  };
}

async function countSelected(
  { index, visible, cardinality }: CensusSources,
  matcherSets: readonly (readonly Matcher[])[],
  guard: QueryGuard,
): Promise<Counts> {
  const { postings } = index;
  const seen = new SeriesBits();
  const inList = new Uint32Array(postings.end);
  const lists: number[] = [];
  const activeByMetric = new Map<number, number>();
  let [active, indexed] = [0, 0];
  for (const matchers of matcherSets) {
    const ids = await matchSeries(index, matchers, visible, guard);
    for (let i = 0; i < ids.length; i++) {
      if (i % STRIDE === STRIDE - 1 && guard.due) await guard.pause();
      const id = ids[i];
      if (seen.has(id)) continue;
      seen.add(id);
      indexed++;
      const names = index.names(id);
      const values = index.values(id);
      for (let at = 0; at < names.length; at++) {
        const list = postings.find(names[at], values[at]);
        if (list >= 0 && inList[list]++ === 0) lists.push(list);
      }
      if (!cardinality.isActive(id)) continue;
      active++;
      const metric = index.metricOf(id);
      activeByMetric.set(metric, (activeByMetric.get(metric) ?? 0) + 1);
    }
  }
  return {
    active,
    indexed,
    lists: () => lists,
    // Lists that were begun since have none of these series.
    inList: (list) => inList[list] ?? 0,
    activeOf: (metric) => activeByMetric.get(metric) ?? 0,
    metrics: () => activeByMetric.keys(),
  };
}

type LabelLists = Omit<SeriesCensus, 'active' | 'indexed' | 'metricsByActive' | 'quotas' | 'growth'>;

/** What is counted of one label name. */
interface NameTotals {
  values: number;
  series: number;
  bytes: number;
}

/** Goes through all labels. */
async function countLabels(
  index: SeriesIndex,
  counts: Counts,
  { listed, label }: CensusOptions,
  guard: QueryGuard,
): Promise<LabelLists> {
  const { symbols, postings } = index;
  const [metricName, wanted] = [METRIC_NAME, label ?? ''].map((name) => symbols.findText(name));
  const [byPair, byMetric, byWanted] = [1, 2, 3].map(() => new TopCounts(listed));
  const names = new Map<number, NameTotals>();
  let [pairs, steps] = [0, 0];
  for (const list of counts.lists()) {
    if (++steps % STRIDE === 0 && guard.due) await guard.pause();
    const count = counts.inList(list);
    if (count === 0) continue;
    const [name, value] = [postings.nameOf(list), postings.valueOf(list)];
    const totals = names.get(name) ?? { values: 0, series: 0, bytes: 0 };
    if (totals.values === 0) names.set(name, totals);
    pairs++;
    totals.values++;
    totals.series += count;
    totals.bytes += symbols.lengthOf(value);
    byPair.offer(count, list);
    if (name === metricName) byMetric.offer(count, value);
    if (name === wanted) byWanted.offer(count, value);
  }
  const pairOf = ({ count, item }: ItemCount): PairCount => ({
    label: symbols.text(postings.nameOf(item)),
    value: symbols.text(postings.valueOf(item)),
    series: count,
  });
  const ofWanted = async () => ({
    count: names.get(wanted)?.values ?? 0,
    bySeries: await listOf(byWanted, namedBy(index), guard),
  });
  return {
    metrics: names.get(metricName)?.values ?? 0,
    labels: names.size,
    pairs,
    metricsByIndexed: await listOf(byMetric, namedBy(index), guard),
    ...(await namesBy(index, names, listed, guard)),
    pairsBySeries: await listOf(byPair, pairOf, guard),
    values: label === undefined ? undefined : await ofWanted(),
  };
}

async function namesBy(
  index: SeriesIndex,
  names: ReadonlyMap<number, NameTotals>,
  listed: number,
  guard: QueryGuard,
): Promise<Pick<SeriesCensus, 'labelsByValues' | 'labelsBySeries' | 'labelsByBytes'>> {
  const [byValues, bySeries, byBytes] = [1, 2, 3].map(() => new TopCounts(listed));
  let steps = 0;
  for (const [name, { values, series, bytes }] of names) {
    if (++steps % STRIDE === 0 && guard.due) await guard.pause();
    byValues.offer(values, name);
    bySeries.offer(series, name);
    byBytes.offer(bytes, name);
  }
  return {
    labelsByValues: await listOf(byValues, namedBy(index), guard),
    labelsBySeries: await listOf(bySeries, namedBy(index), guard),
    labelsByBytes: await listOf(byBytes, namedBy(index), guard),
  };
}

function namedBy({ symbols }: SeriesIndex): (one: ItemCount) => NamedCount {
  return ({ count, item }) => ({ name: symbols.text(item), value: count });
}

/** The metrics that grow fastest: of all, or of those that were selected. */
async function growthOf(
  { index, growth }: CensusSources,
  selected: Counts | undefined,
  listed: number,
  guard: QueryGuard,
): Promise<SeriesCensus['growth']> {
  const { symbols, postings } = index;
  const metricName = symbols.findText(METRIC_NAME);
  const isCounted = (metric: string): boolean => {
    if (!selected) return true;
    const symbol = symbols.findText(metric);
    const list = symbol < 0 ? -1 : postings.find(metricName, symbol);
    return list >= 0 && selected.inList(list) > 0;
  };
  const metrics = growth.metrics();
  const [byHour, byDay] = [new TopCounts(listed), new TopCounts(listed)];
  for (let i = 0; i < metrics.length; i++) {
    if (i % STRIDE === STRIDE - 1 && guard.due) await guard.pause();
    if (!isCounted(metrics[i])) continue;
    const { lastHour, lastDay } = growth.of(metrics[i]);
    if (lastHour > 0) byHour.offer(lastHour, i);
    if (lastDay > 0) byDay.offer(lastDay, i);
  }
  const created = ({ item }: ItemCount) => growth.of(metrics[item]);
  return {
    sinceMs: growth.sinceMs,
    total: growth.total(),
    byLastHour: await listOf(byHour, created, guard),
    byLastDay: await listOf(byDay, created, guard),
  };
}

/** The largest counts, each as `make` has it. */
async function listOf<T>(top: TopCounts, make: (one: ItemCount) => T, guard: QueryGuard): Promise<T[]> {
  const list: T[] = [];
  for (const one of top.sorted()) {
    if (list.length % STRIDE === STRIDE - 1 && guard.due) await guard.pause();
    list.push(make(one));
  }
  return list;
}
