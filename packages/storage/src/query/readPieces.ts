import { PARALLEL_READS } from '../limits.js';
import type { Manifest } from '../manifest/manifest.js';
import { intersectSeriesSet } from '../manifest/seriesSet.js';
import type { QueryGuard } from './queryGuard.js';
import { RunPieces } from './runPieces.js';
import { RunReader, type RunReaderContext } from './runReader.js';

/** What some series have in all runs, which are ordered so that samples usually follow each other in time. */
export async function readPieces(
  sources: Omit<RunReaderContext, 'guard'>,
  runs: readonly Manifest[],
  ids: Uint32Array,
  guard: QueryGuard,
): Promise<RunPieces[]> {
  const context = { ...sources, guard };
  const all: RunPieces[] = [];
  let next = 0;
  const readRuns = async () => {
    while (next < runs.length) {
      const run = runs[next++];
      const wanted = intersectSeriesSet(ids, run.series);
      if (wanted.length === 0) continue;
      const pieces = new RunPieces(run);
      await new RunReader(run, context).read(wanted, pieces);
      all.push(pieces);
    }
  };
  await allSettledOrThrow(Array.from({ length: Math.min(PARALLEL_READS, runs.length) }, readRuns));
  return all.sort((a, b) => a.run.id.windowMs - b.run.id.windowMs || a.run.id.run - b.run.id.run);
}

/** Waits for all before it throws the first error: nothing reads on after the snapshot is closed. */
async function allSettledOrThrow(promises: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(promises)) {
    if (result.status === 'rejected') throw result.reason;
  }
}
