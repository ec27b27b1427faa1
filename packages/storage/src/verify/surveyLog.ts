import { isKnownKey } from '../kv/keyShapes.js';
import type { KeyRange } from '../kv/keyValueStore.js';
import { decodeLogEnds, type LogEnds, NO_ENTRIES } from '../kv/logEnds.js';
import { readSealed } from '../kv/seal.js';
import { type EntryReader, type FindingHandler, type FindingKind, forEachEntry, hexOf } from './finding.js';

/** A log whose entries are numbered without gaps, and what findings call it. */
export interface NumberedLog<T> {
  readonly name: string;
  readonly kind: FindingKind;
  readonly endsKey: Uint8Array;
  readonly entries: KeyRange;
  readonly parseSeq: (key: Uint8Array) => number;
  readonly decode: (payload: Uint8Array) => T;
}

/** An entry that counts and is sound, with its bytes as they are stored. */
export interface SoundEntry<T> {
  readonly seq: number;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly content: T;
}

export interface LogSurveyOptions<T> {
  readonly say: FindingHandler;
  /** Whether the record of the ends must be there; earlier formats had none. */
  readonly hasEnds: boolean;
  readonly visit: (entry: SoundEntry<T>) => Promise<void> | void;
}

/** Checks every entry of a log: their numbers have no gaps (S4). Returns the number behind the last one there was. */
export async function surveyLog<T>(
  kv: EntryReader,
  log: NumberedLog<T>,
  { say, hasEnds, visit }: LogSurveyOptions<T>,
): Promise<number> {
  const ends = hasEnds ? await readEnds(kv, log, say) : NO_ENTRIES;
  const walk = new LogWalk(log, ends, say);
  await forEachEntry(kv, log.entries, (key, value) => {
    if (!isKnownKey(key)) return undefined;
    const sound = walk.take(key, value);
    return sound && visit(sound);
  });
  return walk.end();
}

/** Undefined when it is bad, or not there. */
async function readEnds<T>(
  kv: EntryReader,
  { name, kind, endsKey }: NumberedLog<T>,
  say: FindingHandler,
): Promise<LogEnds | undefined> {
  const reading = readSealed(endsKey, await kv.get(endsKey), decodeLogEnds);
  if (reading.problem === undefined) return reading.value;
  const message = `the record of the ends of the ${name} ${reading.problem}: the first or last entries may be lost, and removed ones back`;
  say({ severity: 'damage', kind, message, key: hexOf(endsKey) });
  return undefined;
}

class LogWalk<T> {
  /** Number of the entry that comes next; undefined before the first one where the ends are not known. */
  #next: number | undefined;
  #removed = 0;
  readonly #log: NumberedLog<T>;
  readonly #ends: LogEnds | undefined;
  readonly #say: FindingHandler;

  constructor(log: NumberedLog<T>, ends: LogEnds | undefined, say: FindingHandler) {
    this.#log = log;
    this.#ends = ends;
    this.#next = ends?.low;
    this.#say = say;
  }

  take(key: Uint8Array, value: Uint8Array): SoundEntry<T> | undefined {
    const { name, kind, parseSeq, decode } = this.#log;
    const seq = parseSeq(key);
    if (this.#ends && seq < this.#ends.low) {
      this.#removed++;
      return undefined;
    }
    this.#sayGap(seq);
    this.#next = seq + 1;
    const reading = readSealed(key, value, decode);
    if (reading.problem === undefined) return { seq, key, value, content: reading.value };
    const message = `entry ${seq} of the ${name} is lost: its record ${reading.problem}`;
    this.#say({ severity: 'damage', kind, message, key: hexOf(key) });
    return undefined;
  }

  /** Returns the number behind the last entry. */
  end(): number {
    const { name, kind, endsKey } = this.#log;
    if (this.#removed > 0) {
      const message = `${this.#removed} entries of the ${name} that were removed are still there, or again; nobody reads them`;
      this.#say({ severity: 'notice', kind, message });
    }
    const next = this.#next ?? NO_ENTRIES.next;
    if (!this.#ends) return next;
    if (next > this.#ends.next) {
      const message = `the record of the ends of the ${name} is of an earlier time: the last entries may be lost`;
      this.#say({ severity: 'damage', kind, message, key: hexOf(endsKey) });
    }
    this.#sayGap(this.#ends.next);
    return Math.max(next, this.#ends.next);
  }

  /** Says which entries are not there before this one. */
  #sayGap(to: number): void {
    const from = this.#next ?? to;
    if (from >= to) return;
    const { name, kind } = this.#log;
    const what =
      to - from === 1 ? `entry ${from} of the ${name} is` : `entries ${from} to ${to - 1} of the ${name} are`;
    this.#say({ severity: 'damage', kind, message: `${what} lost` });
  }
}
