import { TinyObsError } from '@tinyobs/model';
import { closedError } from '../closedError.js';
import { AUDIT_ENDS_KEY, auditKey, auditRange, parseAuditSeq } from '../kv/keys.js';
import type { KeyValueStore } from '../kv/keyValueStore.js';
import { decodeLogEnds, type LogEnds, NO_ENTRIES, putLogEnds } from '../kv/logEnds.js';
import { corrupt, readSealed, seal } from '../kv/seal.js';
import type { WriteGuard } from '../kv/writeGuard.js';
import {
  AUDIT_ENTRY_BYTES_MAX,
  AUDIT_EXCESS,
  AUDIT_READ_MAX,
  AUDIT_REMOVALS_PER_BATCH,
  AUDIT_WAITING_BYTES_MAX,
  WAITING_BYTES,
} from '../limits.js';
import { decodeAuditEntry, encodeAuditEntry } from './auditRecord.js';
import type { AuditEntry, AuditReadOptions, AuditStore } from './auditStore.js';

const ENTRIES_PER_READ = 64;

export interface AuditLogContext {
  readonly kv: KeyValueStore;
  readonly writes: WriteGuard;
  readonly sync: boolean;
  readonly auditEntriesMax: number;
  readonly onCorruption: (error: TinyObsError) => void;
}

/** An entry on its way to the disk. */
interface Pending {
  /** As it is stored, without the checksum. */
  readonly payload: Uint8Array;
  /** What it counts of what waits. */
  readonly waitingBytes: number;
  readonly resolve: (seq: number) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The audit log of a store. What arrives while a batch is written goes into the next one.
 *
 * S4: a record says from which number to which there are entries, without gaps, and is written in the batch of each
 * change. Reading begins and ends within these numbers, so it never walks what was removed.
 */
export class AuditLog implements AuditStore {
  readonly #context: AuditLogContext;
  #ends: LogEnds = NO_ENTRIES;
  /** Why it is not known which entries there must be. */
  #damage: TinyObsError | undefined;
  #queue: Pending[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> | undefined;
  #isClosed = false;

  constructor(context: AuditLogContext) {
    this.#context = context;
  }

