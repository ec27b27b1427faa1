import {
  type ChangeMark,
  type ChangeTracker,
  type Labels,
  type Matcher,
  type MetricMetadata,
  type Queryable,
  type SelectHints,
  type SeriesBatch,
  type SeriesId,
  type TimeRange,
  TinyObsError,
  type Verdicts,
  type WriteBatch,
} from '@tinyobs/model';
import { AuditLog } from './audit/auditLog.js';
import { ChangeLog } from './changes/changeLog.js';
import { closedError } from './closedError.js';
import { GroupCommit } from './commit/groupCommit.js';
import type { AppendOptions } from './commit/pendingAppend.js';
import { Compactor } from './compaction/compactor.js';
import { deleteSeries } from './deletion/deleteSeries.js';
import { Documents } from './documents/documents.js';
import { ExemplarLog } from './exemplars/exemplarLog.js';
import { type SeriesExemplars, shownByRetention } from './exemplars/findExemplars.js';
import { Flusher } from './flush/flusher.js';
import { WindowClock } from './flush/windowClock.js';
import { Forgetter } from './forget/forgetter.js';
import { IndexLimit } from './forget/indexLimit.js';
import { Heads } from './head/heads.js';
import { Cardinality } from './index/cardinality.js';
import { Readers } from './index/readers.js';
import { SeriesGroups } from './index/seriesGroups.js';
import { SeriesGrowth } from './index/seriesGrowth.js';
import { SeriesIndex } from './index/seriesIndex.js';
import type { KeyValueStore } from './kv/keyValueStore.js';
import { openDiskStore, repeat } from './kv/platform.js';
import { WriteGuard } from './kv/writeGuard.js';
import { WINDOW_CHECK_MS } from './limits.js';
import { Catalog } from './manifest/catalog.js';
import { MetadataStore } from './metadata/metadataStore.js';
import { Querier } from './query/querier.js';
import { QueryGuard } from './query/queryGuard.js';
import type { CensusOptions, SeriesCensus } from './query/seriesCensus.js';
import type { StoreHoldings } from './query/storeHoldings.js';
import { type RecoveryResult, recover } from './recover.js';
import { areSameRules, Expiry } from './retention/expiry.js';
import {
  type ChangeableOptions,
  type StoreOptions,
  type StoreRules,
  type StoreSettings,
  storeRules,
  storeSettings,
} from './storeOptions.js';
import type { StoreParts } from './storeParts.js';
import { readStats, type StoreStats } from './storeStats.js';
import { Tails } from './tail/tails.js';

/**
 * Opens a store, reads back what earlier ones wrote, and is then ready for appends and queries.
 *
 * @throws TinyObsError `config_invalid`, `store_locked`, `store_unreadable`, `store_version`, `store_corrupt`,
 * `store_full`, `store_write_failed`
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const settings = storeSettings(options);
  const kv = await openKeyValueStore(options);
  const store = new Store(kv, settings, storeRules(options));
  try {
    await store.recover();
  } catch (error) {
    await kv.close();
    throw error;
  }
  return store;
}

function openKeyValueStore({ dataDir, kv }: StoreOptions): Promise<KeyValueStore> {
  if ((dataDir === undefined) === (kv === undefined)) {
    throw new TinyObsError('config_invalid', 'a store needs either a data folder or a key-value store');
  }
  return kv ? Promise.resolve(kv) : openDiskStore({ dataDir: dataDir! });
}

/**
 * A time-series store. Made by `openStore`.
 *
 * S7: `close` flushes; a reopened store answers the same.
 */
export class Store implements Queryable, ChangeTracker {
  readonly documents: Documents;
  readonly audit: AuditLog;
  readonly tails: Tails;
  readonly #kv: KeyValueStore;
  readonly #settings: StoreSettings;
  readonly #rules: { current: StoreRules };
  readonly #index = new SeriesIndex();
  readonly #groups = new SeriesGroups(this.#index);
  readonly #catalog = new Catalog();
  readonly #metadata = new MetadataStore();
  readonly #cardinality: Cardinality;
  readonly #parts: StoreParts;
  readonly #heads: Heads;
  readonly #flusher: Flusher;
  readonly #commits: GroupCommit;
  readonly #querier: Querier;
  readonly #compactor: Compactor;
  readonly #forgetter: Forgetter;
  readonly #windowClock: WindowClock;
  #replayed: RecoveryResult = { records: 0, samples: 0, nextSeq: 0 };
  #corruptions = 0;
  readonly #writes = new WriteGuard((error) => this.#refuseWrites(error));
  #stopWindowTimer: () => void = () => undefined;
  /** Samples before are refused, because rollups are being made of their windows. */
  #settledMs = Number.NEGATIVE_INFINITY;
  #closed: Promise<void> | undefined;

