import { type Labels, METRIC_NAME } from '@tinyobs/model';
import type { VectorMatching } from '../ast.js';
import { type Columns, KEY_UNIT_BYTES } from './columns.js';
import type { Work } from './work.js';

/** Without anything said, vectors match on all labels. */
export const DEFAULT_MATCHING: VectorMatching = { card: 'one-to-one', on: false, labels: [], include: [] };

/** Numbers the match groups of both sides: rows of either that match have the same number. */
export async function signaturesOf(
  matching: VectorMatching,
  sides: readonly Columns[],
  { clock, budget }: Work,
): Promise<{ groupOf: Uint32Array[]; count: number }> {
  const reduce = matchedLabels(matching);
  const numbers = new Map<string, number>();
  const groupOf: Uint32Array[] = [];
  for (const { count, labels } of sides) {
    const groups = new Uint32Array(count);
    for (let row = 0; row < count; row++) {
      if (clock.due) await clock.pause();
      const { key } = reduce(labels.at(row));
      let group = numbers.get(key);
      if (group === undefined) {
        budget.holdBytes(KEY_UNIT_BYTES * key.length);
        group = numbers.size;
        numbers.set(key, group);
      }
      groups[row] = group;
    }
    groupOf.push(groups);
  }
  return { groupOf, count: numbers.size };
}

/** The part of a label set that has to be equal on both sides. */
export function matchedLabels(matching: VectorMatching): (labels: Labels) => Labels {
  const names = new Set(matching.labels);
  if (matching.on) return (labels) => labels.keep(names);
  names.add(METRIC_NAME);
  return (labels) => labels.drop(names);
}