  /**
   * Learns which entries there are, and looks at the first and the last of them; part of opening. Damage is reported.
   *
   * @throws TinyObsError `store_version`
   */
  async load(): Promise<void> {
    const { kv, onCorruption } = this.#context;
    const reading = readSealed(AUDIT_ENDS_KEY, await kv.get(AUDIT_ENDS_KEY), decodeLogEnds);
    if (reading.problem !== undefined) {
      this.#damage = corrupt(`the record of the ends of the audit log ${reading.problem}`, AUDIT_ENDS_KEY);
    } else {
      this.#ends = reading.value;
      this.#damage = await this.#laterEntry();
    }
    if (this.#damage) onCorruption(this.#damage);
    else await this.#checkEnds();
  }

  append(bytes: Uint8Array): Promise<number> {
    const refusal = this.#refusal(bytes);
    if (refusal) return Promise.reject(refusal);
    const waitingBytes = bytes.length + WAITING_BYTES;
    this.#waitingBytes += waitingBytes;
    return new Promise((resolve, reject) => {
      this.#queue.push({ payload: encodeAuditEntry(bytes), waitingBytes, resolve, reject });
      this.#writing ??= this.#writeAll();
    });
  }

  async read({ beforeSeq, limit }: AuditReadOptions): Promise<readonly AuditEntry[]> {
    if (this.#isClosed) throw closedError();
    requireWhole('limit', limit, { min: 1, max: AUDIT_READ_MAX });
    if (beforeSeq !== undefined) {
      requireWhole('beforeSeq', beforeSeq, { min: 0, max: Number.MAX_SAFE_INTEGER });
    }
    if (this.#damage) throw this.#damage;
    const found: AuditEntry[] = [];
    let end = Math.min(beforeSeq ?? this.#ends.next, this.#ends.next);
    while (found.length < limit && end > this.#ends.low) {
      const fromSeq = Math.max(this.#ends.low, end - (limit - found.length));
      const entries = await this.#readBetween(fromSeq, end);
      found.push(...entries.reverse());
      end = fromSeq;
    }
    return found;
  }

  /** Refuses what comes from now on, and resolves when what waits is written. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#writing;
  }
  /** Why an entry is not taken. */
  #refusal({ length }: Uint8Array): TinyObsError | undefined {
    if (this.#isClosed) return closedError();
    const { failure } = this.#context.writes;
    if (failure) return failure;
    if (this.#damage) return this.#damage;
    if (length > AUDIT_ENTRY_BYTES_MAX) {
      return new TinyObsError(
        'invalid_parameter',
        `an entry of the audit log has at most ${AUDIT_ENTRY_BYTES_MAX} bytes, this one has ${length}: make it smaller`,
        { details: { parameter: 'bytes', sizeBytes: length, sizeBytesMax: AUDIT_ENTRY_BYTES_MAX } },
      );
    }
    if (this.#waitingBytes + length + WAITING_BYTES <= AUDIT_WAITING_BYTES_MAX) return undefined;
    return new TinyObsError(
      'store_busy',
      'too much is waiting to be written to the audit log: try again later',
    );
  }

  /** Begins after this tick, so that what is added in it goes into one batch. */
  async #writeAll(): Promise<void> {
    await Promise.resolve();
    while (this.#queue.length > 0) await this.#write(this.#queue.splice(0));
    this.#writing = undefined;
  }

  async #write(entries: readonly Pending[]): Promise<void> {
    const { kv, writes, sync } = this.#context;
    const first = this.#ends.next;
    const next = first + entries.length;
    const low = this.#lowFor(next);
    const batch = kv.batch();
    for (const [i, { payload }] of entries.entries()) {
      const key = auditKey(first + i);
      batch.put(key, seal(key, payload));
    }
    for (let seq = this.#ends.low; seq < low; seq++) batch.del(auditKey(seq));
    putLogEnds(batch, AUDIT_ENDS_KEY, { low, next });
    // Reading must not look for what the batch removes from the moment on that it may be gone.
    this.#ends = { low, next: first };
    try {
      await writes.write(batch, { sync });
      this.#ends = { low, next };
      for (const [i, { resolve }] of entries.entries()) resolve(first + i);
    } catch (error) {
      for (const { reject } of entries) reject(error);
    }
    for (const { waitingBytes } of entries) this.#waitingBytes -= waitingBytes;
  }

  /** Number of the first entry that is kept when `next` is the number behind the last. */
  #lowFor(next: number): number {
    const { auditEntriesMax } = this.#context;
    const { low } = this.#ends;
    if (next - low <= auditEntriesMax * (1 + AUDIT_EXCESS)) return low;
    return Math.min(next - auditEntriesMax, low + AUDIT_REMOVALS_PER_BATCH, this.#ends.next);
  }

  /** Ascending, without those that a repair found lost. */
  async #readBetween(fromSeq: number, beforeSeq: number): Promise<AuditEntry[]> {
    const found: AuditEntry[] = [];
    let next = fromSeq;
    const iterator = this.#context.kv.iterate(auditRange({ fromSeq, beforeSeq }));
    try {
      for (;;) {
        const entries = await iterator.next(ENTRIES_PER_READ);
        if (entries.length === 0) break;
        for (const [key, value] of entries) {
          const seq = parseAuditSeq(key);
          this.#requireNone(next, seq);
          const bytes = this.#decode(seq, value);
          if (bytes) found.push({ seq, bytes });
          next = seq + 1;
        }
      }
    } catch (error) {
      throw this.#isClosed ? closedError() : error;
    } finally {
      await iterator.close();
    }
    this.#requireNone(next, beforeSeq);
    return found;
  }

  /** No entry was met from one number up to but without another: those must have been removed meanwhile. */
  #requireNone(from: number, to: number): void {
    const missing = Math.max(from, this.#ends.low);
    if (missing < to) throw this.#report(missing, 'is missing');
  }

  #decode(seq: number, value: Uint8Array): Uint8Array | undefined {
    const reading = readSealed(auditKey(seq), value, decodeAuditEntry);
    if (reading.problem !== undefined) throw this.#report(seq, reading.problem);
    return reading.value;
  }

  #report(seq: number, problem: string): TinyObsError {
    const damage = corrupt(`entry ${seq} of the audit log ${problem}`, auditKey(seq));
    this.#context.onCorruption(damage);
    return damage;
  }

  /** What stands behind the last entry: then the record of the ends is not the one that was written last. */
  async #laterEntry(): Promise<TinyObsError | undefined> {
    const iterator = this.#context.kv.iterate(auditRange({ fromSeq: this.#ends.next }));
    try {
      const [later] = await iterator.next(1);
      if (!later) return undefined;
      return corrupt('the record of the ends of the audit log is of an earlier time', AUDIT_ENDS_KEY);
    } finally {
      await iterator.close();
    }
  }

  async #checkEnds(): Promise<void> {
    const { low, next } = this.#ends;
    if (low === next) return;
    for (const seq of new Set([low, next - 1])) {
      const key = auditKey(seq);
      const { problem } = readSealed(key, await this.#context.kv.get(key), decodeAuditEntry);
      if (problem !== undefined) this.#report(seq, problem);
    }
  }
}

function requireWhole(
  parameter: string,
  value: number,
  { min, max }: { readonly min: number; readonly max: number },
): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new TinyObsError(
    'invalid_parameter',
    `${parameter} must be a whole number from ${min} to ${max}, not ${value}`,
    { details: { parameter } },
  );
}
