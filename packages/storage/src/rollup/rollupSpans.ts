import type { RollupChoice, RollupSpan } from '@tinyobs/model';
import type { Manifest } from '../manifest/manifest.js';
import { RESOLUTIONS, type Resolution } from './resolution.js';

const EVERY: RollupChoice = { maxMs: Number.POSITIVE_INFINITY, preferredMs: 0 };

/** A stretch of time and the resolution that answers for it. */
export interface Span extends RollupSpan {
  readonly startMs: number;
  readonly resolution: Resolution;
}

/** What answers where raw samples are gone, ascending; where no rollups are nothing does. */
export function rollupSpans(rollups: readonly Manifest[], choice: RollupChoice = EVERY): Span[] {
  const allowed = RESOLUTIONS.filter(({ widthMs }) => widthMs <= choice.maxMs);
  const preferred = allowed.filter(({ widthMs }) => widthMs <= choice.preferredMs).reverse();
  const ordered = [...new Set([...preferred, ...allowed])];
  const windows = ordered.map(({ id }) => rollups.filter((run) => run.id.resolution === id));
  const edges = new Set(rollups.flatMap(({ id, windowEndMs }) => [id.windowMs, windowEndMs]));
  const sorted = [...edges].sort((a, b) => a - b);
  const spans: Span[] = [];
  for (let i = 0; i + 1 < sorted.length; i++) {
    const [startMs, endMs] = [sorted[i], sorted[i + 1]];
    const isIn = (run: Manifest) => run.id.windowMs <= startMs && run.windowEndMs >= endMs;
    const resolution = ordered.find((_, place) => windows[place].some(isIn));
    if (!resolution) continue;
    const last = spans.at(-1);
    const { widthMs } = resolution;
    if (last?.resolution === resolution && last.endMs === startMs)
      spans[spans.length - 1] = { ...last, endMs };
    else spans.push({ startMs, endMs, widthMs, resolution });
  }
  return spans;
}
