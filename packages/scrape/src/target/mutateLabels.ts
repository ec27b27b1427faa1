import type { Labels } from '@tinyobs/model';
import type { MutableLabels } from '../relabel/relabeling.js';

/** Before the name of a label that the target gives to a series under a name that the target itself has. */
const EXPORTED = 'exported_';

/**
 * Adds the labels of a target to those of one of its series. Where both have a name, that of the target counts and
 * that of the series goes on with `exported_` before it; with `honorLabels` that of the series counts, an empty
 * one too, which leaves the label out.
 */
export function addTargetLabels(series: MutableLabels, target: Labels, honorLabels: boolean): void {
  if (honorLabels) {
    for (const [name, value] of target) if (!series.has(name)) series.set(name, value);
    return;
  }
  const conflicts: [name: string, value: string][] = [];
  for (const [name, value] of target) {
    const own = series.get(name);
    if (own) conflicts.push([name, own]);
    series.set(name, value);
  }
  conflicts.sort(([a], [b]) => a.length - b.length);
  for (const [name, value] of conflicts) {
    let free = EXPORTED + name;
    while (series.get(free)) free = EXPORTED + free;
    series.set(free, value);
  }
}
