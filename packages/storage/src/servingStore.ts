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
import type { AuditStore } from './audit/auditStore.js';
import type { AppendOptions } from './commit/pendingAppend.js';
import type { DocumentStore } from './documents/documentStore.js';
import type { SeriesExemplars } from './exemplars/findExemplars.js';
import { freeDiskBytes, repeat } from './kv/platform.js';
import { DISK_CHECK_MS, DRAIN_MS_MAX, HELD_SPARE_BYTES, REOPEN_FREE_BYTES_MIN } from './limits.js';
import type { CensusOptions, SeriesCensus } from './query/seriesCensus.js';
import type { StoreHoldings } from './query/storeHoldings.js';
import { ServingAudit, ServingDocuments, ServingTails } from './servingRecords.js';
import { openStore as openSession, type Store } from './store.js';
import type { StoreEvent, StoreEventHandler } from './storeEvent.js';
import { type ChangeableOptions, type StoreOptions, storeSettings } from './storeOptions.js';
import type { StoreStats } from './storeStats.js';
import type { TailStore } from './tail/tailStore.js';

/** Why writes are refused, and since when. */
export interface WriteRefusal {
  /** `store_full` or `store_write_failed`. */
  readonly error: TinyObsError;
  readonly sinceMs: number;
}

/**
 * Opens a store that stays in service over write failures and a full disk.
 *
 * @throws TinyObsError `config_invalid`, `store_locked`, `store_unreadable`, `store_version`, `store_corrupt`,
 * `store_full`, `store_write_failed`
 */
export async function openServingStore(options: StoreOptions): Promise<ServingStore> {
  const store = new ServingStore(options);
  await store.open();
  return store;
}

/**
 * A store over the sessions of one data folder: while one lasts, everything is the session's.
 *
 * S5: after a write error writes are refused on the old handle, which goes on serving reads. Once there is room
 * for LevelDB to start again, running reads are drained, the database is closed and opened again, and only then
 * is the next write taken. If opening fails, refusal stays and opening is tried again.
 */
export class ServingStore implements Queryable, ChangeTracker {
  readonly documents: DocumentStore;
  readonly audit: AuditStore;
  readonly tails: TailStore;
  #options: StoreOptions;
  #minFreeBytes: number;
  readonly #onEvent: StoreEventHandler;
  #session!: Store;
  readonly #now: () => number;
  /** Why writes are refused since one failed; undefined while they are taken. */
  #failure: WriteRefusal | undefined;
  /** Why writes are refused although none has failed: the disk is nearly full. */
  #shortage: WriteRefusal | undefined;
  #freeDiskBytes: number | undefined;
  #reopening: Promise<void> | undefined;
  #isChecking = false;
  #stopTimer: () => void = () => undefined;
  #closed: Promise<void> | undefined;

