import { COMPACTION_INTENT_KEY, compareKeys, type RunId, rangesOfRun } from '../kv/keys.js';
import type { KeyRange, KeyValueStore } from '../kv/keyValueStore.js';
import type { WriteGuard } from '../kv/writeGuard.js';

/**
 * Removes the blocks and chunks of runs that no manifest names and that the compaction intent lists, then the
 * intent. What a crash leaves is removed at open.
 *
 * @throws TinyObsError `store_full`, `store_write_failed`
 */
export async function removeRuns(
  kv: KeyValueStore,
  writes: WriteGuard,
  runs: readonly RunId[],
): Promise<void> {
  for (const run of runs) for (const range of rangesOfRun(run)) await writes.clear(kv, range);
  const batch = kv.batch();
  batch.del(COMPACTION_INTENT_KEY);
  await writes.write(batch, { sync: false });
}

/** Gives the space of removed runs back to the disk, without rewriting the run that stands among them. */
export async function reclaimSpace(
  kv: KeyValueStore,
  removed: readonly RunId[],
  kept: RunId | undefined,
): Promise<void> {
  const [blocks, chunks] = [0, 1].map((kind) => removed.map((run) => rangesOfRun(run)[kind]));
  const keptRanges = kept ? rangesOfRun(kept) : [];
  for (const range of [...rangesBeside(blocks, keptRanges[0]), ...rangesBeside(chunks, keptRanges[1])]) {
    await kv.compactRange(range);
  }
}

/** At most two ranges that hold all of `ranges` and not `kept`. */
function rangesBeside(ranges: readonly KeyRange[], kept: KeyRange | undefined): KeyRange[] {
  const sides = kept
    ? [
        ranges.filter(({ gte }) => compareKeys(gte, kept.gte) < 0),
        ranges.filter(({ gte }) => compareKeys(gte, kept.gte) > 0),
      ]
    : [ranges];
  return sides
    .filter((side) => side.length > 0)
    .map((side) => {
      const ordered = [...side].sort((a, b) => compareKeys(a.gte, b.gte));
      return { gte: ordered[0].gte, lt: ordered[ordered.length - 1].lt };
    });
}
