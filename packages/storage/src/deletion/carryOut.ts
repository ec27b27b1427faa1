import type { Manifest, Root } from '../manifest/manifest.js';
import { seriesSetsMeet } from '../manifest/seriesSet.js';
import type { Deletion } from './deletion.js';
import { concerns } from './exclusions.js';

/** Whether a run may still hold what was deleted. */
export function touches(deletion: Deletion, run: Manifest): boolean {
  return (
    deletion.minMs <= run.maxMs &&
    deletion.maxMs >= run.minMs &&
    concerns(deletion, { run: run.id.run, deletedSeq: run.deletedSeq }) &&
    seriesSetsMeet(deletion.series, run.series)
  );
}

/** Deletions that nothing is left to do for: their last run is there, and no run holds what they delete. */
export function carriedOut(
  deletions: readonly Deletion[],
  runs: readonly Manifest[],
  { nextRun }: Root,
): Deletion[] {
  return deletions.filter(
    (deletion) => deletion.run < nextRun && !runs.some((run) => touches(deletion, run)),
  );
}
