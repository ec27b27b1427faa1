import { Labels, type RollupChoice, setStaleAt, WriteBatch, wordsOf } from '@tinyobs/model';
import {
  ArrayQueryable,
  type ArraySeries,
  Engine,
  type QueryOptions,
  type QueryResult,
} from '@tinyobs/promql';
import { openMemoryStore, openStore, type Store } from '@tinyobs/storage';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runSeed, seededRandom } from '../random.js';

const SEED = runSeed();
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const START_MS = Math.floor(1_700_000_000_000 / DAY_MS) * DAY_MS;
/** Of the four days of samples the first is left in rollups of an hour only, the second in both, the others whole. */
const FIVE_MINUTES_FROM_MS = START_MS + DAY_MS;
const RAW_FROM_MS = START_MS + 2 * DAY_MS;
const END_MS = START_MS + 4 * DAY_MS;
const NOW_MS = END_MS + 10 * MINUTE_MS;

const engine = new Engine({ experimental: true });

interface Habit {
  readonly seed: number;
  readonly intervalMs: number;
  /** Times are whole multiples of the interval, so that some are right on the edges of buckets. */
  readonly isOnTime: boolean;
  readonly kind: 'counter' | 'gauge';
  /** Of a sample: that a counter is reset, that the series pauses, that it ends for a while, that it is NaN. */
  readonly resetShare: number;
  readonly gapShare: number;
  readonly staleShare: number;
  readonly nanShare: number;
}

const share = fc.constantFrom(0, 0.001, 0.02);
const habit: fc.Arbitrary<Habit> = fc.record({
  seed: fc.nat(),
  intervalMs: fc.constantFrom(15_000, 60_000, 97_000, 400_000),
  isOnTime: fc.boolean(),
  kind: fc.constantFrom('counter', 'gauge'),
  resetShare: share,
  gapShare: share,
  staleShare: share,
  nanShare: share,
});

/** Samples as one target gives them over the four days. */
function samplesOf(habit: Habit, series: number, name = 'm_total'): ArraySeries {
  const random = seededRandom(habit.seed);
  const times: number[] = [];
  const values: (number | 'stale')[] = [];
  let value = 100;
  const phaseMs = habit.isOnTime ? 0 : Math.floor(random() * habit.intervalMs);
  for (let timeMs = START_MS + phaseMs; timeMs < END_MS; timeMs += habit.intervalMs) {
    if (random() < habit.gapShare) timeMs += habit.intervalMs * Math.floor(40 * random());
    value =
      habit.kind === 'counter' ? value + Math.floor(50 * random()) : Math.round(2e4 * (random() - 0.4)) / 100;
    if (random() < habit.resetShare) value = Math.floor(5 * random());
    const isStale = random() < habit.staleShare;
    if (timeMs >= END_MS) break;
    times.push(timeMs + (habit.isOnTime ? 0 : Math.floor(20 * random())));
    values.push(isStale ? 'stale' : random() < habit.nanShare ? Number.NaN : value);
    if (isStale) timeMs += habit.intervalMs * Math.floor(60 * random());
  }
  return { labels: { __name__: name, series: String(series) }, times, values };
}

/** Without it a window in which there happens to be no sample would count as raw. */
const heartbeat: ArraySeries = samplesOf(
  {
    seed: 1,
    intervalMs: HOUR_MS,
    isOnTime: true,
    kind: 'gauge',
    resetShare: 0,
    gapShare: 0,
    staleShare: 0,
    nanShare: 0,
  },
  -1,
  'up',
);

/** A store that was given the samples day by day, four days ago and later, and has aged. */
async function agedStore(series: readonly ArraySeries[]): Promise<Store> {
  const clock = { nowMs: START_MS };
  const kv = await openMemoryStore();
  const store = await openStore({
    kv,
    now: () => clock.nowMs,
    retention: { rawMs: 2 * DAY_MS, rollup5mMs: 3 * DAY_MS, rollup1hMs: Number.POSITIVE_INFINITY },
  });
  for (let day = 0; day < 4; day++) {
    const fromMs = START_MS + day * DAY_MS;
    clock.nowMs = fromMs + DAY_MS;
    await store.append(batchOf([...series, heartbeat], fromMs, fromMs + DAY_MS));
    await store.flush();
  }
  clock.nowMs = NOW_MS;
  await store.compact();
  return store;
}

function batchOf(series: readonly ArraySeries[], fromMs: number, toMs: number): WriteBatch {
  const batch = new WriteBatch();
  const value = new Float64Array(1);
  const words = wordsOf(value);
  let row = 0;
  for (const { labels, times, values } of series) {
    const id = batch.addSeries(Labels.fromObject(labels as Record<string, string>));
    for (let i = 0; i < times.length; i++) {
      if (times[i] < fromMs || times[i] >= toMs) continue;
      if (values[i] === 'stale') setStaleAt(words, 0);
      else value[0] = values[i] as number;
      batch.addSampleWords(id, times[i], words[0], words[1], row++);
    }
  }
  return batch;
}

/** Values by series and time. */
function pointsOf({ value }: QueryResult): Map<string, number> {
  if (value.type !== 'matrix') throw new Error('a range query gives a matrix');
  const points = new Map<string, number>();
  value.labels.forEach((labels, i) => {
    for (let at = value.starts[i]; at < value.starts[i + 1]; at++) {
      points.set(`${labels} ${(value.times[at] - START_MS) / MINUTE_MS}`, value.values[at]);
    }
  });
  return points;
}

