import { type Exemplar, type TimeRange, type TinyObsError, writeLabels } from '@tinyobs/model';
import { ByteWriter } from '../bytes/byteWriter.js';
import {
  EXEMPLAR_ENDS_KEY,
  exemplarKey,
  exemplarRange,
  exemplarRangeBefore,
  parseExemplarSeq,
} from '../kv/keys.js';
import type { KeyValueBatch, KeyValueStore } from '../kv/keyValueStore.js';
import { decodeLogEnds, type LogEnds, NO_ENTRIES, putLogEnds } from '../kv/logEnds.js';
import { corrupt, readSealed, SEAL_BYTES, sealInPlace } from '../kv/seal.js';
import type { WriteGuard } from '../kv/writeGuard.js';
import { COMMIT_EXEMPLARS_MAX, EXEMPLAR_ENTRY_MAX, EXEMPLAR_ENTRY_SHARE } from '../limits.js';
import type { LiveRules } from '../storeOptions.js';
import { ExemplarColumns, type ExemplarView } from './exemplarColumns.js';
import { addToEntry, beginEntry, decodeEntry } from './exemplarRecord.js';

const ENTRIES_PER_READ = 256;
/** Bytes that a UTF-16 unit takes in UTF-8 at most, and a length before a text. */
const UNIT_BYTES_MAX = 3;
const LENGTH_BYTES_MAX = 5;
/** Part of all exemplars that may be on the disk, hidden by retention, among others that are shown. */
const HIDDEN_SHARE_MAX = 1 / 8;

export interface ExemplarLogContext {
  readonly kv: KeyValueStore;
  readonly writes: WriteGuard;
  readonly sync: boolean;
  readonly rules: LiveRules;
  readonly exemplarBytesMax: number;
  readonly onCorruption: (error: TinyObsError) => void;
}

/** Whether the exemplars of a series at a time pass. */
export type ExemplarFilter = (series: number, timeMs: number) => boolean;

/**
 * The exemplars of a store: all in memory, each written in the group commit that brings it. Everything that changes
 * them is called between two commits, or by one.
 *
 * S1: those of a commit stand behind all others, and are not shown, until their batch is kept. S4: their entries are numbered without gaps,
 * from and to what a record says that is written with each change. S6: when there are more, or larger ones, than may
 * be, the oldest entries go.
 */
export class ExemplarLog {
  /** Exemplars that went because others came, since the store was opened. */
  evicted = 0;
  readonly #context: ExemplarLogContext;
  readonly #columns = new ExemplarColumns();
  readonly #record = new ByteWriter();
  #labels = new Uint8Array(512);
  /** As the disk has them. */
  #ends: LogEnds = NO_ENTRIES;
  /** As they are once the batch that is being written is kept. */
  #nextEnds: LogEnds | undefined;
  /** Exemplars at the end that are not on the disk yet. */
  #staged = 0;
  /** Place of the first exemplar that stays when the batch that is being written is kept. */
  #kept = 0;
  /** Whether there may be dead entries on the disk. */
  #hasDead = false;
  /** Why it is not known which entries there must be. */
  #damage: TinyObsError | undefined;

  constructor(context: ExemplarLogContext) {
    this.#context = context;
  }

  get count(): number {
    return this.#columns.count - this.#staged;
  }

  /** Memory that exemplars take, about. */
  get sizeBytes(): number {
    return this.#columns.sizeBytes;
  }

  /** Whether there is nothing that could be tidied. */
  get isEmpty(): boolean {
    return this.#columns.count === 0 && this.#ends.low === this.#ends.next && !this.#hasDead;
  }

  /** Whether no more are staged for this commit. */
  get isFull(): boolean {
    return this.#staged >= COMMIT_EXEMPLARS_MAX;
  }

  /** Whether any exemplar is of the series, which is not forgotten then. */
  holds(series: number): boolean {
    return this.#columns.holds(series);
  }

  /** Ids of the series that exemplars are of. */
  seriesHeld(): Iterable<number> {
    return this.#columns.seriesHeld();
  }

