import { describe, expect, it } from 'vitest';
import type { QueryData } from '../api/types.js';
import { joinTables } from './joinTables.js';

const answer = (...samples: [Record<string, string>, string][]): QueryData => ({
  resultType: 'vector',
  result: samples.map(([metric, value]) => ({ metric, value: [0, value] })),
});

describe('a table of several queries', () => {
  it('has a row for the same labels, and leaves free what a query does not answer', () => {
    const { titles, rows } = joinTables(
      [
        answer([{ __name__: 'a', job: 'x', zone: '1' }, '1'], [{ __name__: 'a', job: 'y' }, '2']),
        answer([{ __name__: 'b', zone: '1', job: 'x' }, '3']),
      ],
      ['A', 'B'],
    );
    expect(titles).toEqual(['A', 'B']);
    expect(rows.map(({ labels, cells }) => [labels, cells.map(({ text }) => text)])).toEqual([
      [{ job: 'x', zone: '1' }, ['1', '3']],
      [{ job: 'y' }, ['2', '']],
    ]);
  });

  it('keeps the metric where there is one query', () => {
    const { rows } = joinTables([answer([{ __name__: 'a' }, '1'])], ['Value']);
    expect(rows[0].labels).toEqual({ __name__: 'a' });
  });
});
