import {
  type Labels,
  type Matcher,
  type MetricMetadata,
  type Queryable,
  type RollupChoice,
  type SelectHints,
  type SeriesBatch,
  type SeriesId,
  type TimeRange,
  TinyObsError,
} from '@tinyobs/model';
import { Exclusions } from '../deletion/exclusions.js';
import type { ExemplarLog } from '../exemplars/exemplarLog.js';
import { findExemplars, type SeriesExemplars, shownByRetention } from '../exemplars/findExemplars.js';
import type { Heads, HeadView } from '../head/heads.js';
import type { Cardinality } from '../index/cardinality.js';
import { matchSeries } from '../index/matchSeries.js';
import type { Readers } from '../index/readers.js';
import type { SeriesGrowth } from '../index/seriesGrowth.js';
import type { SeriesIndex } from '../index/seriesIndex.js';
import type { KeyValueStore } from '../kv/keyValueStore.js';
import { SELECT_COLUMNS_KEPT, SELECT_SAMPLES_TARGET } from '../limits.js';
import type { Catalog } from '../manifest/catalog.js';
import type { Manifest } from '../manifest/manifest.js';
import type { MetadataStore } from '../metadata/metadataStore.js';
import type { Expiry } from '../retention/expiry.js';
import { RollupReader } from '../rollup/rollupReader.js';
import type { LiveRules } from '../storeOptions.js';
import { findLabelNames, findLabelValues, findSeries, type LabelSources } from './labelQueries.js';
import { LabelTexts } from './labelTexts.js';
import { QueryGuard } from './queryGuard.js';
import { ReadCache } from './readCache.js';
import { selectSamples } from './select.js';
import { type CensusOptions, type SeriesCensus, takeCensus } from './seriesCensus.js';
import { SeriesColumns } from './seriesColumns.js';
import { addUpHoldings, type StoreHoldings } from './storeHoldings.js';

export interface QuerierContext {
  readonly kv: KeyValueStore;
  readonly index: SeriesIndex;
  readonly readers: Readers;
  readonly heads: Heads;
  readonly catalog: Catalog;
  readonly metadata: MetadataStore;
  readonly exemplars: ExemplarLog;
  readonly rules: LiveRules;
  readonly expiry: Expiry;
  readonly cardinality: Cardinality;
  readonly growth: SeriesGrowth;
  readonly now: () => number;
  readonly onCorruption: (error: TinyObsError) => void;
  readonly readCacheBytesMax: number;
}

/**
 * Answers from blocks and heads.
 *
 * S2: a query takes its head views, the runs and a snapshot in the same tick, and reads nothing else.
 */
export class Querier implements Queryable {
  /** Queries running now. */
  running = 0;
  readonly #context: QuerierContext;
  readonly #labelTexts: LabelTexts;
  readonly #closing = new AbortController();
  readonly #cache: ReadCache;
  /** Memory for batches that no query uses now. */
  readonly #idleColumns: SeriesColumns[] = [];

  constructor(context: QuerierContext) {
    this.#context = context;
    this.#cache = new ReadCache(context.readCacheBytesMax);
    this.#labelTexts = new LabelTexts(context.index);
  }

  get readCacheBytes(): number {
    return this.#cache.sizeBytes;
  }

  /** Makes running and coming queries end with `store_closed`. */
  close(): void {
    this.#closing.abort();
  }

