import { Matcher } from '@tinyobs/model';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openMemoryStore } from './kv/memoryStore.js';
import { DAY_MS, HOUR_MS } from './limits.js';
import type { CensusOptions, NamedCount } from './query/seriesCensus.js';
import { openStore, type Store } from './store.js';
import { batchOf, EVER, NEVER_ABORTED } from './storeFixture.suite.js';
import type { StoreOptions } from './storeOptions.js';

const START_MS = 1_700_000_000_000 - (1_700_000_000_000 % DAY_MS);
const ALL: CensusOptions = { matcherSets: [], listed: 1000 };

type LabelSet = Record<string, string>;

let nowMs = START_MS;

async function open(options: StoreOptions = {}): Promise<Store> {
  nowMs = START_MS;
  return openStore({ kv: await openMemoryStore(), now: () => nowMs, ...options });
}

function write(store: Store, series: readonly LabelSet[]) {
  return store.append(batchOf(series.map((labels) => ({ labels, timeMs: nowMs, value: 1 }))));
}

/** Series of several metrics, with labels of few and of many values, and values that several labels share. */
const SERIES: readonly LabelSet[] = Array.from({ length: 600 }, (_, i) => ({
  __name__: `m${i % 5 === 0 ? 0 : i % 7}`,
  job: `job ${i % 3}`,
  pod: `pod-${i}`,
  ...(i % 2 === 0 ? { zone: `€${i % 4}`, other: `€${i % 4}` } : {}),
}));

/** Counts, the most first, of as many by name; a test that is about fewer gives their number. */
function ranked(counts: ReadonlyMap<string, number>): NamedCount[] {
  return inOrder([...counts].map(([name, value]) => ({ name, value })));
}

function inOrder<T extends NamedCount>(counts: readonly T[]): T[] {
  return [...counts].sort((a, b) => b.value - a.value || (a.name < b.name ? -1 : 1));
}

