import { describe, expect, it } from 'vitest';
import { alignSeries, seriesName } from './chartData.js';
import { fileNameOf } from './download.js';
import { csvOf, textCell } from './exportCsv.js';

describe('a chart as CSV', () => {
  it('has all series, drawn or not, a line per point of time, and nothing for gaps', () => {
    const grid = { startSec: 0, endSec: 10, stepSec: 10 };
    const matrix = [
      { metric: { a: 'x,y' }, values: [[0, '1.5'] as const, [10, '-2'] as const] },
      { metric: { a: 'z' }, values: [[10, '3e21'] as const] },
    ];
    const earlier = { matrix: [{ metric: { a: 'z' }, values: [[-86_400, '7'] as const] }], agoSec: 86_400 };
    const data = alignSeries([{ matrix, name: seriesName, earlier }], grid, 1);
    expect(csvOf(data)).toBe(
      [
        'time,"{a=""x,y""}","{a=""z""}","{a=""z""} · a day before"\r\n',
        '1970-01-01T00:00:00.000Z,1.5,,7\r\n',
        '1970-01-01T00:00:10.000Z,-2,3e+21,\r\n',
      ].join(''),
    );
  });

  it.each([
    ['=HYPERLINK("http://x")', '"\'=HYPERLINK(""http://x"")"'],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['two\r\nlines', '"two\r\nlines"'],
    ['plain', 'plain'],
  ])('makes %j harmless', (text, cell) => {
    expect(textCell(text)).toBe(cell);
  });

  it('is named by its title, as far as file systems take it', () => {
    expect(fileNameOf('CPU / Memory: <b>', 'csv')).toBe('cpu-memory-b.csv');
    expect(fileNameOf('†', 'png')).toBe('chart.png');
  });
});