  /**
   * Reads and checks everything; damage is reported. Part of opening.
   *
   * @throws TinyObsError `store_version`
   */
  async load(): Promise<void> {
    const { kv, onCorruption } = this.#context;
    const reading = readSealed(EXEMPLAR_ENDS_KEY, await kv.get(EXEMPLAR_ENDS_KEY), decodeLogEnds);
    if (reading.problem === undefined) {
      this.#ends = reading.value;
      const behind = await this.#loadEntries(this.#ends);
      if (behind > this.#ends.next) this.#damage = badEnds('is of an earlier time');
    } else {
      this.#damage = badEnds(reading.problem);
      // Not shown; but their series must not be forgotten before they are repaired.
      await this.#loadEntries(undefined);
    }
    if (this.#damage) onCorruption(this.#damage);
    this.#hasDead = this.#ends.low > NO_ENTRIES.low;
  }

  /**
   * Adds an exemplar of a series to those of the commit; false where none are kept. One that is there already is as
   * good as added.
   */
  stage(series: number, { labels, timeMs, value }: Exemplar): boolean {
    if (this.#damage || this.#context.rules.current.exemplarsMax === 0) return false;
    let sizeMax = 0;
    for (const text of labels.flat) sizeMax += LENGTH_BYTES_MAX + UNIT_BYTES_MAX * text.length;
    if (sizeMax > this.#labels.length) this.#labels = new Uint8Array(2 * sizeMax);
    const bytes = this.#labels.subarray(0, writeLabels(labels, this.#labels, 0));
    if (this.#columns.add({ series, timeMs, value, labels: bytes })) this.#staged++;
    return true;
  }

  /** Adds what was staged to the batch of the commit. */
  putStaged(batch: KeyValueBatch): void {
    const columns = this.#columns;
    if (this.#staged === 0) return;
    const next = this.#putEntries(batch, columns.end - this.#staged, (place, entry) => {
      columns.entries[place] = entry;
    });
    this.#kept = this.#startFor(columns.end);
    const low = this.#kept < columns.end ? columns.entries[this.#kept] : next;
    this.#putEnds(batch, { low, next });
  }

  /** What was staged is on the disk: it is shown from now on. */
  commit(): void {
    if (this.#staged === 0) return;
    this.evicted += this.#kept - this.#columns.start;
    this.#columns.dropTo(this.#kept);
    this.#staged = 0;
    this.#applyEnds();
  }

  /** Nothing of what was staged is there. */
  discard(): void {
    this.#columns.cutTo(this.#columns.end - this.#staged);
    this.#staged = 0;
  }

  /**
   * Adds the removal of the exemplars of some series and times to a batch; call what is returned when it is kept, then
   * `removeDead`.
   *
   * @throws TinyObsError `store_corrupt` when it is not known which exemplars there must be
   */
  delete(batch: KeyValueBatch, series: ReadonlySet<number>, { minMs, maxMs }: TimeRange): () => void {
    if (this.#damage) throw this.#damage;
    const isKept = (id: number, timeMs: number) => !series.has(id) || timeMs < minMs || timeMs > maxMs;
    return this.#rewrite(batch, isKept);
  }

  /**
   * Lets go of what is past the bounds, and of what answers leave out: the oldest entries, or where more than an
   * eighth of all stand behind others, all of it.
   *
   * @throws TinyObsError `store_full`, `store_write_failed`
   */
  async tidy(isShown: ExemplarFilter): Promise<void> {
    if (this.#damage) return;
    const { kv, writes, sync } = this.#context;
    const batch = kv.batch();
    const apply = this.#putTidied(batch, isShown);
    if (batch.sizeBytes > 0) {
      await writes.write(batch, { sync });
      apply();
    }
    await this.removeDead();
  }

  /**
   * Removes entries that do not count any more.
   *
   * @throws TinyObsError `store_full`, `store_write_failed`
   */
  async removeDead(): Promise<void> {
    if (!this.#hasDead) return;
    const { kv, writes } = this.#context;
    this.#hasDead = false;
    await writes.clear(kv, exemplarRangeBefore(this.#ends.low));
  }

  /**
   * Those that are on the disk now, in the order they came.
   *
   * @throws TinyObsError `store_corrupt` when it is not known which there must be
   */
  view(): ExemplarView {
    if (this.#damage) throw this.#damage;
    return this.#columns.viewUpTo(this.#columns.end - this.#staged);
  }

  #putTidied(batch: KeyValueBatch, isShown: ExemplarFilter): () => void {
    const columns = this.#columns;
    const { series, times, end } = columns;
    let start = columns.start;
    while (start < end && !isShown(series[start], times[start])) start++;
    let hidden = 0;
    for (let place = start; place < end; place++) if (!isShown(series[place], times[place])) hidden++;
    if (hidden > columns.count * HIDDEN_SHARE_MAX) return this.#rewrite(batch, isShown);
    const kept = Math.max(this.#firstOfEntry(start), this.#startFor(end));
    const low = kept < end ? columns.entries[kept] : this.#ends.next;
    if (low === this.#ends.low) return () => undefined;
    this.#putEnds(batch, { low, next: this.#ends.next });
    return () => {
      this.evicted += Math.max(0, kept - start);
      columns.dropTo(kept);
      this.#applyEnds();
    };
  }

  /** Writes all that pass into new entries, where any does not. */
  #rewrite(batch: KeyValueBatch, isKept: ExemplarFilter): () => void {
    const columns = this.#columns;
    const { series, times, start, end } = columns;
    let isWhole = true;
    for (let place = start; place < end; place++) if (!isKept(series[place], times[place])) isWhole = false;
    if (isWhole) return () => undefined;
    const low = this.#ends.next;
    /** The new entry of each place, 0 for none. */
    const entries = new Float64Array(end);
    const note = (place: number, entry: number) => {
      entries[place] = entry;
    };
    const next = this.#putEntries(batch, start, note, isKept);
    this.#putEnds(batch, { low, next });
    return () => {
      columns.retain(entries);
      this.#applyEnds();
    };
  }

  /** Writes the exemplars from a place on that pass, as entries behind the last one; returns the number behind those. */
  #putEntries(
    batch: KeyValueBatch,
    from: number,
    note: (place: number, entry: number) => void,
    isKept: ExemplarFilter = () => true,
  ): number {
    const columns = this.#columns;
    const { countMax, bytesMax } = this.#entryBounds();
    let entry = this.#ends.next;
    let count = 0;
    for (let place = from; place < columns.end; place++) {
      if (!isKept(columns.series[place], columns.times[place])) continue;
      if (count === 0) {
        this.#record.reset();
        beginEntry(this.#record);
      }
      addToEntry(this.#record, columns.fieldsAt(place));
      note(place, entry);
      if (++count < countMax && this.#record.length < bytesMax) continue;
      this.#putEntry(batch, entry++);
      count = 0;
    }
    if (count > 0) this.#putEntry(batch, entry++);
    return entry;
  }

  #putEntry(batch: KeyValueBatch, entry: number): void {
    this.#record.room(SEAL_BYTES);
    const key = exemplarKey(entry);
    const value = this.#record.written();
    sealInPlace(key, value);
    batch.put(key, value);
  }

  /** An entry is a small part of all, since entries go whole. */
  #entryBounds(): { readonly countMax: number; readonly bytesMax: number } {
    const { rules, exemplarBytesMax } = this.#context;
    const { exemplarsMax } = rules.current;
    return {
      countMax: Math.max(1, Math.min(EXEMPLAR_ENTRY_MAX, Math.floor(exemplarsMax * EXEMPLAR_ENTRY_SHARE))),
      bytesMax: exemplarBytesMax * EXEMPLAR_ENTRY_SHARE,
    };
  }

  #putEnds(batch: KeyValueBatch, ends: LogEnds): void {
    this.#nextEnds = ends;
    putLogEnds(batch, EXEMPLAR_ENDS_KEY, ends);
  }

  #applyEnds(): void {
    if (this.#nextEnds!.low > this.#ends.low) this.#hasDead = true;
    this.#ends = this.#nextEnds!;
    this.#nextEnds = undefined;
  }

  /** Where those begin that are kept when those up to a place are as many as may be. */
  #startFor(end: number): number {
    const columns = this.#columns;
    const { rules, exemplarBytesMax } = this.#context;
    let start = Math.max(columns.start, end - rules.current.exemplarsMax);
    let { sizeBytes } = columns;
    for (let place = columns.start; place < start; place++) sizeBytes -= columns.sizeAt(place);
    while (start < end && sizeBytes > exemplarBytesMax) sizeBytes -= columns.sizeAt(start++);
    // Of an entry that goes in part nothing is kept.
    while (start > columns.start && start < end && columns.entries[start] === columns.entries[start - 1])
      start++;
    return start;
  }

  /** Where the entry of the exemplar at a place begins. */
  #firstOfEntry(place: number): number {
    const { entries, start, end } = this.#columns;
    let first = place;
    while (first > start && first < end && entries[first] === entries[first - 1]) first--;
    return first;
  }

  /** Loads the entries that count, all where that is not known; returns the number behind the last one. */
  async #loadEntries(ends: LogEnds | undefined): Promise<number> {
    let behind = ends?.low ?? 0;
    const iterator = this.#context.kv.iterate(exemplarRange(behind));
    try {
      for (;;) {
        const entries = await iterator.next(ENTRIES_PER_READ);
        if (entries.length === 0) break;
        for (const [key, value] of entries) {
          const entry = parseExemplarSeq(key);
          if (ends) this.#reportMissing(behind, Math.min(entry, ends.next));
          behind = entry + 1;
          this.#loadEntry(key, value, entry);
        }
        this.#columns.dropTo(this.#startFor(this.#columns.end));
      }
    } finally {
      await iterator.close();
    }
    if (ends) this.#reportMissing(behind, ends.next);
    return behind;
  }

  #loadEntry(key: Uint8Array, value: Uint8Array, entry: number): void {
    const reading = readSealed(key, value, decodeEntry);
    if (reading.problem !== undefined) {
      this.#context.onCorruption(corrupt(`entry ${entry} of exemplars ${reading.problem}`, key));
      return;
    }
    for (const fields of reading.value) this.#columns.add(fields, entry);
  }

  #reportMissing(from: number, to: number): void {
    if (from >= to) return;
    const what =
      to - from === 1 ? `entry ${from} of exemplars is` : `entries ${from} to ${to - 1} of exemplars are`;
    this.#context.onCorruption(corrupt(`${what} missing`, exemplarKey(from)));
  }
}

function badEnds(problem: string): TinyObsError {
  return corrupt(`the record of the ends of exemplars ${problem}`, EXEMPLAR_ENDS_KEY);
}