function expectSame(
  actual: Map<string, number>,
  expected: Map<string, number>,
  toleranceShare: number,
  query: string,
) {
  const wrong: unknown[] = [];
  for (const key of new Set([...actual.keys(), ...expected.keys()])) {
    const [a, b] = [actual.get(key), expected.get(key)];
    const isSame =
      a !== undefined &&
      b !== undefined &&
      (Object.is(a, b) ||
        a === b ||
        Math.abs(a - b) <= toleranceShare * Math.max(Math.abs(a), Math.abs(b), 1e-3));
    if (!isSame) wrong.push({ query, key, a, b });
  }
  expect(wrong.slice(0, 5)).toEqual([]);
}

/** Functions, and how far an answer from rollups may be from that from samples, as a share of it. */
const FUNCTIONS: readonly (readonly [func: string, toleranceShare: number])[] = [
  ['count_over_time', 0],
  ['present_over_time', 0],
  ['min_over_time', 0],
  ['max_over_time', 0],
  ['first_over_time', 0],
  ['last_over_time', 0],
  ['ts_of_first_over_time', 0],
  ['ts_of_last_over_time', 0],
  ['sum_over_time', 1e-9],
  ['avg_over_time', 1e-9],
  ['rate', 1e-9],
  ['increase', 1e-9],
  ['delta', 1e-9],
];
const LOOKBACK = { lookbackMs: 2 * HOUR_MS };
const CHOICES: readonly (RollupChoice | undefined)[] = [undefined, { maxMs: HOUR_MS, preferredMs: HOUR_MS }];

describe('answers from rollups', () => {
  it(`are those of samples at edges of buckets, across 1h, 5m and raw (seed ${SEED})`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(habit, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(1, 2, 5, 24),
        fc.constantFrom(...CHOICES),
        async (habits, hours, rollups) => {
          const series = habits.map((one, i) => samplesOf(one, i));
          const store = await agedStore(series);
          const raw = new ArrayQueryable(series);
          const range = { startMs: START_MS, endMs: NOW_MS, stepMs: HOUR_MS };
          const compare = async (query: string, toleranceShare: number, options: QueryOptions = {}) => {
            const actual = await engine.range(store, query, range, { ...options, rollups });
            const expected = await engine.range(raw, query, range, options);
            expectSame(pointsOf(actual), pointsOf(expected), toleranceShare, query);
            expect(actual.infos.join()).toContain('rollups of 1h');
          };
          for (const [func, toleranceShare] of FUNCTIONS)
            await compare(`${func}(m_total[${hours}h])`, toleranceShare);
          await compare('m_total', 0, LOOKBACK);
          await compare('timestamp(m_total)', 0, LOOKBACK);
          await compare('sum(rate(m_total[2h])) / count(m_total offset 1h)', 1e-9, LOOKBACK);
          await compare('quantile_over_time(0.5, m_total[1d:1h])', 0, LOOKBACK);
          await compare(`absent_over_time(m_total{series="0"}[${hours}h])`, 0);
          await store.close();
        },
      ),
      { seed: SEED, numRuns: 15 },
    );
  }, 120_000);

  it(`are those of the edge before, between edges (seed ${SEED})`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(habit, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 0, max: 5 * MINUTE_MS - 1 }),
        async (habits, lateMs) => {
          const series = habits.map((one, i) => samplesOf(one, i));
          const store = await agedStore(series);
          const raw = new ArrayQueryable(series);
          const startMs = FIVE_MINUTES_FROM_MS + 2 * HOUR_MS;
          const range = { startMs, endMs: RAW_FROM_MS - 30 * MINUTE_MS, stepMs: 10 * MINUTE_MS };
          const late = { ...range, startMs: startMs + lateMs, endMs: range.endMs + lateMs };
          for (const [func, toleranceShare] of FUNCTIONS) {
            const query = `${func}(m_total[30m])`;
            const actual = pointsOf(await engine.range(store, query, late));
            const expected = pointsOf(await engine.range(raw, query, range));
            const shifted = [...expected].map(([key, value]) => [moved(key, lateMs), value] as const);
            expectSame(actual, new Map(shifted), toleranceShare, query);
          }
          await expectRecentSamples(store, raw, late);
          await store.close();
        },
      ),
      { seed: SEED, numRuns: 10 },
    );
  }, 120_000);
});

function moved(key: string, byMs: number): string {
  const at = key.lastIndexOf(' ');
  return `${key.slice(0, at)} ${Number(key.slice(at)) + byMs / MINUTE_MS}`;
}

/** A selector never sees later samples, nor one of two buckets before where a later one is. */
async function expectRecentSamples(
  store: Store,
  raw: ArrayQueryable,
  range: { startMs: number; endMs: number; stepMs: number },
): Promise<void> {
  const options = { lookbackMs: 10 * MINUTE_MS };
  const actual = pointsOf(await engine.range(store, 'timestamp(m_total)', range, options));
  const exact = pointsOf(await engine.range(raw, 'timestamp(m_total)', range, options));
  for (const [key, timeS] of actual) {
    const atMs = START_MS + Number(key.slice(key.lastIndexOf(' '))) * MINUTE_MS;
    expect(timeS * 1000).toBeLessThanOrEqual(atMs);
    const latest = exact.get(key);
    if (latest !== undefined) expect(latest - timeS).toBeLessThan(600);
  }
}
