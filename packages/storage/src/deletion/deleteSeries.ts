import { type Matcher, type TimeRange, TinyObsError } from '@tinyobs/model';
import { ByteWriter } from '../bytes/byteWriter.js';
import type { ChangeLog } from '../changes/changeLog.js';
import type { GroupCommit } from '../commit/groupCommit.js';
import type { ExemplarLog } from '../exemplars/exemplarLog.js';
import type { Flusher } from '../flush/flusher.js';
import type { Heads } from '../head/heads.js';
import { matchSeries } from '../index/matchSeries.js';
import type { Readers } from '../index/readers.js';
import type { SeriesIndex } from '../index/seriesIndex.js';
import { walKey } from '../kv/keys.js';
import type { KeyValueStore } from '../kv/keyValueStore.js';
import { seal } from '../kv/seal.js';
import type { WriteGuard } from '../kv/writeGuard.js';
import { DELETIONS_MAX } from '../limits.js';
import type { Catalog } from '../manifest/catalog.js';
import { seriesSetOf } from '../manifest/seriesSet.js';
import type { QueryGuard } from '../query/queryGuard.js';
import { writeDeletionRecord } from '../wal/walRecord.js';

export interface DeleteSeriesContext {
  readonly kv: KeyValueStore;
  readonly writes: WriteGuard;
  readonly sync: boolean;
  readonly now: () => number;
  readonly index: SeriesIndex;
  readonly readers: Readers;
  readonly heads: Heads;
  readonly catalog: Catalog;
  readonly exemplars: ExemplarLog;
  readonly changes: ChangeLog;
  readonly commits: GroupCommit;
  readonly flusher: Flusher;
}

/**
 * Deletes what was written so far to the series that pass one of the sets, within the range: a write-ahead record
 * says when, and the head is sealed with it, so that the deletion covers runs up to that head's and nothing
 * later. Exemplars go in the same batch. In force for every query that begins after it. Returns how many series passed.
 *
 * @throws TinyObsError `store_busy` when too many deletions wait to be carried out, `store_full`,
 * `store_write_failed`, `store_corrupt` when it is not known which exemplars there are
 */
export async function deleteSeries(
  matcherSets: readonly (readonly Matcher[])[],
  range: TimeRange,
  context: DeleteSeriesContext,
  guard: QueryGuard,
): Promise<number> {
  const { readers } = context;
  const reading = readers.enter();
  try {
    return await deleteBetweenCommits(matcherSets, range, context, guard);
  } finally {
    readers.leave(reading);
  }
}

async function deleteBetweenCommits(
  matcherSets: readonly (readonly Matcher[])[],
  range: TimeRange,
  context: DeleteSeriesContext,
  guard: QueryGuard,
): Promise<number> {
  const { heads, writes, commits, flusher } = context;
  for (;;) {
    await flusher.idle();
    writes.check();
    const attempt = await commits.between<number | { readonly changed: Promise<void> }>(() => {
      const { active } = heads;
      if (heads.isFlushing || (active.committed > 0 && !heads.canSeal)) return { changed: heads.changed() };
      return deleteNow(matcherSets, range, context, guard);
    });
    if (typeof attempt === 'number') return attempt;
    await attempt.changed;
  }
}

/** Runs between two commits, while no head is being flushed. */
async function deleteNow(
  matcherSets: readonly (readonly Matcher[])[],
  { minMs, maxMs }: TimeRange,
  context: DeleteSeriesContext,
  guard: QueryGuard,
): Promise<number> {
  const { now, index, heads, catalog, exemplars, changes, commits, flusher } = context;
  if (catalog.deletions.length >= DELETIONS_MAX) {
    throw new TinyObsError(
      'store_busy',
      `${DELETIONS_MAX} deletions wait to be carried out: clean them first`,
    );
  }
  const ids = new Set<number>();
  for (const matchers of matcherSets) {
    for (const id of await matchSeries(index, matchers, index.visible, guard)) ids.add(id);
  }
  if (ids.size === 0) return 0;
  const seq = commits.nextSeq;
  const { nextRun } = catalog.root;
  const isSealing = heads.active.committed > 0;
  const series = seriesSetOf(Uint32Array.from(ids).sort());
  const record = new ByteWriter();
  writeDeletionRecord(now(), record);
  let dropExemplars = () => undefined as void;
  await catalog.commit(
    {
      addedDeletions: [{ seq, run: isSealing ? nextRun : nextRun - 1, minMs, maxMs, series }],
      more: (batch) => {
        batch.put(walKey(seq), seal(walKey(seq), record.written()));
        dropExemplars = exemplars.delete(batch, ids, { minMs, maxMs });
      },
      onApplied: () => {
        commits.nextSeq++;
        heads.active.commit(seq);
        changes.noteSeries(ids, minMs);
        dropExemplars();
        if (isSealing) flusher.sealActive();
      },
    },
    context,
  );
  await exemplars.removeDead();
  return ids.size;
}
