import { RESOLUTION_RAW } from '../kv/keys.js';
import type { Manifest } from '../manifest/manifest.js';

export interface RetentionPlanOptions {
  readonly nowMs: number;
  /** How long the runs of a resolution (see `RunId`) are kept, ms; those of others are kept. */
  readonly keptMs: ReadonlyMap<number, number>;
  /**
   * Whether rollups take the place of raw runs: then a raw window waits until samples of all of it are refused,
   * not only until those it has are too old.
   */
  readonly rollsUp: boolean;
  /** Bytes of blocks and timestamp columns of all resolutions, before the compression of the key-value store. */
  readonly sizeBytesMax: number | undefined;
}

/** Runs whose windows overlap, of one resolution: they go together, so that no overwritten sample comes back. */
export interface Stretch {
  readonly runs: Manifest[];
  readonly resolution: number;
  startMs: number;
  endMs: number;
  maxMs: number;
  sizeBytes: number;
}

/**
 * What is to be dropped, the finest resolution first, each from the oldest on: what is too old, then as much as it
 * takes until the rest is small enough. Of each resolution the newest stretch is left for its size alone.
 */
export function planRetention(runs: readonly Manifest[], options: RetentionPlanOptions): Stretch[] {
  const { nowMs, keptMs, rollsUp, sizeBytesMax = Number.POSITIVE_INFINITY } = options;
  const resolutions = [...new Set(runs.map(({ id }) => id.resolution))].sort((a, b) => a - b);
  let sizeBytes = runs.reduce((total, run) => total + run.sizeBytes, 0);
  const dropped: Stretch[] = [];
  for (const resolution of resolutions) {
    const stretches = stretchesOf(runs.filter(({ id }) => id.resolution === resolution));
    const oldestMs = nowMs - (keptMs.get(resolution) ?? Number.POSITIVE_INFINITY);
    const waits = rollsUp && resolution === RESOLUTION_RAW;
    stretches.forEach((stretch, i) => {
      const isTooOld = waits ? stretch.endMs <= oldestMs : stretch.maxMs < oldestMs;
      const isTooMuch = sizeBytes > sizeBytesMax && i < stretches.length - 1;
      if (!isTooOld && !isTooMuch) return;
      dropped.push(stretch);
      sizeBytes -= stretch.sizeBytes;
    });
  }
  return dropped;
}

/** The oldest first. */
function stretchesOf(runs: readonly Manifest[]): Stretch[] {
  const stretches: Stretch[] = [];
  const byStart = [...runs].sort((a, b) => a.id.windowMs - b.id.windowMs);
  for (const run of byStart) {
    const last = stretches.at(-1);
    if (last && run.id.windowMs < last.endMs) {
      last.runs.push(run);
      last.endMs = Math.max(last.endMs, run.windowEndMs);
      last.maxMs = Math.max(last.maxMs, run.maxMs);
      last.sizeBytes += run.sizeBytes;
    } else {
      const { windowEndMs: endMs, maxMs, sizeBytes } = run;
      const { resolution, windowMs: startMs } = run.id;
      stretches.push({ runs: [run], resolution, startMs, endMs, maxMs, sizeBytes });
    }
  }
  return stretches;
}
