import type { CompactionJob } from '../compaction/planCompaction.js';
import { COMPACTION_INPUTS_MAX } from '../limits.js';
import type { Manifest } from '../manifest/manifest.js';
import { RESOLUTIONS } from './resolution.js';

/**
 * Rollup runs to be merged into their final windows: those of windows that are rolled up to their end, so that each
 * bucket is rewritten once.
 */
export function planRollupMerges(rollups: readonly Manifest[], rolledMs: number): CompactionJob[] {
  const jobs: CompactionJob[] = [];
  for (const { id: resolution, windowMs: widthMs } of RESOLUTIONS) {
    const byWindow = new Map<number, Manifest[]>();
    for (const run of rollups) {
      if (run.id.resolution !== resolution) continue;
      const windowMs = Math.floor(run.id.windowMs / widthMs) * widthMs;
      const known = byWindow.get(windowMs);
      if (known) known.push(run);
      else byWindow.set(windowMs, [run]);
    }
    for (const [windowMs, runs] of byWindow) {
      const windowEndMs = windowMs + widthMs;
      if (windowEndMs > rolledMs || runs.length < 2) continue;
      jobs.push({ inputs: oldest(runs), windowMs, windowEndMs });
    }
  }
  return jobs;
}

/** As many as are merged at once, in the order of their numbers. */
function oldest(runs: readonly Manifest[]): Manifest[] {
  const byTime = [...runs].sort((a, b) => a.id.windowMs - b.id.windowMs || a.minMs - b.minMs);
  const chosen = new Set(byTime.slice(0, COMPACTION_INPUTS_MAX));
  return runs.filter((run) => chosen.has(run));
}
