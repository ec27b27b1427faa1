import { TinyObsError } from '@tinyobs/model';
import { parseWalKey, TAILS_KEY, walKey, walRangeBefore } from '../kv/keys.js';
import type { KeyValueStore } from '../kv/keyValueStore.js';
import { repeat } from '../kv/platform.js';
import { seal, unseal } from '../kv/seal.js';
import type { WriteGuard } from '../kv/writeGuard.js';
import { HELD_SIZES_AT_OPEN, TAIL_SAVE_MS } from '../limits.js';
import type { Catalog } from '../manifest/catalog.js';
import type { LiveRules } from '../storeOptions.js';
import { removeDeadRecords, removeWalRecords } from '../wal/replay.js';
import { readWalRecord } from '../wal/walRecord.js';
import { HeldSizes } from './heldSizes.js';
import { decodeTailCursors, encodeTailCursors } from './tailRecord.js';
import { emptyRead, RECORDS_PER_READ, type TailRead, type TailRecord, type TailStore } from './tailStore.js';

export interface TailsContext {
  readonly kv: KeyValueStore;
  readonly writes: WriteGuard;
  readonly catalog: Catalog;
  readonly rules: LiveRules;
  readonly onCorruption: (error: TinyObsError) => void;
}

/**
 * Who follows what is committed, and what is held back for them: write-ahead records below the low-water mark that
 * somebody has not acknowledged. Recovery begins at the mark and never sees them.
 *
 * S4: what is held has no gaps; followers are told of records that are missing, and that they were passed over.
 * S6: `rules.tails.sizeBytesMax` bounds what is held on the disk, and `diskBytesMax`, which comes from what is free.
 */
export class Tails implements TailStore {
  /** Most bytes that may be held as the disk is now. */
  #diskBytesMax = Number.POSITIVE_INFINITY;
  readonly #context: TailsContext;
  readonly #sizes = new HeldSizes();
  #cursors = new Map<string, number>();
  /** Number of the oldest record that is stored. */
  #low = 0;
  #nextSeq: () => number = () => 0;
  #isChanged = false;
  #saving: Promise<void> = Promise.resolve();
  #stopTimer: () => void = () => undefined;

  constructor(context: TailsContext) {
    this.#context = context;
  }

