import { signal } from '@preact/signals';
import { nowMs } from './clock.js';
import { navigate, route } from './location.js';
import { DEFAULT_RANGE, resolveRange, type TimeRange } from './timeRange.js';

/** As many ranges can be gone back to. */
const EARLIER_MAX = 50;
/** A stretch that is shifted, widened or narrowed is never shorter than this. */
const SPAN_SEC_MIN = 10;

/** Ranges the reader came from, the latest last; a shared link begins with none. */
const earlier = signal<readonly TimeRange[]>([]);

export function canGoBack(): boolean {
  return earlier.value.length > 0;
}

/** Looks at another range, as a history entry of its own. */
export function showRange(range: TimeRange): void {
  earlier.value = [...earlier.value, route.value.range].slice(-EARLIER_MAX);
  navigate({ ...route.value, range });
}

/** Narrows the range of the screen to a dragged stretch. */
export function zoomTo(startSec: number, endSec: number): void {
  const missingSec = Math.max(0, SPAN_SEC_MIN - (endSec - startSec)) / 2;
  showFixed(startSec - missingSec, endSec + missingSec);
}

/** The range before this one. */
export function goBack(): void {
  const range = earlier.value.at(-1);
  if (range === undefined) return;
  earlier.value = earlier.value.slice(0, -1);
  navigate({ ...route.value, range });
}

/** Back to the moving range the zooming began at. */
export function resetZoom(): void {
  const moving = earlier.value.findLast(({ kind }) => kind === 'last') ?? DEFAULT_RANGE;
  earlier.value = [];
  navigate({ ...route.value, range: moving });
}

/** Half a range to the past (-1) or the future (1), never past now. */
export function shift(direction: -1 | 1): void {
  const { startSec, endSec } = resolveRange(route.value.range, nowMs.value);
  const half = ((endSec - startSec) / 2) * direction;
  const by = Math.min(half, Date.now() / 1000 - endSec);
  if (by !== 0) showFixed(startSec + by, endSec + by);
}

/** Twice as much around the middle; what would lie in the future is added to the past. */
export function zoomOut(): void {
  const { startSec, endSec } = resolveRange(route.value.range, nowMs.value);
  const span = 2 * (endSec - startSec);
  const end = Math.min(Date.now() / 1000, endSec + span / 4);
  showFixed(end - span, end);
}

function showFixed(startSec: number, endSec: number): void {
  showRange({ kind: 'fixed', startSec: Math.floor(startSec), endSec: Math.ceil(endSec) });
}
