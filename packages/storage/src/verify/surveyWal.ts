import { isKnownKey } from '../kv/keyShapes.js';
import { parseWalKey, TAILS_KEY, walRange } from '../kv/keys.js';
import { readSealed } from '../kv/seal.js';
import { COMMIT_SAMPLES_MAX } from '../limits.js';
import { decodeTailCursors } from '../tail/tailRecord.js';
import { readWalRecord, type WalRecord } from '../wal/walRecord.js';
import { type EntryReader, type FindingHandler, forEachEntry, hexOf } from './finding.js';
import { LossTally } from './lossTally.js';
import type { CatalogSurvey } from './surveyCatalog.js';
import type { SeriesSurvey } from './surveySeries.js';

/** A sample of a write-ahead record takes this many bytes at least. */
export const WAL_SAMPLE_BYTES_MIN = 10;

export interface WalSurvey {
  /** Records from this number on count. */
  readonly walLow: number;
  readonly records: number;
  readonly samples: number;
  /** Whether there are followers, for whom records below `walLow` are kept. */
  readonly isFollowed: boolean;
}

/** A record that is sound, and counts or is kept for followers, with its bytes as they are stored. */
export interface SoundRecord {
  readonly seq: number;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly record: WalRecord;
}

/** Checks the write-ahead records: their numbers have no gaps (S4), and their samples are of known series. */
export async function surveyWal(
  kv: EntryReader,
  { catalog, series }: { readonly catalog: CatalogSurvey; readonly series: SeriesSurvey },
  say: FindingHandler,
  visit: (record: SoundRecord) => Promise<void> | void = () => undefined,
): Promise<WalSurvey> {
  const walk = new WalWalk(catalog, series, say, await surveyTails(kv, say));
  await forEachEntry(kv, walRange(0), (key, value) => {
    if (!isKnownKey(key)) return undefined;
    const sound = walk.take(key, value);
    return sound && visit(sound);
  });
  walk.end();
  return walk;
}

/** Whether somebody follows. Where that cannot be read, records below the low-water mark may be kept for them. */
async function surveyTails(kv: EntryReader, say: FindingHandler): Promise<boolean> {
  const stored = await kv.get(TAILS_KEY);
  if (stored === undefined) return false;
  const { problem } = readSealed(TAILS_KEY, stored, decodeTailCursors);
  if (problem === undefined) return true;
  const message = `the places of those who follow the store are lost: their record ${problem}; what is kept is sent again`;
  say({ severity: 'damage', kind: 'write_ahead_record', message, key: hexOf(TAILS_KEY) });
  return true;
}

class WalWalk implements WalSurvey {
  records = 0;
  samples = 0;
  walLow: number;
  readonly isFollowed: boolean;
  readonly #series: SeriesSurvey;
  readonly #say: FindingHandler;
  readonly #lost = new LossTally();
  /** Whether it is not known where the records that count begin: the first there is is taken for it. */
  #isLowUnknown: boolean;
  #next: number;
  /** Records below the low-water mark, and the number behind the last of them that was met; -1 for none. */
  #dead = 0;
  #nextHeld = -1;

  constructor(catalog: CatalogSurvey, series: SeriesSurvey, say: FindingHandler, isFollowed: boolean) {
    this.isFollowed = isFollowed;
    this.#series = series;
    this.#say = say;
    this.#isLowUnknown = !catalog.root && catalog.manifests.length > 0;
    this.walLow = this.#next = catalog.root?.walLow ?? 0;
  }

  take(key: Uint8Array, value: Uint8Array): SoundRecord | undefined {
    const seq = parseWalKey(key);
    if (this.#isLowUnknown) this.#takeAsLow(seq);
    this.#isLowUnknown = false;
    if (seq < this.walLow) {
      this.#dead++;
      return this.isFollowed ? this.#takeHeld(seq, key, value) : undefined;
    }
    if (seq > this.#next) this.#sayGap(this.#next, seq);
    this.#next = seq + 1;
    const reading = readSealed(key, value, readWalRecord);
    if (reading.problem !== undefined) {
      this.#sayBad(seq, reading.problem, key, value.length);
      return undefined;
    }
    this.records++;
    if (reading.value.kind === 'samples') this.#countSamples(reading.value);
    return { seq, key, value, record: reading.value };
  }

  end(): void {
    if (this.#nextHeld >= 0 && this.#nextHeld < this.walLow) this.#sayHeldGap(this.#nextHeld, this.walLow);
    if (this.#dead > 0 && !this.isFollowed) {
      const message = `${this.#dead} write-ahead records that are in blocks are still there; they are removed when the store is opened`;
      this.#say({ severity: 'notice', kind: 'write_ahead_record', message });
    }
    if (this.#lost.isEmpty) return;
    this.#say({
      severity: 'damage',
      kind: 'write_ahead_record',
      message: 'write-ahead records hold samples of series whose labels are gone',
      loss: this.#lost.lossOf(this.#series),
    });
  }

  #takeAsLow(seq: number): void {
    this.walLow = this.#next = seq;
    if (!this.isFollowed) return;
    const message =
      'which write-ahead records are in blocks is not known: those that were kept to be sent are read again, and WHAT WAS DELETED OF THEM MAY BE BACK';
    this.#say({ severity: 'damage', kind: 'write_ahead_record', message });
  }

  /** A record whose samples are in blocks: where it is damaged answers lack nothing, whoever follows does. */
  #takeHeld(seq: number, key: Uint8Array, value: Uint8Array): SoundRecord | undefined {
    if (this.#nextHeld >= 0 && seq > this.#nextHeld) this.#sayHeldGap(this.#nextHeld, seq);
    this.#nextHeld = seq + 1;
    const reading = readSealed(key, value, readWalRecord);
    if (reading.problem === undefined) return { seq, key, value, record: reading.value };
    const message = `write-ahead record ${seq}, which is in blocks and kept to be sent, ${reading.problem}`;
    this.#say({ severity: 'damage', kind: 'write_ahead_record', message, key: hexOf(key) });
    return undefined;
  }

  #sayHeldGap(from: number, to: number): void {
    const message = `of the write-ahead records that are in blocks and kept to be sent ${to - from} are missing, from ${from} on`;
    this.#say({ severity: 'damage', kind: 'write_ahead_record', message });
  }

  #countSamples(record: Extract<WalRecord, { kind: 'samples' }>): void {
    for (let i = 0; i < record.count; i++) {
      if (this.#series.knows(record.ids[i])) this.samples++;
      else this.#lost.add(record.ids[i], { minMs: record.times[i], maxMs: record.times[i] }, 1);
    }
  }

  #sayGap(from: number, to: number): void {
    const what = to - from === 1 ? `record ${from} is` : `records ${from} to ${to - 1} are`;
    this.#say({
      severity: 'damage',
      kind: 'write_ahead_record',
      message: `write-ahead ${what} missing`,
      loss: { ...ANYTHING, samplesMax: (to - from) * COMMIT_SAMPLES_MAX },
    });
  }

  #sayBad(seq: number, problem: string, key: Uint8Array, sizeBytes: number): void {
    const samplesMax = Math.min(COMMIT_SAMPLES_MAX, Math.floor(sizeBytes / WAL_SAMPLE_BYTES_MIN));
    this.#say({
      severity: 'damage',
      kind: 'write_ahead_record',
      message: `write-ahead record ${seq} ${problem}`,
      key: hexOf(key),
      loss: { ...ANYTHING, samplesMax },
    });
  }
}

const ANYTHING = { series: undefined, minMs: undefined, maxMs: undefined } as const;
