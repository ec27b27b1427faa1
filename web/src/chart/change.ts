import { formatValue, type Unit } from './units.js';

/** What sums of floating-point numbers are off by, as a share of them. */
export const ROUNDING = 1e-12;

/** How a value has changed since the range began: by how much, and as a share where there is something to compare to. */
export function changeText(first: number | null, value: number | null, unit: Unit): string {
  if (first === null || value === null) return '';
  const change = value - first;
  if (Math.abs(change) <= ROUNDING * Math.max(Math.abs(first), Math.abs(value)))
    return 'unchanged over the range';
  const arrow = change > 0 ? '▲' : '▼';
  const size = formatValue(Math.abs(change), unit);
  // A share of a share would be misread.
  const isShare = unit === 'ratio' || unit === 'percent';
  const share = Math.abs(change / first);
  const asShare = first === 0 || isShare || share >= 100 ? '' : ` (${formatValue(share, 'ratio')})`;
  return `${arrow} ${size}${asShare} over the range`;
}
