import type { ChangeLog } from '../changes/changeLog.js';
import { reclaimSpace, removeRuns } from '../compaction/removeRuns.js';
import type { Heads } from '../head/heads.js';
import { COMPACTION_INTENT_KEY } from '../kv/keys.js';
import { seal } from '../kv/seal.js';
import type { Catalog, CommitContext } from '../manifest/catalog.js';
import { encodeIntent, type Manifest } from '../manifest/manifest.js';

/**
 * Takes runs out of the catalog in one synced batch, then removes them and gives their space back.
 *
 * @throws TinyObsError `store_full`, `store_write_failed`
 */
export async function dropRuns(
  runs: readonly Manifest[],
  context: CommitContext & {
    readonly catalog: Catalog;
    readonly heads: Heads;
    readonly changes: ChangeLog;
  },
): Promise<void> {
  const { kv, writes, catalog, heads, changes } = context;
  const ids = runs.map((run) => run.id);
  await catalog.commit(
    {
      removedRuns: runs,
      more: (batch) => batch.put(COMPACTION_INTENT_KEY, seal(COMPACTION_INTENT_KEY, encodeIntent(ids))),
      onApplied: () => {
        for (const { run } of ids) heads.retire(run);
        changes.noteDropped(
          runs.reduce((maxMs, run) => Math.max(maxMs, run.maxMs), Number.NEGATIVE_INFINITY),
        );
      },
    },
    context,
  );
  await removeRuns(kv, writes, ids);
  await reclaimSpace(kv, ids, undefined);
}
