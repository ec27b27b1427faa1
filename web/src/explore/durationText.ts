import { formatDuration } from '../state/timeRange.js';

/** Milliseconds above 0 as PromQL writes a duration. */
export function durationText(ms: number): string {
  return ms % 1000 === 0 ? formatDuration(ms / 1000) : `${ms}ms`;
}