  /** Not for callers: use `openStore`. */
  constructor(kv: KeyValueStore, settings: StoreSettings, initial: StoreRules) {
    const { sync, windowMs, maxWaitMs, now, onEvent } = settings;
    const rules = { current: initial };
    this.#kv = kv;
    this.#settings = settings;
    this.#rules = rules;
    const { rows } = this.#index;
    this.#cardinality = new Cardinality({ rules, windowMs, rows });
    this.#heads = new Heads({ samplesMax: settings.headSamplesMax, windowMs, rows });
    const limit = new IndexLimit({
      rules,
      index: this.#index,
      onExcess: () => this.#compactor.wake(),
    });
    const onCorruption = (error: TinyObsError) => this.#noteCorruption(error);
    const shared = { kv, writes: this.#writes, sync, rules, onCorruption, catalog: this.#catalog };
    this.tails = new Tails(shared);
    const parts: StoreParts = {
      ...shared,
      onEvent,
      index: this.#index,
      heads: this.#heads,
      metadata: this.#metadata,
      tails: this.tails,
      exemplars: new ExemplarLog({ ...shared, exemplarBytesMax: settings.exemplarBytesMax }),
      groups: this.#groups,
      cardinality: this.#cardinality,
      growth: new SeriesGrowth(this.#index.symbols, now()),
      readers: new Readers(),
      limit,
      expiry: new Expiry(rules, this.#index, now),
      changes: new ChangeLog({ index: this.#index, now, rules }),
    };
    this.#parts = parts;
    this.documents = new Documents(parts);
    this.audit = new AuditLog({ ...parts, auditEntriesMax: settings.auditEntriesMax });
    this.#flusher = new Flusher({ ...parts, onFlushed: () => this.#compactor.wake() });
    this.#commits = new GroupCommit({
      ...parts,
      maxWaitMs,
      now,
      minTimeMs: () => this.#minTimeMs(),
      sealActive: () => this.#flusher.sealActive(),
      onCommitted: () => this.#afterCommit(),
    });
    this.#windowClock = new WindowClock({
      ...parts,
      windowMs,
      now,
      flush: () => this.#flusher.flush(this.#commits),
    });
    this.#querier = new Querier({ ...parts, now, readCacheBytesMax: settings.readCacheBytesMax });
    this.#forgetter = new Forgetter({ ...parts, now, renumber: () => this.#commits.renumber() });
    this.#compactor = new Compactor({
      ...parts,
      windowMs,
      now,
      settle: (beforeMs) => this.#settle(beforeMs),
      forgetter: this.#forgetter,
    });
  }

  /** What references in a batch have to belong to, see `WriteBatch`. Changes when series are forgotten. */
  get numbering(): object {
    return this.#commits.numbering;
  }

  /** Reads back what earlier stores wrote; part of opening. */
  async recover(): Promise<void> {
    const { onEvent, now } = this.#settings;
    for (const message of this.#kv.openWarnings) onEvent({ type: 'open_warning', message });
    const startMs = performance.now();
    this.#replayed = await recover({
      kv: this.#kv,
      writes: this.#writes,
      now,
      windowMs: this.#settings.windowMs,
      index: this.#index,
      groups: this.#groups,
      catalog: this.#catalog,
      metadata: this.#metadata,
      exemplars: this.#parts.exemplars,
      documents: this.documents,
      tails: this.tails,
      audit: this.audit,
      cardinality: this.#cardinality,
      heads: this.#heads,
      flush: () => this.#flusher.flush(this.#commits),
      onCorruption: (error) => this.#noteCorruption(error),
    });
    this.#commits.nextSeq = this.#replayed.nextSeq;
    await this.tails.begin(() => this.#commits.nextSeq);
    this.#cardinality.learnBelow(this.#index.end);
    const { records, samples } = this.#replayed;
    const durationMs = performance.now() - startMs;
    onEvent({ type: 'replayed', durationMs, records, samples, series: this.#index.count });
    this.#stopWindowTimer = repeat(() => this.#lookAtClock(), WINDOW_CHECK_MS);
    this.#compactor.start();
  }

  /**
   * Stores the samples, exemplars and metadata of a batch. Resolves when the promise of `durability` is kept.
   * Exemplars are kept of series that are known, if only by samples of the batch, and as old as samples may be; the same
   * again counts as kept and is there once. Samples of new series past a limit are refused in the verdicts with
   * `too_many_series`, `too_many_series_per_metric` or `too_many_series_per_key`, those of known series never; samples
   * older than raw retention with `sample_too_old`. Names, sizes and times are the caller's to check; times are safe
   * integers.
   *
   * @throws TinyObsError `store_busy` (nothing of the batch was stored, or of one larger than the heads at most
   * `details.storedSamplesMax` of its samples; appending it again is safe), `store_closed`, `store_full`,
   * `store_write_failed` (the batch may or may not be there when the store is opened again)
   */
  append(batch: WriteBatch, options?: AppendOptions): Promise<Verdicts> {
    if (this.#closed !== undefined) return Promise.reject(closedError());
    return this.#commits.append(batch, options);
  }

  /**
   * Tells a batch the references of those of its series that are known, by which `append` finds them without their
   * labels. Nothing is stored.
   */
  identify(batch: WriteBatch): void {
    const { seriesCount, seriesStarts, references } = batch;
    for (let series = 0; series < seriesCount; series++) {
      if (references[series] !== 0) continue;
      references[series] = this.#index.find(batch.arena, seriesStarts[series], seriesStarts[series + 1]) + 1;
    }
    batch.numbering ??= this.numbering;
  }

  /**
   * Resolves when everything appended before the call is in blocks.
   *
   * @throws TinyObsError `store_closed`, `store_full`, `store_write_failed`
   */
  async flush(): Promise<void> {
    if (this.#closed !== undefined) throw closedError();
    await this.#commits.drained();
    await this.#flusher.flush(this.#commits);
  }

  /**
   * Merges the runs of every window, and the windows of every day that is over, as far as there are several, and lets
   * go of exemplars past retention.
   * The store does the same by itself where it pays; this does all of it now. What is not in blocks yet is left
   * alone: call `flush` before.
   *
   * @throws TinyObsError `store_closed`, `store_full`, `store_write_failed`; `store_corrupt` when a run cannot be
   * read, after all others are merged
   */
  async compact(): Promise<void> {
    if (this.#closed !== undefined) throw closedError();
    await this.#tidyExemplars();
    await this.#compactor.run('all');
  }

  /**
   * Deletes what was acknowledged so far of the series that pass one of the matcher sets, within the range, and
   * returns how many series passed. It is gone from all later answers at once, and survives any crash; the space
   * returns with the next compaction of the runs, or with `cleanTombstones`. Later appends to the series live.
   *
   * @throws TinyObsError `store_closed`, `store_full`, `store_write_failed`, `store_busy` when too many deletions
   * wait to be carried out, `store_corrupt` when it is not known which exemplars there are
   */
  async deleteSeries(matcherSets: readonly (readonly Matcher[])[], range: TimeRange): Promise<number> {
    if (this.#closed !== undefined) throw closedError();
    const { now } = this.#settings;
    const context = { ...this.#parts, now, commits: this.#commits, flusher: this.#flusher };
    return deleteSeries(matcherSets, range, context, new QueryGuard(NEVER, NEVER));
  }

  /** Rewrites the runs that hold what was deleted, and forgets the deletions. @throws TinyObsError as `compact` */
  async cleanTombstones(): Promise<void> {
    if (this.#closed !== undefined) throw closedError();
    await this.#tidyExemplars();
    await this.#flusher.idle();
    await this.#compactor.run('clean');
  }

  /**
   * Changes limits and retention; what is left out has its default again. In force for the next append and the next
   * query; what is past retention now goes in the background.
   */
  reconfigure(options: ChangeableOptions): void {
    const before = this.#rules.current.retention.byMatchers;
    this.#rules.current = storeRules(options);
    if (!areSameRules(before, this.#rules.current.retention.byMatchers)) this.#parts.changes.noteRules();
    this.tails.follow();
    this.#compactor.wake();
    this.#lookAtClock();
  }

  /**
   * Ends running queries with `store_closed`, commits what waits, flushes and closes the database (S7).
   * Idempotent.
   *
   * @throws TinyObsError `store_full`, `store_write_failed` when the flush failed: what was acknowledged is
   * in the write-ahead records then.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  select(
    matchers: readonly Matcher[],
    range: TimeRange,
    hints: SelectHints,
    signal: AbortSignal,
  ): AsyncIterable<SeriesBatch> {
    return this.#querier.select(matchers, range, hints, signal);
  }

  /** All raw samples within the range of series that a read named, ascending; those forgotten since are left out. */
  selectSeries(ids: Uint32Array, range: TimeRange, signal: AbortSignal): AsyncIterable<SeriesBatch> {
    return this.#querier.selectSeries(ids, range, signal);
  }

  labels(id: SeriesId): Labels {
    return this.#querier.labels(id);
  }

  labelValue(id: SeriesId, name: string): string {
    return this.#querier.labelValue(id, name);
  }

  /** What is in blocks counts window by window: a series of a run that overlaps the range is present. */
  series(
    matcherSets: readonly (readonly Matcher[])[],
    range: TimeRange,
    limit: number,
    signal: AbortSignal,
  ): Promise<SeriesId[]> {
    return this.#querier.series(matcherSets, range, limit, signal);
  }

  /** Window by window, like `series`. */
  labelNames(
    matcherSets: readonly (readonly Matcher[])[],
    range: TimeRange,
    limit: number,
    signal: AbortSignal,
  ): Promise<string[]> {
    return this.#querier.labelNames(matcherSets, range, limit, signal);
  }

  /** Window by window, like `series`. */
  labelValues(
    name: string,
    matcherSets: readonly (readonly Matcher[])[],
    range: TimeRange,
    limit: number,
    signal: AbortSignal,
  ): Promise<string[]> {
    return this.#querier.labelValues(name, matcherSets, range, limit, signal);
  }

  metadata(metric: string | undefined, limit: number): Promise<MetricMetadata[]> {
    return this.#querier.metadata(metric, limit);
  }

  /**
   * The exemplars within the range of the series that pass one of the matcher sets, by series; at most `limit`, those
   * that came first.
   *
   * @throws TinyObsError `query_canceled` when the signal aborts, `query_execution`, `store_closed`, `store_corrupt`
   */
  exemplars(
    matcherSets: readonly (readonly Matcher[])[],
    range: TimeRange,
    limit: number,
    signal: AbortSignal,
  ): Promise<SeriesExemplars[]> {
    return this.#querier.exemplars(matcherSets, range, limit, signal);
  }

  /**
   * How many series there are, of which metrics and labels, and which grow: those that are indexed, whether or not
   * their samples were deleted since.
   *
   * @throws TinyObsError `query_canceled` when the signal aborts, `query_execution`, `store_closed`
   */
  census(options: CensusOptions, signal: AbortSignal): Promise<SeriesCensus> {
    return this.#querier.census(options, signal);
  }

  /** What takes room in blocks. @throws TinyObsError `query_canceled` when the signal aborts, `store_closed` */
  holdings(listed: number, signal: AbortSignal): Promise<StoreHoldings> {
    return this.#querier.holdings(listed, signal);
  }

  mark(): ChangeMark {
    return this.#parts.changes.mark();
  }

  changedSince(mark: ChangeMark, metrics: readonly string[] | undefined): TimeRange[] {
    return this.#parts.changes.changedSince(mark, metrics);
  }

  stats(): StoreStats {
    return readStats({
      ...this.#parts,
      settings: this.#settings,
      commits: this.#commits,
      flusher: this.#flusher,
      compactor: this.#compactor,
      forgetter: this.#forgetter,
      querier: this.#querier,
      corruptions: this.#corruptions,
      replayedSamples: this.#replayed.samples,
    });
  }

  async #close(): Promise<void> {
    this.#stopWindowTimer();
    const compacted = this.#compactor.close();
    this.#querier.close();
    this.#heads.ignoreReaders();
    await Promise.all([this.#commits.drained(), this.documents.close(), this.audit.close()]);
    try {
      if (!this.#writes.failure) await this.#flusher.flush(this.#commits);
    } finally {
      await this.#flusher.idle();
      await compacted;
      await this.tails.close();
      await this.#kv.close();
    }
  }

  /** Samples before are refused. */
  #minTimeMs(): number {
    const { rawMs = Number.POSITIVE_INFINITY } = this.#rules.current.retention;
    return Math.max(this.#settledMs, this.#catalog.rolledMs, this.#settings.now() - rawMs);
  }

  /** What is in a head is in no run that rollups could be made of; it is flushed when its window closes. */
  #settle(beforeMs: number): Promise<boolean> {
    return this.#commits.between(() => {
      this.#settledMs = Math.max(this.#settledMs, beforeMs);
      return this.#heads.minMs >= beforeMs;
    });
  }

  #afterCommit(): void {
    this.#heads.active.openedMs ??= this.#settings.now();
    if (this.#closed === undefined) this.#windowClock.look();
  }

  #lookAtClock(): void {
    if (this.#writes.failure || this.#closed !== undefined) return;
    this.#windowClock.look();
    this.#tidyExemplars().catch((error: unknown) => void this.#writes.fail(error));
  }

  /** Lets go of exemplars past their bounds and past retention. */
  async #tidyExemplars(): Promise<void> {
    const { index, expiry, exemplars } = this.#parts;
    if (exemplars.isEmpty) return;
    await this.#commits.between(async () => {
      const expired = await expiry.deletions(index.visible, new QueryGuard(NEVER, NEVER));
      const { rawMs } = this.#rules.current.retention;
      await exemplars.tidy(shownByRetention(expired, { rawMs, nowMs: this.#settings.now() }));
    });
  }

  #refuseWrites(error: TinyObsError): void {
    this.#commits.fail(error);
    this.#settings.onEvent({ type: 'write_failed', error });
  }

  #noteCorruption(error: TinyObsError): void {
    this.#corruptions++;
    this.#settings.onEvent({ type: 'corruption', error });
  }
}

/** A deletion that was asked for is carried through, so that it is not left open whether it was logged. */
const NEVER = new AbortController().signal;