function tally(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

/** What a census must say of some series, all of them active. */
function expectedOf(series: readonly LabelSet[], label: string) {
  const pairs = tally(series.flatMap((one) => Object.entries(one).map((pair) => pair.join('='))));
  const names = [...pairs.keys()].map((pair) => pair.split('=')[0]);
  const bytes = new Map<string, number>();
  for (const pair of pairs.keys()) {
    const [name, value] = pair.split('=');
    bytes.set(name, (bytes.get(name) ?? 0) + Buffer.byteLength(value));
  }
  const metrics = ranked(tally(series.map((one) => one.__name__)));
  const values = tally(series.flatMap((one) => one[label] ?? []));
  return {
    active: series.length,
    indexed: series.length,
    metrics: metrics.length,
    labels: new Set(names).size,
    pairs: pairs.size,
    metricsByActive: metrics,
    metricsByIndexed: metrics,
    labelsByValues: ranked(tally(names)),
    labelsBySeries: ranked(tally(series.flatMap((one) => Object.keys(one)))),
    labelsByBytes: ranked(bytes),
    pairsBySeries: ranked(pairs),
    values: { count: values.size, bySeries: ranked(values) },
  };
}

async function censusOf(store: Store, options: CensusOptions) {
  const { quotas: _, growth: __, ...census } = await store.census(options, NEVER_ABORTED);
  const pairs = census.pairsBySeries.map(({ label, value, series }) => ({
    name: `${label}=${value}`,
    value: series,
  }));
  return {
    ...census,
    metricsByActive: inOrder(census.metricsByActive),
    metricsByIndexed: inOrder(census.metricsByIndexed),
    labelsByValues: inOrder(census.labelsByValues),
    labelsBySeries: inOrder(census.labelsBySeries),
    labelsByBytes: inOrder(census.labelsByBytes),
    pairsBySeries: inOrder(pairs),
    values: census.values && { ...census.values, bySeries: inOrder(census.values.bySeries) },
  };
}

describe('a census of series', () => {
  const metricIs = (name: string) => new Matcher('__name__', '=', name);
  it.each<[string, Matcher[][], (one: LabelSet) => boolean]>([
    ['all', [], () => true],
    ['a metric', [[metricIs('m0')]], ({ __name__ }) => __name__ === 'm0'],
    [
      'two selections that overlap',
      [[metricIs('m1')], [new Matcher('zone', '=~', '€.'), new Matcher('job', '!=', 'job 2')]],
      ({ __name__, zone, job }) => __name__ === 'm1' || (zone !== undefined && job !== 'job 2'),
    ],
    ['nothing', [[metricIs('none')]], () => false],
  ])('tells what there is of %s', async (_what, matcherSets, isSelected) => {
    const store = await open();
    await write(store, SERIES);
    const selected = SERIES.filter(isSelected);
    for (const label of ['pod', 'zone', 'unheard of']) {
      const census = await censusOf(store, { ...ALL, matcherSets, label });
      expect(census).toEqual(expectedOf(selected, label));
    }
    await store.close();
  });

  it('lists the largest, as many as are asked for, of equal ones those that came first', async () => {
    const store = await open();
    await write(store, SERIES);
    const { metricsByIndexed, labelsByValues, pairsBySeries, values } = await store.census(
      { matcherSets: [], listed: 2, label: 'pod' },
      NEVER_ABORTED,
    );
    expect(metricsByIndexed).toEqual(ranked(tally(SERIES.map((one) => one.__name__))).slice(0, 2));
    expect(labelsByValues).toEqual([
      { name: 'pod', value: 600 },
      { name: '__name__', value: 7 },
    ]);
    expect(pairsBySeries.map(({ series }) => series)).toEqual([200, 200]);
    expect(values).toEqual({
      count: 600,
      bySeries: [
        { name: 'pod-0', value: 1 },
        { name: 'pod-1', value: 1 },
      ],
    });
    await store.close();
  });

  it('tells active series from others, by the clock', async () => {
    const store = await open();
    await write(store, SERIES);
    nowMs += 4 * HOUR_MS;
    await write(store, SERIES.slice(0, 10));
    const activeMetrics = ranked(tally(SERIES.slice(0, 10).map((one) => one.__name__)));
    const all = await censusOf(store, ALL);
    expect(all).toMatchObject({ active: 10, indexed: 600, metricsByActive: activeMetrics });
    const selected = await censusOf(store, { ...ALL, matcherSets: [[new Matcher('pod', '=~', 'pod-.')]] });
    expect(selected).toMatchObject({ active: 10, indexed: 10, metricsByActive: activeMetrics });
    // Nobody writes any more, and time goes by.
    nowMs += 4 * HOUR_MS;
    expect(await censusOf(store, ALL)).toMatchObject({ active: 0, indexed: 600, metricsByActive: [] });
    await store.close();
  });

  it('leaves out what was forgotten, and counts what takes its place', async () => {
    const store = await open({ retention: { rawMs: DAY_MS } });
    await write(store, SERIES);
    await store.flush();
    nowMs += 3 * DAY_MS;
    const late = SERIES.slice(0, 50).map((labels) => ({ ...labels, age: 'new' }));
    await write(store, late);
    await store.flush();
    await store.compact();
    expect(store.stats()).toMatchObject({ series: 50, seriesForgotten: 600 });
    expect(await censusOf(store, { ...ALL, label: 'pod' })).toEqual(expectedOf(late, 'pod'));
    nowMs += HOUR_MS;
    await store.compact();
    const more = SERIES.slice(100, 300);
    await write(store, more);
    expect(await censusOf(store, { ...ALL, label: 'pod' })).toEqual(expectedOf([...late, ...more], 'pod'));
    await store.close();
  });

  it('says which metrics are growing, and since when it counts', async () => {
    const store = await open();
    await write(store, SERIES.slice(0, 100));
    nowMs += 2 * HOUR_MS;
    const late = Array.from({ length: 30 }, (_, i) => ({ __name__: 'late', pod: String(i) }));
    await write(store, late);
    await write(store, late);
    const { growth } = await store.census({ matcherSets: [], listed: 2 }, NEVER_ABORTED);
    expect(growth).toEqual({
      sinceMs: START_MS,
      total: { lastHour: 30, lastDay: 130, perHour: 65 },
      byLastHour: [{ metric: 'late', lastHour: 30, lastDay: 30, perHour: 15 }],
      byLastDay: [
        { metric: 'm0', lastHour: 0, lastDay: 32, perHour: 16 },
        { metric: 'late', lastHour: 30, lastDay: 30, perHour: 15 },
      ],
    });
    const ofOne = await store.census({ ...ALL, matcherSets: [[metricIs('m0')]] }, NEVER_ABORTED);
    expect(ofOne.growth.byLastDay.map(({ metric }) => metric)).toEqual(['m0']);
    await store.close();
  });
});

describe('a census that takes long', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  /** Lets every look at the clock find a slice over. */
  function hurry(): void {
    let ms = performance.now();
    vi.spyOn(performance, 'now').mockImplementation(() => {
      ms += 10;
      return ms;
    });
  }

  it.each<[string, Matcher[][]]>([
    ['all', []],
    ['selected series', [[new Matcher('pod', '=~', 'pod-.*')]]],
  ])(
    'of %s lets others run, is right when series come meanwhile, and ends when nobody waits',
    async (_what, matcherSets) => {
      const store = await open();
      await write(store, SERIES);
      hurry();
      let turns = 0;
      let isOver = false;
      const turn = (): void => {
        turns++;
        if (!isOver) setImmediate(turn);
      };
      setImmediate(turn);
      const counted = censusOf(store, { ...ALL, matcherSets });
      await write(store, [{ __name__: 'meanwhile', pod: 'another' }]);
      const { metricsByIndexed, indexed } = await counted;
      isOver = true;
      expect(turns).toBeGreaterThan(3);
      expect(indexed).toBe(600);
      expect(metricsByIndexed.filter(({ name }) => name !== 'meanwhile')).toEqual(
        ranked(tally(SERIES.map((one) => one.__name__))),
      );
      const controller = new AbortController();
      setImmediate(() => controller.abort());
      await expect(store.census({ ...ALL, matcherSets }, controller.signal)).rejects.toMatchObject({
        code: 'query_canceled',
      });
      expect(store.stats().queriesRunning).toBe(0);
      const cut = store.census({ ...ALL, matcherSets }, NEVER_ABORTED);
      const closed = expect(cut).rejects.toMatchObject({ code: 'store_closed' });
      await store.close();
      await closed;
      await expect(store.series([], EVER, 0, NEVER_ABORTED)).rejects.toMatchObject({ code: 'store_closed' });
    },
  );
});
