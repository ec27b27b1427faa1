import { compareUtf8 } from '@tinyobs/model';
import type { Call } from '../ast.js';
import { type Columns, pickRows } from '../eval/columns.js';
import type { Evaluator } from '../eval/evaluator.js';
import type { Grid } from '../eval/grid.js';
import { sortRows } from '../eval/sliced.js';
import { vectorOf } from '../eval/value.js';
import { define, experimental, type FunctionDefinition } from './definition.js';

/** Functions that order an instant query's vector; a range query's result is ordered by labels anyway. */
export const SORT_FUNCTIONS: readonly FunctionDefinition[] = [
  sorting(
    'sort',
    ({ values }) =>
      (a, b) =>
        compareValues(values[a], values[b]),
  ),
  sorting('sort_desc', ({ values }) => (a, b) => {
    const eitherNan = Number.isNaN(values[a]) || Number.isNaN(values[b]);
    return eitherNan ? compareValues(values[a], values[b]) : compareValues(values[b], values[a]);
  }),
  experimental(sorting('sort_by_label', byLabels)),
  experimental(
    sorting('sort_by_label_desc', (columns, names) => {
      const ascending = byLabels(columns, names);
      return (a, b) => ascending(b, a);
    }),
  ),
];

type RowOrder = (rowA: number, rowB: number) => number;

function sorting(name: string, orderOf: (columns: Columns, names: string[]) => RowOrder): FunctionDefinition {
  const evaluate = async (evaluator: Evaluator, call: Call, grid: Grid) => {
    const columns = await evaluator.vector(call.args[0], grid);
    if (grid.steps > 1) {
      evaluator.annotations.warn(
        call,
        'sort is ineffective for range queries since results are always ordered by labels',
      );
      return vectorOf(columns);
    }
    const names = call.args.slice(1).map((arg) => evaluator.text(arg));
    const rows = await sortRows(columns.count, orderOf(columns, names), evaluator.clock);
    return vectorOf(await pickRows(columns, rows, evaluator.clock));
  };
  const takesLabels = name.startsWith('sort_by_label');
  return define(
    name,
    takesLabels ? ['instant vector', 'string'] : ['instant vector'],
    { kind: 'call', evaluate },
    takesLabels ? { repeats: true, optional: 1 } : {},
  );
}

/** Ascending, NaN last. */
function compareValues(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a < b ? -1 : a > b ? 1 : 0;
}

function byLabels({ labels }: Columns, names: string[]): RowOrder {
  return (a, b) => {
    for (const name of names) {
      const order = compareNaturally(labels.at(a).get(name), labels.at(b).get(name));
      if (order !== 0) return order;
    }
    return labels.at(a).compare(labels.at(b));
  };
}

/** Stretches of digits compare as numbers, others by their bytes. */
function compareNaturally(a: string, b: string): number {
  const partsA = a.match(/\d+|\D+/g) ?? [];
  const partsB = b.match(/\d+|\D+/g) ?? [];
  const shared = Math.min(partsA.length, partsB.length);
  for (let i = 0; i < shared; i++) {
    const numbers = /^\d/.test(partsA[i]) && /^\d/.test(partsB[i]);
    const order = numbers ? Number(partsA[i]) - Number(partsB[i]) : compareUtf8(partsA[i], partsB[i]);
    if (order !== 0) return order;
  }
  return partsA.length - partsB.length || compareUtf8(a, b);
}
