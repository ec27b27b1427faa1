import { describe, expect, it } from 'vitest';
import { alignSeries } from './chartData.js';
import { instantTable, rangeTable, sortRows, type TableRow, tableColumns } from './tableRows.js';

describe('an instant table', () => {
  it('has a row per sample of a vector, and one for a scalar', () => {
    expect(
      instantTable({ resultType: 'vector', result: [{ metric: { a: '1' }, value: [5, '7'] }] }).rows,
    ).toEqual([{ labels: { a: '1' }, cells: [{ text: '7', value: 7 }] }]);
    expect(instantTable({ resultType: 'scalar', result: [5, '2'] }).rows).toEqual([
      { labels: {}, cells: [{ text: '2', value: 2 }] },
    ]);
  });

  it('shows the newest samples of a range vector and says what it leaves out', () => {
    const values = Array.from({ length: 13 }, (_, index) => [index, String(index)] as const);
    const [row] = instantTable({ resultType: 'matrix', result: [{ metric: {}, values }] }).rows;
    const lines = row.cells[0].text.split('\n');
    expect(lines[0]).toBe('3 earlier samples');
    expect(lines.at(-1)).toBe('12 @ 12');
    expect(lines).toHaveLength(11);
  });
});

describe('a table over time', () => {
  it('has what each series comes down to, drawn or not, and nothing where there is nothing', () => {
    const grid = { startSec: 0, endSec: 20, stepSec: 10 };
    const matrix = [
      { metric: { a: '1' }, values: [[0, '1'] as const, [10, '5'] as const, [20, '3'] as const] },
      { metric: { a: '2' }, values: [[0, 'NaN'] as const] },
    ];
    const { titles, rows } = rangeTable(alignSeries([{ matrix, name: () => '' }], grid, 1));
    expect(titles).toEqual(['Last', 'Min', 'Max', 'Avg']);
    expect(rows.map(({ cells }) => cells.map(({ text }) => text))).toEqual([
      ['3', '1', '5', '3'],
      ['', '', '', ''],
    ]);
  });
});

describe('tableColumns', () => {
  it('puts the metric first and every other label by name', () => {
    const rows: TableRow[] = [
      { labels: { z: '1' }, cells: [] },
      { labels: { __name__: 'up', a: '2' }, cells: [] },
    ];
    expect(tableColumns(rows)).toEqual(['__name__', 'a', 'z']);
  });
});

describe('sortRows', () => {
  const rows = ['3', 'NaN', '-Inf', '+Inf', '10'].map((text, index) => ({
    labels: { node: `node${10 - index}` },
    cells: instantTable({ resultType: 'scalar', result: [0, text] }).rows[0].cells,
  }));
  const order = (column: string | number, isDescending: boolean) =>
    sortRows(rows, { column, isDescending }).map(({ cells }) => cells[0].text);

  it('orders values as numbers, with NaN last either way', () => {
    expect(order(0, true)).toEqual(['+Inf', '10', '3', '-Inf', 'NaN']);
    expect(order(0, false)).toEqual(['-Inf', '3', '10', '+Inf', 'NaN']);
  });

  it('orders labels as people count', () => {
    expect(order('node', false)).toEqual(['10', '+Inf', '-Inf', 'NaN', '3']);
    expect(order('node', true)).toEqual(['3', 'NaN', '-Inf', '+Inf', '10']);
  });
});
