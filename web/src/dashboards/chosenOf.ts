import type { Variable } from '../api/dashboards.js';
import { ALL } from './interpolate.js';

/** What the URL says of it, as far as there is such a value; else all, or the first. */
export function chosenOf(
  { isMulti, hasAll }: Pick<Variable, 'isMulti' | 'hasAll'>,
  options: readonly string[],
  wanted: readonly string[],
): readonly string[] {
  const found = wanted.filter((value) => (value === ALL ? hasAll : options.includes(value)));
  if (found.length > 0) return found.includes(ALL) ? [ALL] : isMulti ? found : found.slice(0, 1);
  return hasAll ? [ALL] : options.slice(0, 1);
}