  /** Not for callers: use `openServingStore`. */
  constructor(options: StoreOptions) {
    const settings = storeSettings(options);
    this.#minFreeBytes = settings.minFreeBytes;
    this.#now = settings.now;
    this.#onEvent = settings.onEvent;
    this.#options = { ...options, onEvent: (event) => this.#observe(event) };
    const sessions = { forReads: () => this.#forReads(), forWrites: () => this.#forWrites() };
    this.documents = new ServingDocuments(sessions);
    this.audit = new ServingAudit(sessions);
    this.tails = new ServingTails(sessions, () => this.#session);
  }

  /** Opens the first session and begins to watch the disk; part of opening. */
  async open(): Promise<void> {
    this.#session = await openSession(this.#options);
    if (this.#options.dataDir === undefined) return;
    await this.#checkDisk();
    this.#stopTimer = repeat(() => void this.#checkDisk(), DISK_CHECK_MS);
  }

  /** What references in a batch have to belong to: each session numbers for itself, anew when series are forgotten. */
  get numbering(): object {
    return this.#session.numbering;
  }

  /** See `Store.append`; `store_full` and `store_write_failed` also while the disk is not fit for writing. */
  append(batch: WriteBatch, options?: AppendOptions): Promise<Verdicts> {
    const { refusal } = this;
    return refusal ? Promise.reject(refusal.error) : this.#session.append(batch, options);
  }

  /** See `Store.identify`: the references hold for an `append` in the same tick. */
  identify(batch: WriteBatch): void {
    this.#session.identify(batch);
  }

  /** Undefined while writes are taken. */
  get refusal(): WriteRefusal | undefined {
    return this.#failure ?? this.#shortage;
  }

  /** Free space on the disk of the data folder, when it was last looked at; undefined where there is no folder. */
  get freeDiskBytes(): number | undefined {
    return this.#freeDiskBytes;
  }

  async *select(
    matchers: readonly Matcher[],
    range: TimeRange,
    hints: SelectHints,
    signal: AbortSignal,
  ): AsyncGenerator<SeriesBatch, void, undefined> {
    await this.#reopening;
    yield* this.#session.select(matchers, range, hints, signal);
  }

  /** See `Store.selectSeries`. */
  async *selectSeries(
    ids: Uint32Array,
    range: TimeRange,
    signal: AbortSignal,
  ): AsyncGenerator<SeriesBatch, void, undefined> {
    await this.#reopening;
    yield* this.#session.selectSeries(ids, range, signal);
  }

  /** Ids are those of the data folder: a session that was opened again knows them by the same numbers. */
  labels(id: SeriesId): Labels {
    return this.#session.labels(id);
  }

  labelValue(id: SeriesId, name: string): string {
    return this.#session.labelValue(id, name);
  }

  async series(
    matcherSets: readonly (readonly Matcher[])[],
    range: TimeRange,
    limit: number,
    signal: AbortSignal,
  ): Promise<SeriesId[]> {
    await this.#reopening;
    return this.#session.series(matcherSets, range, limit, signal);
  }

  async labelNames(
    matcherSets: readonly (readonly Matcher[])[],
    range: TimeRange,
    limit: number,
    signal: AbortSignal,
  ): Promise<string[]> {
    await this.#reopening;
    return this.#session.labelNames(matcherSets, range, limit, signal);
  }

  async labelValues(
    name: string,
    matcherSets: readonly (readonly Matcher[])[],
    range: TimeRange,
    limit: number,
    signal: AbortSignal,
  ): Promise<string[]> {
    await this.#reopening;
    return this.#session.labelValues(name, matcherSets, range, limit, signal);
  }

  async metadata(metric: string | undefined, limit: number): Promise<MetricMetadata[]> {
    await this.#reopening;
    return this.#session.metadata(metric, limit);
  }

  /** See `Store.exemplars`. */
  async exemplars(
    matcherSets: readonly (readonly Matcher[])[],
    range: TimeRange,
    limit: number,
    signal: AbortSignal,
  ): Promise<SeriesExemplars[]> {
    await this.#reopening;
    return this.#session.exemplars(matcherSets, range, limit, signal);
  }

  /** See `Store.census`; new series are counted since the session was opened. */
  async census(options: CensusOptions, signal: AbortSignal): Promise<SeriesCensus> {
    await this.#reopening;
    return this.#session.census(options, signal);
  }

  /** See `Store.holdings`. */
  async holdings(listed: number, signal: AbortSignal): Promise<StoreHoldings> {
    await this.#reopening;
    return this.#session.holdings(listed, signal);
  }

  mark(): ChangeMark {
    return this.#session.mark();
  }

  /** Each session knows of its own changes only: everything may have changed since the marks of an earlier one. */
  changedSince(mark: ChangeMark, metrics: readonly string[] | undefined): TimeRange[] {
    return this.#session.changedSince(mark, metrics);
  }

  flush(): Promise<void> {
    return this.#session.flush();
  }

  /** See `Store.compact`. */
  compact(): Promise<void> {
    return this.#session.compact();
  }

  /** See `Store.deleteSeries`. */
  deleteSeries(matcherSets: readonly (readonly Matcher[])[], range: TimeRange): Promise<number> {
    return this.#session.deleteSeries(matcherSets, range);
  }

  /** See `Store.cleanTombstones`. */
  cleanTombstones(): Promise<void> {
    return this.#session.cleanTombstones();
  }

  /** See `Store.reconfigure`; `minFreeBytes` is in force with the look at the disk that this begins. */
  reconfigure({ limits, retention, minFreeBytes, exemplarsMax, tails }: ChangeableOptions): void {
    this.#options = { ...this.#options, limits, retention, minFreeBytes, exemplarsMax, tails };
    this.#minFreeBytes = storeSettings(this.#options).minFreeBytes;
    this.#session.reconfigure(this.#options);
    if (this.#options.dataDir !== undefined) void this.#checkDisk();
  }

  stats(): StoreStats {
    const { refusal } = this;
    if (refusal === undefined) return this.#session.stats();
    const writeFailure = refusal.error.code === 'store_full' ? 'store_full' : 'store_write_failed';
    return { ...this.#session.stats(), writeFailure };
  }

  /** See `Store.close`. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#stopTimer();
    await this.#reopening;
    await this.#session.close();
  }

  async #forReads(): Promise<Store> {
    await this.#reopening;
    return this.#session;
  }

  /** @throws TinyObsError `store_full`, `store_write_failed` */
  #forWrites(): Store {
    if (this.refusal) throw this.refusal.error;
    return this.#session;
  }

  #observe(event: StoreEvent): void {
    if (event.type === 'write_failed') this.#failure = { error: event.error, sinceMs: this.#now() };
    this.#onEvent(event);
  }

  /** Looks at the disk once in a while: is it too full to go on, or fit again after a failure? */
  async #checkDisk(): Promise<void> {
    if (this.#isChecking || this.#closed !== undefined) return;
    this.#isChecking = true;
    try {
      const freeBytes = await freeDiskBytes(this.#options.dataDir!);
      this.#freeDiskBytes = freeBytes;
      // Closing may have begun meanwhile: what it closed must not be opened again.
      if (this.#closed !== undefined) return;
      this.#noteShortage(freeBytes);
      this.#session.tails.limitGrowth(freeBytes - this.#minFreeBytes - HELD_SPARE_BYTES);
      const isFit = freeBytes >= Math.max(REOPEN_FREE_BYTES_MIN, this.#minFreeBytes);
      if (this.#failure && isFit) await this.#reopen();
    } catch (cause) {
      this.#noteUnreachable(cause);
    } finally {
      this.#isChecking = false;
    }
  }

  /** The folder is away: nothing can be written, and the next look may find it again. */
  #noteUnreachable(cause: unknown): void {
    if (this.#shortage) return;
    const reason = `the data folder cannot be reached: ${String(cause)}`;
    const error = new TinyObsError('store_write_failed', reason, { cause });
    this.#shortage = { error, sinceMs: this.#now() };
    this.#onEvent({ type: 'write_failed', error });
  }

  #noteShortage(freeBytes: number): void {
    const isShort = freeBytes < this.#minFreeBytes;
    if (isShort && !this.#shortage) this.#onEvent({ type: 'disk_low', freeBytes });
    if (!isShort && this.#shortage) this.#onEvent({ type: 'disk_recovered', freeBytes });
    this.#shortage = isShort
      ? { error: this.#shortageOf(freeBytes), sinceMs: this.#shortage?.sinceMs ?? this.#now() }
      : undefined;
  }

  #shortageOf(freeBytes: number): TinyObsError {
    return new TinyObsError(
      'store_full',
      `only ${freeBytes} bytes are free on the disk of the data folder; make room for ${this.#minFreeBytes}, and writing goes on by itself`,
      { details: { freeBytes, minFreeBytes: this.#minFreeBytes } },
    );
  }

  #reopen(): Promise<void> {
    const started = performance.now();
    const reopening = this.#openAgain().then(
      () => this.#onEvent({ type: 'reopened', durationMs: performance.now() - started }),
      (error: unknown) => this.#onEvent({ type: 'reopen_failed', error: asStoreError(error) }),
    );
    this.#reopening = reopening.finally(() => {
      this.#reopening = undefined;
    });
    return this.#reopening;
  }

  /** Reads that begin now wait for the new session; those that run get a while to end. */
  async #openAgain(): Promise<void> {
    const deadlineMs = performance.now() + DRAIN_MS_MAX;
    while (this.#session.stats().queriesRunning > 0 && performance.now() < deadlineMs) await nextTurn();
    await this.#session.close();
    this.#session = await openSession(this.#options);
    // They may have changed while it was opened.
    this.#session.reconfigure(this.#options);
    this.#failure = undefined;
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10));
}

function asStoreError(error: unknown): TinyObsError {
  if (error instanceof TinyObsError) return error;
  return new TinyObsError('store_write_failed', `the store cannot be opened again: ${String(error)}`, {
    cause: error,
  });
}
