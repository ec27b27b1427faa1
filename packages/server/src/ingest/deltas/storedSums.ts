import {
  isStaleAt,
  type Labels,
  Matcher,
  type SelectHints,
  type SeriesBatch,
  type TimeRange,
  wordsOf,
} from '@tinyobs/model';
import type { Store } from '@tinyobs/storage';
import { seriesKeyOf } from './seriesKey.js';

/** The sum of all deltas of a series so far, and the end of the last of them. */
export interface RunningSum {
  readonly lastMs: number;
  readonly value: number;
}

/** From here on series of one metric are looked for together, by the labels they have in common. */
const TOGETHER_MIN = 32;

const ALL_TIME: TimeRange = { minMs: Number.MIN_SAFE_INTEGER, maxMs: Number.MAX_SAFE_INTEGER };

const HOUR_MS = 3_600_000;

/** Samples themselves: a rollup tells less of when the last one was. */
const EVERY: SelectHints = {
  stepMs: 0,
  rangeMs: 0,
  func: '',
  limit: 0,
  rollups: { maxMs: 0, preferredMs: 0 },
};
const LATEST: SelectHints = { ...EVERY, latestOnly: true };

/** What is read for a request is read to its end. */
const NEVER = new AbortController().signal;

/**
 * The last samples of some series by their keys, stale markers apart: the running sums as they were stored.
 *
 * @throws TinyObsError `store_corrupt`, `store_closed`
 */
export async function storedSums(
  store: Store,
  wanted: ReadonlyMap<string, Labels>,
): Promise<Map<string, RunningSum>> {
  const sums = new Map<string, RunningSum>();
  const ended = new Map<string, number>();
  for (const group of groupsOf(wanted)) {
    for await (const found of store.select(matchersOf(group), ALL_TIME, LATEST, NEVER)) {
      noteLast(store, found, { wanted, sums, ended });
    }
  }
  for (const [key, staleMs] of ended) {
    const sum = await sumBefore(store, key, { labels: wanted.get(key)!, staleMs });
    if (sum) sums.set(key, sum);
  }
  return sums;
}

/**
 * Bounds of the buckets that a histogram has in the store, but the infinite one.
 *
 * @param labels Those of one of its series, without `le`.
 * @throws TinyObsError `store_closed`
 */
export async function storedBounds(store: Store, labels: Labels): Promise<number[]> {
  const ids = await store.series([matchersOf([...labels])], ALL_TIME, 0, NEVER);
  const key = seriesKeyOf(labels);
  const bounds = ids
    .map((id) => store.labels(id))
    .filter((found) => found.has('le') && seriesKeyOf(found.with('le', '')) === key)
    .map((found) => Number(found.get('le')));
  return bounds.filter(Number.isFinite).sort((a, b) => a - b);
}

interface LastSamples {
  readonly wanted: ReadonlyMap<string, Labels>;
  readonly sums: Map<string, RunningSum>;
  /** Times of the stale markers of series that end with one. */
  readonly ended: Map<string, number>;
}

function noteLast(store: Store, found: SeriesBatch, { wanted, sums, ended }: LastSamples): void {
  for (let i = 0; i < found.count; i++) {
    const key = seriesKeyOf(store.labels(found.ids[i]));
    if (!wanted.has(key) || found.lengths[i] === 0) continue;
    const last = found.lengths[i] - 1;
    const sum = sumAt(found, i, last);
    if (sum) sums.set(key, sum);
    else ended.set(key, found.times[found.timeStarts[i] + last]);
  }
}

/** The last sample of a series before a stale marker, which there may be many of one behind the other. */
async function sumBefore(
  store: Store,
  key: string,
  { labels, staleMs }: { labels: Labels; staleMs: number },
): Promise<RunningSum | undefined> {
  const { minTimeMs = staleMs } = store.stats();
  let maxMs = staleMs - 1;
  for (let spanMs = HOUR_MS; maxMs >= minTimeMs; spanMs *= 2) {
    const range = { minMs: maxMs - spanMs, maxMs };
    let sum: RunningSum | undefined;
    for await (const found of store.select(matchersOf([...labels]), range, EVERY, NEVER)) {
      for (let i = 0; i < found.count; i++) {
        if (seriesKeyOf(store.labels(found.ids[i])) !== key) continue;
        for (let at = found.lengths[i] - 1; at >= 0 && !sum; at--) sum = sumAt(found, i, at);
      }
    }
    if (sum) return sum;
    maxMs = range.minMs - 1;
  }
  return undefined;
}

/** A sample of a series of a batch; undefined for a stale marker. */
function sumAt(found: SeriesBatch, series: number, sample: number): RunningSum | undefined {
  const at = found.valueStarts[series] + sample;
  if (isStaleAt(wordsOf(found.values), at)) return undefined;
  return { lastMs: found.times[found.timeStarts[series] + sample], value: found.values[at] };
}

/** The labels to look for: of few series their own, of many of one metric those that all of them have. */
function* groupsOf(wanted: ReadonlyMap<string, Labels>): Generator<[name: string, value: string][]> {
  const byMetric = new Map<string, Labels[]>();
  for (const labels of wanted.values()) {
    const others = byMetric.get(labels.metricName);
    if (others) others.push(labels);
    else byMetric.set(labels.metricName, [labels]);
  }
  for (const [first, ...others] of byMetric.values()) {
    if (others.length + 1 < TOGETHER_MIN) {
      for (const labels of [first, ...others]) yield [...labels];
    } else {
      yield [...first].filter(([name, value]) => others.every((labels) => labels.get(name) === value));
    }
  }
}

function matchersOf(labels: readonly (readonly [name: string, value: string])[]): Matcher[] {
  return labels.map(([name, value]) => new Matcher(name, '=', value));
}
