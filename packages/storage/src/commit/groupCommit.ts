import { encodeLabels, TinyObsError, type Verdicts, type WriteBatch } from '@tinyobs/model';
import { ByteWriter } from '../bytes/byteWriter.js';
import type { ChangeLog } from '../changes/changeLog.js';
import type { ExemplarLog } from '../exemplars/exemplarLog.js';
import type { IndexLimit } from '../forget/indexLimit.js';
import { ColumnBuffer } from '../head/head.js';
import type { Heads } from '../head/heads.js';
import type { Cardinality } from '../index/cardinality.js';
import type { Readers } from '../index/readers.js';
import type { SeriesGrowth } from '../index/seriesGrowth.js';
import type { SeriesIndex } from '../index/seriesIndex.js';
import { walKey } from '../kv/keys.js';
import type { KeyValueBatch, KeyValueStore } from '../kv/keyValueStore.js';
import { later } from '../kv/platform.js';
import { SEAL_BYTES, sealInPlace } from '../kv/seal.js';
import type { WriteGuard } from '../kv/writeGuard.js';
import { COMMIT_SAMPLES_MAX, PENDING_BYTES_MAX } from '../limits.js';
import type { MetadataStore } from '../metadata/metadataStore.js';
import type { StoreEventHandler } from '../storeEvent.js';
import type { Tails } from '../tail/tails.js';
import { writeSamplesRecord } from '../wal/walRecord.js';
import { NewSeriesBuffer } from './newSeriesBuffer.js';
import { type AppendOptions, PendingAppend, REFUSALS, REFUSED, sizeOf, UNRESOLVED } from './pendingAppend.js';

const FORGOTTEN = 'its series were forgotten meanwhile';

export interface GroupCommitContext {
  readonly kv: KeyValueStore;
  readonly writes: WriteGuard;
  readonly sync: boolean;
  readonly maxWaitMs: number;
  readonly now: () => number;
  /** Samples before this time are refused. */
  readonly minTimeMs: () => number;
  readonly index: SeriesIndex;
  readonly cardinality: Cardinality;
  readonly growth: SeriesGrowth;
  readonly readers: Readers;
  readonly limit: IndexLimit;
  readonly heads: Heads;
  readonly metadata: MetadataStore;
  readonly exemplars: ExemplarLog;
  readonly changes: ChangeLog;
  readonly tails: Tails;
  /** Seals the active head and begins its flush; called between two commits, when the other head is free. */
  readonly sealActive: () => void;
  /** A commit was kept. */
  readonly onCommitted: () => void;
  readonly onEvent: StoreEventHandler;
}

/**
 * Takes batches to the disk in groups: everything that arrived while the last write ran goes into the next
 * one. The only code that resolves series, appends to a head and numbers write-ahead records. Exemplars and metadata
 * of a batch go with the last of its samples.
 *
 * S1: a group is appended to the head's columns, its record made from the same columns, and shown to readers
 * once the write is kept. If the write fails the columns are cut back, the room that new series took of the limits
 * is given back, and everything later is refused. New series travel in the record that first names them.
 * S6: at most `PENDING_BYTES_MAX` of batches wait, none for longer than `maxWaitMs` without going on, and one
 * record holds at most `COMMIT_SAMPLES_MAX` samples. A batch is begun once the heads have room for all of it, so
 * that one that is turned away was not stored; only what needs more heads than there are can be stored in part.
 */
export class GroupCommit {
  /**
   * What the references of a batch must belong to: ids of this index, each plus 1. There is another one whenever
   * series were forgotten, so that nobody goes on with references to those; batches made before are taken.
   */
  numbering: object = {};
  readonly #numberings = new WeakSet([this.numbering]);
  /** Number of the next write-ahead record. */
  nextSeq = 0;
  samplesAppended = 0;
  samplesRefused = 0;
  commits = 0;
  readonly #context: GroupCommitContext;
  readonly #columns = new ColumnBuffer(COMMIT_SAMPLES_MAX);
  readonly #newSeries = new NewSeriesBuffer();
  readonly #record = new ByteWriter(64 * 1024);
  #queue: PendingAppend[] = [];
  #queuedBytes = 0;
  /** Ends when the rounds and turns begun so far have ended. */
  #turn: Promise<void> = Promise.resolve();
  #running = false;
  #isWatching = false;
  #minTimeMs = Number.NEGATIVE_INFINITY;
  #rounds: Promise<void> = Promise.resolve();

  constructor(context: GroupCommitContext) {
    this.#context = context;
  }

  /** Bytes of batches that wait for their commit. */
  get pendingBytes(): number {
    return this.#queuedBytes;
  }