  /** Reads who followed, and removes what nobody waits for; part of opening, before records are replayed. */
  async load(): Promise<void> {
    const { kv, writes, catalog, rules } = this.#context;
    const { names } = rules.current.tails;
    const { walLow } = catalog.root;
    const stored = await this.#storedCursors();
    this.#cursors = new Map([...stored].filter(([name]) => names?.includes(name) ?? true));
    this.#isChanged = this.#cursors.size < stored.size;
    this.#low = Math.min(walLow, ...this.#cursors.values());
    await removeDeadRecords(kv, writes, this.#low);
  }

  /** Begins to follow; part of opening, when records are replayed. */
  async begin(nextSeq: () => number): Promise<void> {
    this.#nextSeq = nextSeq;
    // What a power cut took was acknowledged by no promise of ours; the numbers are given again.
    for (const [name, seq] of this.#cursors) this.#cursors.set(name, Math.min(seq, nextSeq()));
    if (this.#cursors.size > 0) await this.#measure();
    this.follow();
  }

  /** Whether somebody follows; nobody costs nothing. */
  get isFollowed(): boolean {
    return this.#cursors.size > 0;
  }

  get endSeq(): number {
    return this.#nextSeq();
  }

  get heldBytes(): number {
    return this.#sizes.between(this.#low, this.#context.catalog.root.walLow);
  }

  /** Takes up those that the rules name anew, who begin with what comes next, and forgets those they do not name any more. */
  follow(): void {
    const { names = [...this.#cursors.keys()] } = this.#context.rules.current.tails;
    for (const name of this.#cursors.keys()) {
      if (names.includes(name)) continue;
      this.#cursors.delete(name);
      this.#isChanged = true;
    }
    for (const name of names) {
      if (this.#cursors.has(name)) continue;
      this.#cursors.set(name, this.#nextSeq());
      this.#isChanged = true;
    }
    this.#stopTimer();
    this.#stopTimer = this.isFollowed ? repeat(() => this.#saveSoon(), TAIL_SAVE_MS) : () => undefined;
    if (this.#isChanged) this.#saveSoon();
  }

  /** A record was committed. */
  noteRecord(seq: number, sizeBytes: number): void {
    if (this.isFollowed) this.#sizes.add(seq, sizeBytes);
  }

  position(name: string): number | undefined {
    return this.#cursors.get(name);
  }

  acknowledge(name: string, beforeSeq: number): void {
    if ((this.#cursors.get(name) ?? beforeSeq) >= beforeSeq) return;
    this.#cursors.set(name, beforeSeq);
    this.#isChanged = true;
  }

  async read(fromSeq: number): Promise<TailRead> {
    const endSeq = this.#nextSeq();
    const start = Math.min(Math.max(fromSeq, this.#low), endSeq);
    const read = emptyRead(start, Math.max(0, start - fromSeq));
    if (start === endSeq) return read;
    const iterator = this.#context.kv.iterate({ gte: walKey(start), lt: walKey(endSeq) });
    try {
      const entries = await iterator.next(RECORDS_PER_READ);
      for (const [key, value] of entries) {
        const seq = parseWalKey(key);
        read.lostRecords += seq - read.nextSeq;
        read.nextSeq = seq + 1;
        const record = this.#readRecord(key, value);
        if (record === undefined) read.lostRecords++;
        else if (record.kind === 'samples') read.records.push({ ...record, seq });
      }
      if (entries.length > 0) return read;
    } finally {
      await iterator.close();
    }
    // Every one of them is missing.
    return emptyRead(endSeq, endSeq - fromSeq);
  }

  /** Removes what is in blocks and nobody waits for, or is more than may be held; called when either has changed. */
  async trim(): Promise<void> {
    const { kv, writes, catalog } = this.#context;
    const { walLow } = catalog.root;
    const from = this.#low;
    const wanted = Math.min(walLow, ...this.#cursors.values());
    const sizeBytesMax = Math.min(this.#context.rules.current.tails.sizeBytesMax, this.#diskBytesMax);
    const before = this.#sizes.startOf(sizeBytesMax, { fromSeq: Math.max(from, wanted), beforeSeq: walLow });
    if (before <= from) return;
    // In the same tick as the look: whoever comes next begins where this ends.
    this.#low = before;
    this.#sizes.dropBefore(before);
    await removeWalRecords(kv, writes, { fromSeq: from, beforeSeq: before });
    // On a full disk room is needed now, not when the database rewrites its tables.
    if (before > wanted && sizeBytesMax === this.#diskBytesMax) await kv.compactRange(walRangeBefore(before));
  }

  /** What is held may grow by so much; below 0 it has to shrink. */
  limitGrowth(bytes: number): void {
    if (!this.isFollowed) return;
    this.#diskBytesMax = Math.max(0, this.heldBytes + bytes);
    if (bytes < 0) this.#saveSoon();
  }

  async close(): Promise<void> {
    this.#stopTimer();
    this.#saveSoon();
    await this.#saving;
  }

  #readRecord(key: Uint8Array, value: Uint8Array) {
    try {
      return readWalRecord(unseal(key, value)) as (TailRecord & { kind: 'samples' }) | { kind: 'deletion' };
    } catch (error) {
      this.#context.onCorruption(asCorruption(error));
      return undefined;
    }
  }

  /** Where the record is damaged, everyone begins with the oldest record there is: better twice than never. */
  async #storedCursors(): Promise<ReadonlyMap<string, number>> {
    const { kv, rules, onCorruption } = this.#context;
    const stored = await kv.get(TAILS_KEY);
    if (!stored) return new Map();
    try {
      return decodeTailCursors(unseal(TAILS_KEY, stored));
    } catch (error) {
      if (error instanceof TinyObsError && error.code === 'store_version') throw error;
      onCorruption(asCorruption(error));
      const oldest = await this.#oldestRecord();
      // Where nobody is named somebody without a name holds it all, until whoever has the names opens the store.
      return new Map((rules.current.tails.names ?? ['']).map((name) => [name, oldest]));
    }
  }

  async #oldestRecord(): Promise<number> {
    const { kv, catalog } = this.#context;
    const { walLow } = catalog.root;
    const iterator = kv.iterate(walRangeBefore(walLow));
    try {
      const [first] = await iterator.next(1);
      return first ? parseWalKey(first[0]) : walLow;
    } finally {
      await iterator.close();
    }
  }

  /** Sizes of what was held when the store was opened, as the database estimates them. */
  async #measure(): Promise<void> {
    const { kv } = this.#context;
    const end = this.#nextSeq();
    const step = Math.max(1, Math.ceil((end - this.#low) / HELD_SIZES_AT_OPEN));
    for (let seq = this.#low; seq < end; seq += step) {
      const before = Math.min(end, seq + step);
      this.#sizes.add(before - 1, await kv.approximateSize({ gte: walKey(seq), lt: walKey(before) }));
    }
  }

  #saveSoon(): void {
    this.#saving = this.#saving
      .then(() => this.#save())
      .catch((error) => void this.#context.writes.fail(error));
  }

  /** Not synced: after a power cut an older place counts, and what was sent since is sent again. */
  async #save(): Promise<void> {
    const { kv, writes } = this.#context;
    if (writes.failure) return;
    if (this.#isChanged) {
      this.#isChanged = false;
      const batch = kv.batch();
      if (this.isFollowed) batch.put(TAILS_KEY, seal(TAILS_KEY, encodeTailCursors(this.#cursors)));
      else batch.del(TAILS_KEY);
      await writes.write(batch, { sync: false });
    }
    await this.trim();
  }
}

function asCorruption(error: unknown): TinyObsError {
  if (error instanceof TinyObsError) return error;
  return new TinyObsError('store_corrupt', `a write-ahead record cannot be read: ${String(error)}`, {
    cause: error,
  });
}
