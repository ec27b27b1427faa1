import { signal } from '@preact/signals';
import { navigate, route } from './location.js';
import { DEFAULT_RANGE, type TimeRange } from './timeRange.js';

/** Where the reader was before zooming in; a shared link that is already zoomed has no such place. */
const before = signal<TimeRange | null>(null);

/** Narrows the range of the screen to a dragged stretch, as a history entry of its own. */
export function zoomTo(startSec: number, endSec: number): void {
  const { range } = route.value;
  if (range.kind === 'last') before.value = range;
  navigate({ ...route.value, range: { kind: 'fixed', startSec, endSec } });
}

/** Back to the moving range the zooming began at. */
export function resetZoom(): void {
  navigate({ ...route.value, range: before.value ?? DEFAULT_RANGE });
}
