import { TinyObsError } from '@tinyobs/model';
import { parseWalKey, walKey, walRange, walRangeBefore } from '../kv/keys.js';
import type { KeyValueStore } from '../kv/keyValueStore.js';
import { corrupt, unseal } from '../kv/seal.js';
import type { WriteGuard } from '../kv/writeGuard.js';
import { WAL_REMOVALS_PER_BATCH } from '../limits.js';
import type { SeriesBits } from '../manifest/seriesBits.js';
import { forEachSeriesOf, readWalRecord, type WalRecord } from './walRecord.js';

const RECORDS_PER_READ = 64;

/**
 * Reads the write-ahead records from `fromSeq` on, in order, and returns the number after the last one.
 *
 * @throws TinyObsError `store_corrupt` for a damaged record (S3) or a gap in the numbers (S4), `store_version`
 */
export function replayWal(
  kv: KeyValueStore,
  fromSeq: number,
  apply: (record: WalRecord, seq: number) => Promise<void>,
): Promise<number> {
  return forEachRecord(kv, fromSeq, (payload, seq) =>
    apply(
      readable(() => readWalRecord(payload)),
      seq,
    ),
  );
}

/**
 * Adds the series that write-ahead records from `fromSeq` on name or have samples of.
 *
 * @throws TinyObsError as `replayWal`
 */
export async function addSeriesOfWal(kv: KeyValueStore, fromSeq: number, series: SeriesBits): Promise<void> {
  await forEachRecord(kv, fromSeq, (payload) =>
    readable(() => forEachSeriesOf(payload, (start, end) => series.addStretch(start, end))),
  );
}

async function forEachRecord(
  kv: KeyValueStore,
  fromSeq: number,
  visit: (payload: Uint8Array, seq: number) => Promise<void> | void,
): Promise<number> {
  let next = fromSeq;
  const iterator = kv.iterate(walRange(fromSeq));
  try {
    for (;;) {
      const entries = await iterator.next(RECORDS_PER_READ);
      if (entries.length === 0) return next;
      for (const [key, value] of entries) {
        if (parseWalKey(key) !== next) throw corrupt(`write-ahead record ${next} is missing`, key);
        await visit(unseal(key, value), next);
        next++;
      }
    }
  } finally {
    await iterator.close();
  }
}

/** What `read` makes of the payload of a record. */
function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof TinyObsError) throw cause;
    throw new TinyObsError('store_corrupt', `a write-ahead record cannot be read: ${String(cause)}`, {
      cause,
    });
  }
}

/**
 * Removes records below the low-water mark, which are dead already. Not synced: what a crash brings back is
 * removed by `removeDeadRecords` when the store is opened next.
 */
export async function removeWalRecords(
  kv: KeyValueStore,
  writes: WriteGuard,
  range: { readonly fromSeq: number; readonly beforeSeq: number },
): Promise<void> {
  for (let seq = range.fromSeq; seq < range.beforeSeq; ) {
    const batch = kv.batch();
    const end = Math.min(range.beforeSeq, seq + WAL_REMOVALS_PER_BATCH);
    for (; seq < end; seq++) batch.del(walKey(seq));
    await writes.write(batch, { sync: false });
  }
}

/** Removes whatever there is before a record. */
export async function removeDeadRecords(
  kv: KeyValueStore,
  writes: WriteGuard,
  beforeSeq: number,
): Promise<void> {
  const iterator = kv.iterate(walRangeBefore(beforeSeq));
  try {
    const [first] = await iterator.next(1);
    if (first) await removeWalRecords(kv, writes, { fromSeq: parseWalKey(first[0]), beforeSeq });
  } finally {
    await iterator.close();
  }
}
