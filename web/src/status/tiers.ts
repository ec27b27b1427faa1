import type { TierName } from '../api/operateTypes.js';
import { formatDuration } from '../state/timeRange.js';

export const TIER_NAMES: readonly TierName[] = ['raw', '5m', '1h'];

const TITLES: Record<TierName, string> = {
  raw: 'Samples',
  '5m': 'Rollups of 5 minutes',
  '1h': 'Rollups of an hour',
};

export function titleOfTier(tier: TierName): string {
  return TITLES[tier];
}

/** An age as people say it: `6 h`, `7 d`, `1 y`. */
export function ageText(seconds: number): string {
  return seconds % YEAR_SEC === 0
    ? `${seconds / YEAR_SEC} y`
    : formatDuration(seconds).replace(/(\d)([a-z])/g, '$1 $2');
}

const YEAR_SEC = 365 * 86_400;
