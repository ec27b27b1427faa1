import { ByteWriter } from '../bytes/byteWriter.js';
import type { WriteQueue } from '../flush/writeQueue.js';
import { walKey } from '../kv/keys.js';
import { withSealRoom } from '../kv/seal.js';
import type { SeriesSurvey } from '../verify/surveySeries.js';
import type { SoundRecord } from '../verify/surveyWal.js';
import {
  type NewSeries,
  type SamplesRecord,
  writeDeletionRecord,
  writeSamplesRecord,
} from '../wal/walRecord.js';

const NO_SERIES: NewSeries = { firstId: 0, count: 0, bytes: new Uint8Array(0), starts: new Uint32Array(1) };

/**
 * Copies write-ahead records under their numbers, without samples of series that are gone; empty records stand
 * where some are lost, so that the numbers have no gaps (S4) and deletions keep their place.
 */
export class WalCopy {
  /** Number of the first record; undefined while there is none. */
  low: number | undefined;
  readonly #queue: WriteQueue;
  readonly #series: SeriesSurvey;
  readonly #deletions: ReadonlySet<number>;
  #next = 0;

  constructor(queue: WriteQueue, series: SeriesSurvey, deletions: ReadonlySet<number>) {
    this.#queue = queue;
    this.#series = series;
    this.#deletions = deletions;
  }

  async take({ seq, key, value, record }: SoundRecord): Promise<void> {
    if (this.low === undefined) this.low = this.#next = seq;
    await this.fillUpTo(seq);
    this.#next = seq + 1;
    if (record.kind === 'deletion' || this.#isKnown(record)) this.#queue.put(key, value);
    else this.#put(seq, (writer) => writeSamplesRecord(withKnownOnly(record, this.#series), writer));
    await this.#queue.breathe();
  }

  /** Writes empty records up to a number, if there are records at all. */
  async fillUpTo(end: number): Promise<void> {
    if (this.low === undefined) return;
    for (; this.#next < end; this.#next++) {
      const seq = this.#next;
      if (this.#deletions.has(seq)) this.#put(seq, (writer) => writeDeletionRecord(0, writer));
      else this.#put(seq, (writer) => writeSamplesRecord(EMPTY, writer));
      await this.#queue.breathe();
    }
  }

  #put(seq: number, write: (writer: ByteWriter) => void): void {
    const writer = new ByteWriter();
    write(writer);
    this.#queue.put(walKey(seq), withSealRoom(writer.written()));
  }

  /** Whether nothing in the record is at odds with the series that are kept. */
  #isKnown({ ids, count, newSeries }: SamplesRecord): boolean {
    const { index } = this.#series;
    const { firstId, bytes, starts } = newSeries;
    for (let i = 0; i < newSeries.count; i++) {
      if (index.find(bytes, starts[i], starts[i + 1]) !== firstId + i) return false;
    }
    return ids.subarray(0, count).every((id) => this.#series.knows(id));
  }
}

const EMPTY: SamplesRecord = {
  commitMs: 0,
  newSeries: NO_SERIES,
  count: 0,
  ids: new Uint32Array(0),
  times: new Float64Array(0),
  words: new Uint32Array(0),
};

function withKnownOnly(record: SamplesRecord, series: SeriesSurvey): SamplesRecord {
  const rows = [...record.ids.subarray(0, record.count).keys()].filter((row) =>
    series.knows(record.ids[row]),
  );
  return {
    commitMs: record.commitMs,
    newSeries: NO_SERIES,
    count: rows.length,
    ids: Uint32Array.from(rows, (row) => record.ids[row]),
    times: Float64Array.from(rows, (row) => record.times[row]),
    words: Uint32Array.from(rows.flatMap((row) => [record.words[2 * row], record.words[2 * row + 1]])),
  };
}
