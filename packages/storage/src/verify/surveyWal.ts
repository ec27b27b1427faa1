import { isKnownKey } from '../kv/keyShapes.js';
import { parseWalKey, walRange } from '../kv/keys.js';
import { readSealed } from '../kv/seal.js';
import { COMMIT_SAMPLES_MAX } from '../limits.js';
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
}

/** A record that counts and is sound, with its bytes as they are stored. */
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
  const walk = new WalWalk(catalog, series, say);
  await forEachEntry(kv, walRange(0), (key, value) => {
    if (!isKnownKey(key)) return undefined;
    const sound = walk.take(key, value);
    return sound && visit(sound);
  });
  walk.end();
  return walk;
}

class WalWalk implements WalSurvey {
  records = 0;
  samples = 0;
  walLow: number;
  readonly #series: SeriesSurvey;
  readonly #say: FindingHandler;
  readonly #lost = new LossTally();
  /** Whether it is not known where the records that count begin: the first there is is taken for it. */
  #isLowUnknown: boolean;
  #next: number;
  #dead = 0;

  constructor(catalog: CatalogSurvey, series: SeriesSurvey, say: FindingHandler) {
    this.#series = series;
    this.#say = say;
    this.#isLowUnknown = !catalog.root && catalog.manifests.length > 0;
    this.walLow = this.#next = catalog.root?.walLow ?? 0;
  }

  take(key: Uint8Array, value: Uint8Array): SoundRecord | undefined {
    const seq = parseWalKey(key);
    if (this.#isLowUnknown) this.walLow = this.#next = seq;
    this.#isLowUnknown = false;
    if (seq < this.walLow) {
      this.#dead++;
      return undefined;
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
    if (this.#dead > 0) {
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
