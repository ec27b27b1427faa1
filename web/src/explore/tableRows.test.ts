import { describe, expect, it } from 'vitest';
import { sortRows, type TableRow, tableColumns, tableRows } from './tableRows.js';

describe('tableRows', () => {
  it('has a row per sample of a vector, and one for a scalar', () => {
    expect(tableRows({ resultType: 'vector', result: [{ metric: { a: '1' }, value: [5, '7'] }] })).toEqual([
      { labels: { a: '1' }, values: ['7'] },
    ]);
    expect(tableRows({ resultType: 'scalar', result: [5, '2'] })).toEqual([{ labels: {}, values: ['2'] }]);
  });

  it('shows the newest samples of a range vector and says what it leaves out', () => {
    const values = Array.from({ length: 13 }, (_, index) => [index, String(index)] as const);
    const [row] = tableRows({ resultType: 'matrix', result: [{ metric: {}, values }] });
    expect(row.values[0]).toBe('3 earlier samples');
    expect(row.values.at(-1)).toBe('12 @ 12');
    expect(row.values).toHaveLength(11);
  });
});

describe('tableColumns', () => {
  it('puts the metric first and every other label by name', () => {
    const rows: TableRow[] = [
      { labels: { z: '1' }, values: ['1'] },
      { labels: { __name__: 'up', a: '2' }, values: ['1'] },
    ];
    expect(tableColumns(rows)).toEqual(['__name__', 'a', 'z']);
  });
});

describe('sortRows', () => {
  const rows = ['3', 'NaN', '-Inf', '+Inf', '10'].map((value, index) => ({
    labels: { node: `node${10 - index}` },
    values: [value],
  }));
  const order = (column: string | null, isDescending: boolean) =>
    sortRows(rows, { column, isDescending }).map(({ values }) => values[0]);

  it('orders values as numbers, with NaN last either way', () => {
    expect(order(null, true)).toEqual(['+Inf', '10', '3', '-Inf', 'NaN']);
    expect(order(null, false)).toEqual(['-Inf', '3', '10', '+Inf', 'NaN']);
  });

  it('orders labels as people count', () => {
    expect(order('node', false)).toEqual(['10', '+Inf', '-Inf', 'NaN', '3']);
    expect(order('node', true)).toEqual(['3', 'NaN', '-Inf', '+Inf', '10']);
  });
});