  select(
    matchers: readonly Matcher[],
    range: TimeRange,
    hints: SelectHints,
    signal: AbortSignal,
  ): AsyncGenerator<SeriesBatch, void, undefined> {
    const { index } = this.#context;
    return this.#select(
      (visible, guard) => matchSeries(index, matchers, visible, guard),
      range,
      hints,
      signal,
    );
  }

  /** See `Store.selectSeries`. */
  selectSeries(
    ids: Uint32Array,
    range: TimeRange,
    signal: AbortSignal,
  ): AsyncGenerator<SeriesBatch, void, undefined> {
    const { rows } = this.#context.index;
    return this.#select((visible) => ids.filter((id) => id < visible && rows.has(id)), range, RAW, signal);
  }

  async *#select(
    find: (visible: number, guard: QueryGuard) => Uint32Array | Promise<Uint32Array>,
    range: TimeRange,
    hints: SelectHints,
    signal: AbortSignal,
  ): AsyncGenerator<SeriesBatch, void, undefined> {
    const guard = this.#guard(signal);
    guard.check();
    const { index, readers, heads, kv, catalog, expiry } = this.#context;
    const snapshot = kv.snapshot();
    const reading = readers.enter();
    const views = heads.acquire();
    const { visible } = index;
    const { deletions } = catalog;
    const rollups = rollupsFor(catalog, range, hints.rollups);
    const runs = runsNotInHeads(catalog.rawRuns, views);
    const columns = this.#idleColumns.pop() ?? new SeriesColumns();
    this.running++;
    try {
      const ids = await find(visible, guard);
      const expired = await expiry.deletions(visible, guard);
      const exclusions = new Exclusions([...deletions, ...expired], rollups?.range ?? range);
      const cache = this.#cache;
      const sources = { kv, snapshot, index, runs, heads: views, exclusions, cache, columns };
      const rawRange = rollups ? { ...range, minMs: Math.max(range.minMs, rollups.endMs) } : range;
      const wanted = { range: rawRange, latestOnly: hints.latestOnly === true };
      let left = hints.limit > 0 ? hints.limit : Number.POSITIVE_INFINITY;
      for await (const batch of selectSamples(sources, ids, wanted, guard, rollups)) {
        yield batch.count <= left ? batch : { ...batch, count: left };
        guard.check();
        left -= batch.count;
        if (left <= 0) return;
      }
    } catch (error) {
      throw this.#failureOf(error);
    } finally {
      this.running--;
      readers.leave(reading);
      this.#keepColumns(columns);
      heads.release(views);
      if (!this.#closing.signal.aborted) await snapshot.close();
    }
  }

  /** @throws TinyObsError `store_busy` for a series that was forgotten long after it was read */
  labels(id: SeriesId): Labels {
    return this.#context.index.labels(id);
  }

  /** @throws TinyObsError as `labels` */
  labelValue(id: SeriesId, name: string): string {
    return this.#labelTexts.valueOf(id, name);
  }

  series(
    matcherSets: readonly (readonly Matcher[])[],
    range: TimeRange,
    limit: number,
    signal: AbortSignal,
  ): Promise<SeriesId[]> {
    return this.#ask(range, limit, signal, (sources, guard) =>
      findSeries(sources, matcherSets, range, guard),
    );
  }

  labelNames(
    matcherSets: readonly (readonly Matcher[])[],
    range: TimeRange,
    limit: number,
    signal: AbortSignal,
  ): Promise<string[]> {
    return this.#ask(range, limit, signal, (sources, guard) =>
      findLabelNames(sources, matcherSets, range, guard),
    );
  }

  labelValues(
    name: string,
    matcherSets: readonly (readonly Matcher[])[],
    range: TimeRange,
    limit: number,
    signal: AbortSignal,
  ): Promise<string[]> {
    return this.#ask(range, limit, signal, (sources, guard) =>
      findLabelValues(sources, name, matcherSets, range, guard),
    );
  }

  async metadata(metric: string | undefined, limit: number): Promise<MetricMetadata[]> {
    this.#guard(new AbortController().signal).check();
    return this.#context.metadata.list(metric, limit);
  }

  /** See `Store.exemplars`. */
  async exemplars(
    matcherSets: readonly (readonly Matcher[])[],
    range: TimeRange,
    limit: number,
    signal: AbortSignal,
  ): Promise<SeriesExemplars[]> {
    const guard = this.#guard(signal);
    guard.check();
    const { index, readers, exemplars, expiry, rules, now } = this.#context;
    const reading = readers.enter();
    const { visible } = index;
    this.running++;
    try {
      const expired = await expiry.deletions(visible, guard);
      const { rawMs } = rules.current.retention;
      const isShown = shownByRetention(expired, { rawMs, nowMs: now() });
      return await findExemplars(
        { exemplars, index, visible, isShown },
        matcherSets,
        { range, limit },
        guard,
      );
    } finally {
      this.running--;
      readers.leave(reading);
    }
  }

  /** See `Store.census`. */
  async census(options: CensusOptions, signal: AbortSignal): Promise<SeriesCensus> {
    const guard = this.#guard(signal);
    guard.check();
    const { index, readers, cardinality, growth, now } = this.#context;
    const reading = readers.enter();
    const nowMs = now();
    cardinality.advance(nowMs);
    growth.advance(nowMs);
    this.running++;
    try {
      return await takeCensus({ index, visible: index.visible, cardinality, growth }, options, guard);
    } finally {
      this.running--;
      readers.leave(reading);
    }
  }

  /** See `Store.holdings`. */
  async holdings(listed: number, signal: AbortSignal): Promise<StoreHoldings> {
    const guard = this.#guard(signal);
    guard.check();
    const { index, readers, catalog, now } = this.#context;
    const reading = readers.enter();
    this.running++;
    try {
      return await addUpHoldings({ runs: catalog.runs, index, nowMs: now(), listed }, guard);
    } finally {
      this.running--;
      readers.leave(reading);
    }
  }

  #keepColumns(columns: SeriesColumns): void {
    if (this.#idleColumns.length >= SELECT_COLUMNS_KEPT) return;
    if (columns.samplesMax <= 4 * SELECT_SAMPLES_TARGET) this.#idleColumns.push(columns);
  }

  #guard(signal: AbortSignal): QueryGuard {
    return new QueryGuard(signal, this.#closing.signal);
  }

  async #ask<T>(
    range: TimeRange,
    limit: number,
    signal: AbortSignal,
    answer: (sources: LabelSources, guard: QueryGuard) => Promise<T[]>,
  ): Promise<T[]> {
    const guard = this.#guard(signal);
    guard.check();
    const { index, readers, heads, catalog, expiry } = this.#context;
    const reading = readers.enter();
    const views = heads.acquire();
    const { visible } = index;
    const { deletions } = catalog;
    const runs = runsNotInHeads(catalog.runs, views);
    this.running++;
    try {
      const expired = await expiry.deletions(visible, guard);
      const exclusions = new Exclusions([...deletions, ...expired], range);
      const sources = { index, visible, runs, heads: views, exclusions };
      const found = await answer(sources, guard);
      return limit > 0 ? found.slice(0, limit) : found;
    } finally {
      this.running--;
      readers.leave(reading);
      heads.release(views);
    }
  }

  /** Reads that were cut by closing the database fail in its words; the caller gets ours. */
  #failureOf(error: unknown): unknown {
    if (this.#closing.signal.aborted)
      return new TinyObsError('store_closed', 'the store was closed', { cause: error });
    if (error instanceof TinyObsError && error.code === 'store_corrupt') this.#context.onCorruption(error);
    return error;
  }
}

/** All samples, and no rollups. */
const RAW: SelectHints = {
  ...{ stepMs: 0, rangeMs: 0, func: '', limit: 0 },
  rollups: { maxMs: 0, preferredMs: 0 },
};

/** Undefined where only raw samples are to be read. */
function rollupsFor(
  { rollupRuns, rolledMs }: Catalog,
  range: TimeRange,
  choice?: RollupChoice,
): RollupReader | undefined {
  if (range.minMs >= rolledMs || choice?.maxMs === 0) return undefined;
  return new RollupReader(rollupRuns, range, choice);
}

/** Leaves out the runs whose samples a head still holds: memory answers faster than blocks. */
function runsNotInHeads(runs: readonly Manifest[], views: readonly HeadView[]): readonly Manifest[] {
  const held = new Set(views.map((view) => view.run));
  return held.size === 1 && held.has(-1) ? runs : runs.filter((run) => !held.has(run.id.run));
}
