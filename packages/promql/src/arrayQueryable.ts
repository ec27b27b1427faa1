import {
  compareUtf8,
  Labels,
  type Matcher,
  type MetricMetadata,
  type Queryable,
  type SelectHints,
  type SeriesBatch,
  type SeriesId,
  setStaleAt,
  type TimeRange,
  TinyObsError,
  wordsOf,
} from '@tinyobs/model';

export interface ArraySeries {
  readonly labels: Labels | Readonly<Record<string, string>>;
  /** Ascending, in ms since the epoch. */
  readonly times: ArrayLike<number>;
  /** As many as there are times; 'stale' marks the end of the series at that time. */
  readonly values: ArrayLike<number | 'stale'>;
}

interface StoredSeries {
  readonly labels: Labels;
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/** Series handed to one batch at most. */
const BATCH_SERIES_MAX = 1024;

/** Series held in memory: PromQL over whatever arrays there are, without a store. */
export class ArrayQueryable implements Queryable {
  readonly #series: StoredSeries[] = [];
  readonly #idsByKey = new Map<string, SeriesId>();
  readonly #metadata: readonly MetricMetadata[];

  constructor(series: Iterable<ArraySeries> = [], metadata: readonly MetricMetadata[] = []) {
    this.#metadata = metadata;
    for (const one of series) this.add(one);
  }

  /**
   * Adds a series. Samples of one that is there already are put among its own; the new one wins at equal times.
   *
   * @throws TinyObsError `invalid_timestamp` when times do not ascend or are not as many as values.
   */
  add(series: ArraySeries): void {
    const added = store(series);
    const id = this.#idsByKey.get(added.labels.key);
    if (id === undefined) {
      this.#idsByKey.set(added.labels.key, this.#series.push(added) - 1);
    } else {
      this.#series[id] = merge(this.#series[id], added);
    }
  }

  async *select(
    matchers: readonly Matcher[],
    range: TimeRange,
    _hints: SelectHints,
    signal: AbortSignal,
  ): AsyncIterable<SeriesBatch> {
    const ids = this.#matching([matchers], range);
    for (let at = 0; at < ids.length; at += BATCH_SERIES_MAX) {
      if (signal.aborted) throw new TinyObsError('query_canceled', 'query was canceled');
      yield this.#batch(ids.slice(at, at + BATCH_SERIES_MAX), range);
    }
  }

  labels(id: SeriesId): Labels {
    return this.#series[id].labels;
  }

  labelValue(id: SeriesId, name: string): string {
    return this.#series[id].labels.get(name);
  }

  async series(
    matcherSets: readonly (readonly Matcher[])[],
    range: TimeRange,
    limit: number,
  ): Promise<SeriesId[]> {
    return first(this.#matching(matcherSets, range), limit);
  }

  async labelNames(
    matcherSets: readonly (readonly Matcher[])[],
    range: TimeRange,
    limit: number,
  ): Promise<string[]> {
    const names = new Set<string>();
    for (const id of this.#matching(matcherSets, range)) {
      for (const [name] of this.labels(id)) names.add(name);
    }
    return first([...names].sort(compareUtf8), limit);
  }

  async labelValues(
    name: string,
    matcherSets: readonly (readonly Matcher[])[],
    range: TimeRange,
    limit: number,
  ): Promise<string[]> {
    const values = new Set<string>();
    for (const id of this.#matching(matcherSets, range)) values.add(this.labels(id).get(name));
    values.delete('');
    return first([...values].sort(compareUtf8), limit);
  }

  async metadata(metric: string | undefined, limit: number): Promise<MetricMetadata[]> {
    const wanted = this.#metadata.filter((one) => metric === undefined || one.metric === metric);
    return first(
      wanted.sort((a, b) => compareUtf8(a.metric, b.metric)),
      limit,
    );
  }

  #matching(matcherSets: readonly (readonly Matcher[])[], range: TimeRange): SeriesId[] {
    const ids: SeriesId[] = [];
    for (const [id, { labels, times }] of this.#series.entries()) {
      const [from, to] = placesWithin(times, range);
      if (from === to) continue;
      const passes = (matchers: readonly Matcher[]) =>
        matchers.every((matcher) => matcher.matches(labels.get(matcher.name)));
      if (matcherSets.length === 0 || matcherSets.some(passes)) ids.push(id);
    }
    return ids;
  }

  #batch(ids: readonly SeriesId[], range: TimeRange): SeriesBatch {
    const count = ids.length;
    const places = ids.map((id) => placesWithin(this.#series[id].times, range));
    const starts = new Uint32Array(count);
    const lengths = Uint32Array.from(places, ([from, to]) => to - from);
    for (let i = 1; i < count; i++) starts[i] = starts[i - 1] + lengths[i - 1];
    const total = starts[count - 1] + lengths[count - 1];
    const times = new Float64Array(total);
    const values = new Float64Array(total);
    for (const [i, id] of ids.entries()) {
      const [from, to] = places[i];
      times.set(this.#series[id].times.subarray(from, to), starts[i]);
      values.set(this.#series[id].values.subarray(from, to), starts[i]);
    }
    return {
      count,
      ids: Uint32Array.from(ids),
      timeStarts: starts,
      valueStarts: starts,
      lengths,
      times,
      values,
    };
  }
}

function store(series: ArraySeries): StoredSeries {
  const labels = series.labels instanceof Labels ? series.labels : Labels.fromObject(series.labels);
  const times = Float64Array.from(series.times);
  const values = new Float64Array(times.length);
  const words = wordsOf(values);
  if (series.values.length !== times.length) throw badTimes(labels, 'there are not as many times as values');
  for (let i = 0; i < times.length; i++) {
    if (i > 0 && !(times[i] > times[i - 1])) throw badTimes(labels, 'times do not ascend');
    const value = series.values[i];
    if (value === 'stale') setStaleAt(words, i);
    else values[i] = value;
  }
  return { labels, times, values };
}

function badTimes(labels: Labels, what: string): TinyObsError {
  return new TinyObsError('invalid_timestamp', `bad samples of ${labels}: ${what}`);
}

/** Copies values as bytes, so that stale markers stay what they are. */
function merge(held: StoredSeries, added: StoredSeries): StoredSeries {
  const capacity = held.times.length + added.times.length;
  const times = new Float64Array(capacity);
  const values = new Float64Array(capacity);
  let [a, b, count] = [0, 0, 0];
  while (a < held.times.length || b < added.times.length) {
    const takeAdded = !(held.times[a] < added.times[b]) && b < added.times.length;
    if (takeAdded && held.times[a] === added.times[b]) a++;
    const [from, place] = takeAdded ? [added, b++] : [held, a++];
    times[count] = from.times[place];
    values.set(from.values.subarray(place, place + 1), count++);
  }
  return { labels: held.labels, times: times.slice(0, count), values: values.slice(0, count) };
}

function placesWithin(times: Float64Array, { minMs, maxMs }: TimeRange): [from: number, to: number] {
  let from = 0;
  while (from < times.length && times[from] < minMs) from++;
  let to = times.length;
  while (to > from && times[to - 1] > maxMs) to--;
  return [from, to];
}

function first<T>(all: T[], limit: number): T[] {
  return limit === 0 ? all : all.slice(0, limit);
}
