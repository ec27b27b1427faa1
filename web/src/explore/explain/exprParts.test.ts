import { describe, expect, it } from 'vitest';
import type { ExprNode, SelectorNode } from '../../api/types.js';
import { exprParts } from './exprParts.js';

const selector: SelectorNode = {
  name: '',
  matchers: [
    { name: '__name__', value: 'a.b', type: '=' },
    { name: 'job', value: 'x', type: '!~' },
  ],
  offset: -60_000,
  timestamp: null,
  startOrEnd: 'end',
  anchored: false,
  smoothed: false,
};
const rate: ExprNode = {
  type: 'call',
  func: { name: 'rate' },
  args: [{ type: 'matrixSelector', range: 90_000, ...selector, stats: { series: 3, samplesRead: 9 } }],
};
const tree: ExprNode = {
  type: 'binaryExpr',
  op: '/',
  bool: false,
  lhs: {
    type: 'aggregation',
    op: 'topk',
    param: { type: 'numberLiteral', val: '5' },
    expr: rate,
    grouping: ['le', 'a b'],
    without: true,
  },
  rhs: {
    type: 'subquery',
    range: 3_600_000,
    step: 1_500,
    expr: { type: 'parenExpr', expr: rate },
    offset: 0,
    timestamp: 5_000,
    startOrEnd: null,
  },
  matching: { card: 'many-to-one', labels: ['job'], on: true, include: ['team'] },
};

describe('the parts of an expression', () => {
  it('stand before what they are made of, as they are written', () => {
    expect(exprParts(tree).map(({ depth, text }) => `${'  '.repeat(depth)}${text}`)).toEqual([
      '/ on (job) group_left (team)',
      '  topk without (le, "a b") ( … )',
      '    5',
      '    rate( … )',
      '      {"a.b", job!~"x"}[1m30s] @ end() offset -1m',
      '  [1h:1500ms] @ 5',
      '    ( … )',
      '      rate( … )',
      '        {"a.b", job!~"x"}[1m30s] @ end() offset -1m',
    ]);
  });

  it('have places of their own, and their figures', () => {
    const parts = exprParts(tree);
    expect(new Set(parts.map(({ path }) => path)).size).toBe(parts.length);
    expect(parts[4]).toMatchObject({ kind: 'range selector', stats: { series: 3, samplesRead: 9 } });
    expect(parts[0].stats).toBeUndefined();
  });
});