  /** How long the batch that waits longest has not gone on, ms; 0 when none waits. */
  get pendingMs(): number {
    return this.#queue.length === 0 ? 0 : performance.now() - this.#firstMovedMs;
  }

  /** @throws TinyObsError `store_busy`, `store_full`, `store_write_failed` */
  append(batch: WriteBatch, { quota, isExempt = false }: AppendOptions = {}): Promise<Verdicts> {
    const { index, cardinality, writes } = this.#context;
    const { failure } = writes;
    if (failure) return Promise.reject(failure);
    if (batch.numbering !== undefined && !this.#numberings.has(batch.numbering)) {
      return Promise.reject(busy('the store was opened again meanwhile'));
    }
    if (!this.#remembersSeries(batch)) return Promise.reject(busy(FORGOTTEN));
    batch.numbering = this.numbering;
    const sizeBytes = sizeOf(batch);
    if (this.#queuedBytes > 0 && this.#queuedBytes + sizeBytes > PENDING_BYTES_MAX) {
      return Promise.reject(busy('too many samples are waiting to be written'));
    }
    const { releases } = index;
    const pending = new PendingAppend(batch, { releases, quota: cardinality.numberOf(quota), isExempt });
    this.#readUntilSettled(pending);
    this.#queue.push(pending);
    this.#queuedBytes += pending.sizeBytes;
    this.#watchQueue();
    if (!this.#running) {
      this.#running = true;
      this.#rounds = this.#runRounds();
    }
    return pending.verdicts;
  }

  /** Gives references another numbering; see there. */
  renumber(): void {
    this.numbering = {};
    this.#numberings.add(this.numbering);
  }

  /** Runs `action` between two commits. */
  between<T>(action: () => T | Promise<T>): Promise<T> {
    const result = this.#turn.then(action);
    this.#turn = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }

  /** Resolves when everything appended before the call is committed or refused, whatever comes meanwhile. */
  async drained(): Promise<void> {
    const waiting = this.#queue.map(({ verdicts }) => verdicts);
    await Promise.race([Promise.allSettled(waiting), this.#rounds]);
    await this.#turn;
  }

  /** Refuses everything that waits, after a failed write. */
  fail(error: TinyObsError): void {
    const queue = this.#queue;
    this.#queue = [];
    this.#queuedBytes = 0;
    for (const pending of queue) pending.reject(error);
    this.#context.heads.wake();
  }

  /** Whether the store can tell what the references of a batch stand for that has no labels beside them. */
  #remembersSeries(batch: WriteBatch): boolean {
    const { index } = this.#context;
    if (index.releases === 0) return true;
    for (let series = 0; series < batch.seriesCount; series++) {
      if (batch.isByReference(series) && !index.remembers(batch.references[series] - 1)) return false;
    }
    return true;
  }

  /** What stands behind references to series that are forgotten from now on has to be known until the batch is taken. */
  #readUntilSettled({ verdicts }: PendingAppend): void {
    const { readers } = this.#context;
    const reading = readers.enter();
    const leave = () => readers.leave(reading);
    verdicts.then(leave, leave);
  }

  async #runRounds(): Promise<void> {
    while (this.#queue.length > 0) await this.between(() => this.#round());
    this.#running = false;
  }

  /** One group commit, or what has to come before it. */
  async #round(): Promise<void> {
    const { heads, sealActive } = this.#context;
    const batch = this.#context.kv.batch();
    const finished = this.#gather(batch);
    this.#context.exemplars.putStaged(batch);
    const gathered = this.#columns.count > 0 || this.#newSeries.count > 0 || batch.sizeBytes > 0;
    if (gathered) await this.#write(batch, finished);
    else if (finished.length > 0) this.#settle(finished);
    else if (this.#queue.length === 0) return;
    else if (heads.canSeal) sealActive();
    else await heads.changed();
  }

  /** Fills the columns from the queue; returns the batches that are taken wholly. */
  #gather(batch: KeyValueBatch): PendingAppend[] {
    const { cardinality, metadata, now, index } = this.#context;
    this.#columns.count = 0;
    this.#minTimeMs = this.#context.minTimeMs();
    this.#newSeries.reset(index.end);
    cardinality.begin(now());
    this.#turnAwayUntold();
    const finished: PendingAppend[] = [];
    for (const pending of this.#queue) {
      pending.renew(index.retirements);
      if (!pending.isStarted && !this.#hasRoomFor(pending)) break;
      const isWhole = this.#take(pending);
      pending.movedMs = performance.now();
      if (!isWhole || !this.#takeExemplars(pending)) break;
      if (!pending.metadataTaken) metadata.stage(pending.batch.metadata, batch);
      pending.metadataTaken = true;
      finished.push(pending);
    }
    this.#queue.splice(0, finished.length);
    return finished;
  }

  /** Whether the heads can take all samples of a batch, or are as empty as they get. */
  #hasRoomFor({ batch }: PendingAppend): boolean {
    const { active, canSeal } = this.#context.heads;
    const room = active.room - this.#columns.count + (canSeal ? active.samplesMax : 0);
    return room >= Math.min(batch.sampleCount, 2 * active.samplesMax);
  }

  /** Moves samples of a batch into the columns; false when it has more than fit now. */
  #take(pending: PendingAppend): boolean {
    const { changes, index } = this.#context;
    const head = this.#context.heads.active;
    const columns = this.#columns;
    const { sampleSeries, times, valueWords, sampleCount } = pending.batch;
    const countMax = Math.min(COMMIT_SAMPLES_MAX, head.room);
    for (; pending.position < sampleCount; pending.position++) {
      const sample = pending.sampleAt(pending.position);
      if (times[sample] < this.#minTimeMs) {
        pending.refuse(sample, 'sample_too_old');
        continue;
      }
      const series = sampleSeries[sample];
      let id = pending.ids[series];
      if (id === UNRESOLVED) {
        if (columns.count === countMax || this.#newSeries.isFull) return false;
        id = pending.ids[series] = this.#resolve(pending, series);
      }
      if (id < 0) {
        pending.refuse(sample, REFUSALS.get(id)!);
        continue;
      }
      if (columns.count === countMax || !head.admits(times[sample])) return false;
      const at = columns.count++;
      changes.stage(index.metricOf(id), times[sample]);
      columns.ids[at] = id;
      columns.times[at] = times[sample];
      columns.words[2 * at] = valueWords[2 * sample];
      columns.words[2 * at + 1] = valueWords[2 * sample + 1];
    }
    return true;
  }

  /**
   * Stages the exemplars of a batch whose samples are taken; false when it has more than fit now. Those of unknown or
   * refused series, and those from before what samples may be, are left out.
   */
  #takeExemplars(pending: PendingAppend): boolean {
    const { exemplars } = this.#context;
    const { length } = pending.batch.exemplars;
    for (; pending.exemplarPosition < length; pending.exemplarPosition++) {
      if (exemplars.isFull) return false;
      const exemplar = pending.batch.exemplars[pending.exemplarPosition];
      if (exemplar.timeMs < this.#minTimeMs) continue;
      const id = this.#findSeries(pending, exemplar.series);
      if (id >= 0 && exemplars.stage(id, exemplar)) pending.exemplarsKept++;
    }
    return true;
  }

  /** The id of a series of the batch, negative where there is none. */
  #findSeries({ batch, ids }: PendingAppend, series: number): number {
    const { index } = this.#context;
    const known = batch.references[series] - 1;
    if (ids[series] !== UNRESOLVED) return ids[series];
    if (known >= 0 && index.rows.has(known)) return known;
    if (!batch.isByReference(series)) {
      return index.find(batch.arena, batch.seriesStarts[series], batch.seriesStarts[series + 1]);
    }
    const labels = encodeLabels(index.labels(known));
    return index.find(labels, 0, labels.length);
  }

  /** The id of a series of the batch; a new one is added, or refused by a limit (then a key of `REFUSALS`). */
  #resolve(pending: PendingAppend, series: number): number {
    const { index, cardinality } = this.#context;
    const { batch, quota } = pending;
    const known = batch.references[series] - 1;
    if (known >= 0 && index.rows.has(known)) {
      cardinality.touch(known, index.metricOf(known), quota);
      return known;
    }
    let id: number;
    if (batch.isByReference(series)) {
      // Forgotten since the batch was made, or since it was named last: it is a new series.
      const labels = encodeLabels(index.labels(known));
      id = this.#identify(labels, 0, labels.length, pending);
    } else {
      id = this.#identify(batch.arena, batch.seriesStarts[series], batch.seriesStarts[series + 1], pending);
    }
    if (id >= 0) batch.references[series] = id + 1;
    return id;
  }

