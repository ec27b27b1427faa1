import type { Manifest } from '../manifest/manifest.js';

export interface RetentionPlanOptions {
  readonly nowMs: number;
  /** How long samples are kept; undefined keeps them. */
  readonly rawMs: number | undefined;
  /** Bytes of blocks and timestamp columns, before the compression of the key-value store. */
  readonly sizeBytesMax: number | undefined;
}

/**
 * Runs that are to be dropped: of whole stretches of overlapping windows, so that no overwritten sample comes back.
 * Those whose newest sample is too old go, then the oldest until the rest is small enough; the newest stays.
 */
export function planRetention(runs: readonly Manifest[], options: RetentionPlanOptions): Manifest[] {
  const { nowMs, rawMs = Number.POSITIVE_INFINITY, sizeBytesMax = Number.POSITIVE_INFINITY } = options;
  const stretches = stretchesOf(runs);
  let sizeBytes = stretches.reduce((total, stretch) => total + stretch.sizeBytes, 0);
  const dropped: Manifest[] = [];
  stretches.forEach((stretch, i) => {
    const isTooOld = stretch.maxMs < nowMs - rawMs;
    const isTooMuch = sizeBytes > sizeBytesMax && i < stretches.length - 1;
    if (!isTooOld && !isTooMuch) return;
    dropped.push(...stretch.runs);
    sizeBytes -= stretch.sizeBytes;
  });
  return dropped;
}

interface Stretch {
  readonly runs: Manifest[];
  endMs: number;
  maxMs: number;
  sizeBytes: number;
}

/** Runs whose windows overlap, the oldest first. */
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
      stretches.push({ runs: [run], endMs, maxMs, sizeBytes });
    }
  }
  return stretches;
}
