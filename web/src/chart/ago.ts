import { formatDuration } from '../state/timeRange.js';

/** How long ago something compared was. */
export function agoText(agoSec: number): string {
  if (agoSec === 86_400) return 'a day before';
  if (agoSec === 604_800) return 'a week before';
  return `${formatDuration(agoSec)} before`;
}