  /** The id of the series with these canonical label bytes, or a refusal, as in `#resolve`. */
  #identify(bytes: Uint8Array, start: number, end: number, { quota, isExempt }: PendingAppend): number {
    const { index, cardinality, limit } = this.#context;
    let id = index.find(bytes, start, end);
    if (id < 0) {
      if (!isExempt) {
        const refusal = cardinality.refusal(index.metricIn(bytes, start, end), quota);
        if (refusal) return REFUSED[refusal];
        if (limit.isFull) return REFUSED.too_many_series;
      }
      id = index.add(bytes, start, end);
      this.#newSeries.add(bytes, start, end);
    }
    cardinality.touch(id, index.metricOf(id), quota);
    return id;
  }

  async #write(batch: KeyValueBatch, finished: readonly PendingAppend[]): Promise<void> {
    const { heads, index, cardinality, metadata, exemplars, changes, tails, writes, sync, onEvent } =
      this.#context;
    const head = heads.active;
    head.append(this.#columns);
    const hasRecord = this.#columns.count > 0 || this.#newSeries.count > 0;
    if (hasRecord) this.#putRecord(batch);
    const { sizeBytes } = batch;
    const startMs = performance.now();
    try {
      await writes.write(batch, { sync });
    } catch (error) {
      head.cutBack(this.#columns);
      cardinality.discard();
      changes.discard();
      exemplars.discard();
      for (const pending of finished) pending.reject(error);
      return;
    }
    if (hasRecord) {
      tails.noteRecord(this.nextSeq, this.#record.length);
      head.commit(this.nextSeq++);
    }
    index.visible = index.end;
    cardinality.commit();
    this.#noteGrowth();
    changes.commit();
    metadata.commit();
    exemplars.commit();
    this.commits++;
    this.samplesAppended += this.#columns.count;
    this.#settle(finished);
    onEvent({
      type: 'synced',
      durationMs: performance.now() - startMs,
      samples: this.#columns.count,
      newSeries: this.#newSeries.count,
      sizeBytes,
    });
    this.#context.onCommitted();
  }

  #noteGrowth(): void {
    const { growth, index, now } = this.#context;
    const { firstId, count } = this.#newSeries;
    growth.advance(now());
    for (let i = 0; i < count; i++) growth.note(index.metricOf(firstId + i));
  }

  #putRecord(batch: KeyValueBatch): void {
    this.#record.reset();
    writeSamplesRecord(
      {
        commitMs: this.#context.now(),
        newSeries: this.#newSeries,
        ids: this.#columns.ids,
        times: this.#columns.times,
        words: this.#columns.words,
        count: this.#columns.count,
      },
      this.#record,
    );
    this.#record.room(SEAL_BYTES);
    const key = walKey(this.nextSeq);
    const value = this.#record.written();
    sealInPlace(key, value);
    batch.put(key, value);
  }

  #settle(finished: readonly PendingAppend[]): void {
    for (const pending of finished) {
      this.#queuedBytes -= pending.sizeBytes;
      this.samplesRefused += pending.refusedCount;
      pending.accept();
    }
  }

  /** Looks again when the batch that waits longest has waited too long, whatever it waits for. */
  #watchQueue(): void {
    if (this.#queue.length === 0 || this.#isWatching) return;
    const look = (): void => {
      this.#isWatching = false;
      this.#turnAway();
      this.#watchQueue();
    };
    const waitMs = Math.ceil(this.#firstMovedMs + this.#context.maxWaitMs - performance.now());
    this.#isWatching = true;
    later(look, Math.max(0, waitMs));
  }

  /** When the batch that waits longest went on last; infinite when none waits. */
  get #firstMovedMs(): number {
    return this.#queue.reduce((first, { movedMs }) => Math.min(first, movedMs), Number.POSITIVE_INFINITY);
  }

  /** Turns away batches that have waited too long, for a head or behind a slow write. */
  #turnAway(): void {
    const { heads, maxWaitMs } = this.#context;
    const latestMs = performance.now() - maxWaitMs;
    this.#queue = this.#queue.filter((pending) => {
      if (pending.movedMs > latestMs) return true;
      this.#refuse(pending, 'the store is still writing earlier samples');
      return false;
    });
    heads.wake();
  }

  /**
   * Turns away batches with references to series that were forgotten before they came, and that nobody can tell any
   * more by now.
   */
  #turnAwayUntold(): void {
    const { releases } = this.#context.index;
    this.#queue = this.#queue.filter((pending) => {
      if (pending.checkedReleases === releases) return true;
      pending.checkedReleases = releases;
      if (this.#remembersSeries(pending.batch)) return true;
      this.#refuse(pending, FORGOTTEN);
      return false;
    });
  }

  #refuse(pending: PendingAppend, reason: string): void {
    this.#queuedBytes -= pending.sizeBytes;
    pending.reject(pending.isStarted ? busyInPart(pending, reason) : busy(reason));
  }
}

function busy(reason: string): TinyObsError {
  return new TinyObsError('store_busy', `${reason}: send again later`);
}

function busyInPart({ position, batch }: PendingAppend, reason: string): TinyObsError {
  return new TinyObsError(
    'store_busy',
    `${reason}, and up to ${position} of these ${batch.sampleCount}, which are more than it takes at once: send all again later, none is stored twice`,
    { details: { storedSamplesMax: position } },
  );
}
