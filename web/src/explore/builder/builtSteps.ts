import type { MetricType } from '../metrics/metricCatalog.js';
import type { BuiltQuery, Operation } from './builtQuery.js';
import { newOperation, operationOf } from './operationKinds.js';

/** What one usually wants of a metric of that type, with a `rate` over that range. */
export function suggestedSteps(type: MetricType, range: string): readonly Operation[] {
  if (type === 'counter') return [newOperation('rate', range), newOperation('sum', range)];
  if (type === 'histogram') {
    return [
      newOperation('rate', range),
      { ...newOperation('sum', range), grouping: 'by', labels: ['le'] },
      newOperation('histogram_quantile', range),
    ];
  }
  return [];
}

/** With one more operation: one over a stretch of time comes first, and takes the place of another there. */
export function withStep(query: BuiltQuery, step: Operation): BuiltQuery {
  const isRange = ({ name }: Operation) => operationOf(name).kind === 'range';
  if (!isRange(step)) return { ...query, operations: [...query.operations, step] };
  return { ...query, operations: [step, ...query.operations.filter((one) => !isRange(one))] };
}

/** Whether the operation at a place may change places with the one after it. */
export function canSwap({ operations }: BuiltQuery, place: number): boolean {
  const first = operations[place];
  return (
    operations[place + 1] !== undefined && first !== undefined && operationOf(first.name).kind !== 'range'
  );
}

/** The operation at a place and the one after it change places. */
export function swapped(query: BuiltQuery, place: number): BuiltQuery {
  if (!canSwap(query, place)) return query;
  const { operations } = query;
  return {
    ...query,
    operations: operations.with(place, operations[place + 1]).with(place + 1, operations[place]),
  };
}
