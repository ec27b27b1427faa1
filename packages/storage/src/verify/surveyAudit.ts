import { type AuditEnds, decodeAuditEnds, decodeAuditEntry, NO_ENTRIES } from '../audit/auditRecord.js';
import { isKnownKey } from '../kv/keyShapes.js';
import { AUDIT_ENDS_KEY, AUDIT_ENTRIES, parseAuditSeq } from '../kv/keys.js';
import { readSealed } from '../kv/seal.js';
import { type EntryReader, type FindingHandler, forEachEntry, hexOf } from './finding.js';

/** An entry that counts and is sound, with its bytes as they are stored. */
export interface SoundAuditEntry {
  readonly seq: number;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

export interface AuditSurvey {
  /** Sound entries; those that an earlier repair found lost are none. */
  readonly entries: number;
  /** Number behind the last entry there was. */
  readonly next: number;
}

export interface AuditSurveyOptions {
  readonly say: FindingHandler;
  /** Whether the record of the ends must be there; earlier formats had none. */
  readonly hasEnds: boolean;
  readonly visit?: (entry: SoundAuditEntry) => Promise<void> | void;
}

/** Checks every entry of the audit log: their numbers have no gaps (S4). */
export async function surveyAudit(kv: EntryReader, options: AuditSurveyOptions): Promise<AuditSurvey> {
  const { say, hasEnds, visit } = options;
  const ends = hasEnds ? await readEnds(kv, say) : NO_ENTRIES;
  const walk = new AuditWalk(ends, say);
  await forEachEntry(kv, AUDIT_ENTRIES, (key, value) => {
    if (!isKnownKey(key)) return undefined;
    const sound = walk.take(key, value);
    return sound && visit?.(sound);
  });
  walk.end();
  return walk;
}

/** Undefined when it is bad, or not there. */
async function readEnds(kv: EntryReader, say: FindingHandler): Promise<AuditEnds | undefined> {
  const reading = readSealed(AUDIT_ENDS_KEY, await kv.get(AUDIT_ENDS_KEY), decodeAuditEnds);
  if (reading.problem === undefined) return reading.value;
  const message = `the record of the ends of the audit log ${reading.problem}: the first or last entries may be lost`;
  say({ severity: 'damage', kind: 'audit_log', message, key: hexOf(AUDIT_ENDS_KEY) });
  return undefined;
}

class AuditWalk implements AuditSurvey {
  entries = 0;
  /** Number of the entry that comes next; undefined before the first one where the ends are not known. */
  #next: number | undefined;
  #removed = 0;
  readonly #ends: AuditEnds | undefined;
  readonly #say: FindingHandler;

  constructor(ends: AuditEnds | undefined, say: FindingHandler) {
    this.#ends = ends;
    this.#next = ends?.low;
    this.#say = say;
  }

  get next(): number {
    return this.#next ?? NO_ENTRIES.next;
  }

  take(key: Uint8Array, value: Uint8Array): SoundAuditEntry | undefined {
    const seq = parseAuditSeq(key);
    if (this.#ends && seq < this.#ends.low) {
      this.#removed++;
      return undefined;
    }
    this.#sayGap(seq);
    this.#next = seq + 1;
    const reading = readSealed(key, value, decodeAuditEntry);
    if (reading.problem !== undefined) {
      const message = `entry ${seq} of the audit log is lost: its record ${reading.problem}`;
      this.#say({ severity: 'damage', kind: 'audit_log', message, key: hexOf(key) });
      return undefined;
    }
    if (reading.value) this.entries++;
    return { seq, key, value };
  }

  end(): void {
    if (this.#removed > 0) {
      const message = `${this.#removed} entries of the audit log that were removed are there again; nobody reads them`;
      this.#say({ severity: 'notice', kind: 'audit_log', message });
    }
    if (!this.#ends) return;
    if (this.next > this.#ends.next) {
      const message =
        'the record of the ends of the audit log is of an earlier time: the last entries may be lost';
      this.#say({ severity: 'damage', kind: 'audit_log', message, key: hexOf(AUDIT_ENDS_KEY) });
    }
    this.#sayGap(this.#ends.next);
    this.#next = Math.max(this.next, this.#ends.next);
  }

  /** Says which entries are not there before this one. */
  #sayGap(to: number): void {
    const from = this.#next ?? to;
    if (from >= to) return;
    const what =
      to - from === 1
        ? `entry ${from} of the audit log is`
        : `entries ${from} to ${to - 1} of the audit log are`;
    this.#say({ severity: 'damage', kind: 'audit_log', message: `${what} lost` });
  }
}
