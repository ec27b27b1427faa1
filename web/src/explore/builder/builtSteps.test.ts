import { describe, expect, it } from 'vitest';
import { type BuiltQuery, builtText, NOTHING_BUILT } from './builtQuery.js';
import { canSwap, suggestedSteps, swapped, withStep } from './builtSteps.js';
import { newOperation } from './operationKinds.js';

const step = (name: string) => newOperation(name, '5m');
const built = (...names: string[]): BuiltQuery =>
  names.map(step).reduce<BuiltQuery>(withStep, { ...NOTHING_BUILT, metric: 'x' });

describe('the operations of a built query', () => {
  it('have what is over a stretch of time first, and only one of it', () => {
    expect(builtText(built('sum', 'rate'))).toBe('sum(rate(x[5m]))');
    expect(builtText(built('rate', 'sum', 'increase'))).toBe('sum(increase(x[5m]))');
  });

  it('change places, but for that', () => {
    const query = built('rate', 'sum', 'abs');
    expect([0, 1, 2].map((place) => canSwap(query, place))).toEqual([false, true, false]);
    expect(builtText(swapped(query, 1))).toBe('sum(abs(rate(x[5m])))');
    expect(swapped(query, 0)).toBe(query);
    expect(swapped(query, -1)).toBe(query);
  });

  it('begin as what one usually wants of the type', () => {
    const text = (type: Parameters<typeof suggestedSteps>[0]) =>
      builtText({ metric: 'x', filters: [], operations: suggestedSteps(type, '1m') });
    expect(text('counter')).toBe('sum(rate(x[1m]))');
    expect(text('histogram')).toBe('histogram_quantile(0.95, sum by (le) (rate(x[1m])))');
    expect(text('gauge')).toBe('x');
  });

  it('leave filters out that have no label yet', () => {
    const filters = [
      { label: '', op: '=', value: 'y' },
      { label: 'a', op: '=', value: '' },
    ] as const;
    expect(builtText({ ...NOTHING_BUILT, metric: 'x', filters })).toBe('x{a=""}');
    expect(builtText({ ...NOTHING_BUILT, operations: [step('sum')] })).toBe('');
  });
});
