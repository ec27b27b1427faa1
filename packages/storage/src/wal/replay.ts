import { TinyObsError } from '@tinyobs/model';
import { parseWalKey, walKey, walRange, walRangeBefore } from '../kv/keys.js';
import type { KeyValueStore } from '../kv/keyValueStore.js';
import { corrupt, unseal } from '../kv/seal.js';
import type { WriteGuard } from '../kv/writeGuard.js';
import { WAL_REMOVALS_PER_BATCH } from '../limits.js';
import { readWalRecord, type WalRecord } from './walRecord.js';

const RECORDS_PER_READ = 64;

/**
 * Reads the write-ahead records from `fromSeq` on, in order, and returns the number after the last one.
 *
 * @throws TinyObsError `store_corrupt` for a damaged record (S3) or a gap in the numbers (S4), `store_version`
 */
export async function replayWal(
  kv: KeyValueStore,
  fromSeq: number,
  apply: (record: WalRecord, seq: number) => Promise<void>,
): Promise<number> {
  let next = fromSeq;
  const iterator = kv.iterate(walRange(fromSeq));
  try {
    for (;;) {
      const entries = await iterator.next(RECORDS_PER_READ);
      if (entries.length === 0) return next;
      for (const [key, value] of entries) {
        if (parseWalKey(key) !== next) throw corrupt(`write-ahead record ${next} is missing`, key);
        await apply(readRecord(key, value), next);
        next++;
      }
    }
  } finally {
    await iterator.close();
  }
}

function readRecord(key: Uint8Array, value: Uint8Array): WalRecord {
  const payload = unseal(key, value);
  try {
    return readWalRecord(payload);
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

/** Removes whatever there is below the low-water mark. */
export async function removeDeadRecords(
  kv: KeyValueStore,
  writes: WriteGuard,
  walLow: number,
): Promise<void> {
  const iterator = kv.iterate(walRangeBefore(walLow));
  try {
    const [first] = await iterator.next(1);
    if (first) await removeWalRecords(kv, writes, { fromSeq: parseWalKey(first[0]), beforeSeq: walLow });
  } finally {
    await iterator.close();
  }
}
