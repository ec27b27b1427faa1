import type { Operation } from './builtQuery.js';

export interface OperationKind {
  readonly name: string;
  /** Over a stretch of time of each series, over the series of each group, of each value, or with a number. */
  readonly kind: 'range' | 'aggregate' | 'value' | 'operator';
  readonly group: string;
  /** Where its number stands among its arguments. */
  readonly numberIs: 'none' | 'first' | 'last';
  /** What it begins with. */
  readonly number: string;
}

/** What the builder knows, in the order of its menu. */
export const OPERATIONS: readonly OperationKind[] = [
  ...ofKind('range', 'Rates of counters', ['rate', 'increase', 'irate']),
  ...ofKind('range', 'Over time', [
    ...['avg_over_time', 'min_over_time', 'max_over_time', 'sum_over_time', 'count_over_time'],
    ...['last_over_time', 'stddev_over_time', 'present_over_time', 'delta', 'deriv', 'changes', 'resets'],
  ]),
  { name: 'quantile_over_time', kind: 'range', group: 'Over time', numberIs: 'first', number: '0.95' },
  ...ofKind('aggregate', 'Over series', ['sum', 'avg', 'min', 'max', 'count', 'group', 'stddev', 'stdvar']),
  { name: 'topk', kind: 'aggregate', group: 'Over series', numberIs: 'first', number: '5' },
  { name: 'bottomk', kind: 'aggregate', group: 'Over series', numberIs: 'first', number: '5' },
  { name: 'quantile', kind: 'aggregate', group: 'Over series', numberIs: 'first', number: '0.95' },
  { name: 'histogram_quantile', kind: 'value', group: 'Of histograms', numberIs: 'first', number: '0.95' },
  ...ofKind('value', 'Of values', [
    'abs',
    'ceil',
    'floor',
    'sqrt',
    'ln',
    'log2',
    'log10',
    'sort',
    'sort_desc',
  ]),
  { name: 'clamp_min', kind: 'value', group: 'Of values', numberIs: 'last', number: '0' },
  { name: 'clamp_max', kind: 'value', group: 'Of values', numberIs: 'last', number: '100' },
  ...['*', '/', '+', '-', '%', '^', '==', '!=', '>', '>=', '<', '<='].map(
    (name): OperationKind => ({
      name,
      kind: 'operator',
      group: 'With a number',
      numberIs: 'last',
      number: '1',
    }),
  ),
];

const BY_NAME = new Map(OPERATIONS.map((one) => [one.name, one]));

export function isKnown(name: string): boolean {
  return BY_NAME.has(name);
}

/** The name must be known. */
export function operationOf(name: string): OperationKind {
  const kind = BY_NAME.get(name);
  if (kind === undefined) throw new Error(`There is no operation ${name}.`);
  return kind;
}

/** The operation as it begins. */
export function newOperation(name: string, range: string): Operation {
  return { name, range, number: operationOf(name).number, grouping: 'all', labels: [] };
}

function ofKind(kind: OperationKind['kind'], group: string, names: readonly string[]): OperationKind[] {
  return names.map((name) => ({ name, kind, group, numberIs: 'none', number: '' }));
}
