import type { Labels } from '../api/types.js';

/** Selects all series of a metric, whatever its name is made of. */
export function selectorOf(metric: string): string {
  return `{__name__=${JSON.stringify(metric)}}`;
}

/** The labels of a series of a metric, its name left out. */
export function seriesText(labels: Labels, metric: string): string {
  const pairs = Object.entries(labels)
    .filter(([name]) => name !== '__name__')
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return pairs.length === 0 ? metric : `{${pairs.join(', ')}}`;
}
