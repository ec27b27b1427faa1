import { formatDuration } from '../state/timeRange.js';
import type { ChartSeries } from './chartData.js';

/** The name of a series, and when it was so if that is not now. */
export function nameInTime({ name, agoSec }: Pick<ChartSeries, 'name' | 'agoSec'>): string {
  return agoSec === 0 ? name : `${name} · ${agoText(agoSec)}`;
}

function agoText(agoSec: number): string {
  if (agoSec === 86_400) return 'a day before';
  if (agoSec === 604_800) return 'a week before';
  return `${formatDuration(agoSec)} before`;
}
