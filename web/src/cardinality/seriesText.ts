import { quote } from '../api/promqlText.js';
import type { Labels } from '../api/types.js';

/** The labels of a series of a metric, its name left out. */
export function seriesText(labels: Labels, metric: string): string {
  const pairs = Object.entries(labels)
    .filter(([name]) => name !== '__name__')
    .map(([name, value]) => `${name}=${quote(value)}`);
  return pairs.length === 0 ? metric : `{${pairs.join(', ')}}`;
}
