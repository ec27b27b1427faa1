import { describe, expect, it } from 'vitest';
import { exprJson, parseQuery } from './index.js';

const NAME = { name: '__name__', value: 'x', type: '=' };
const PLAIN = {
  type: 'vectorSelector',
  name: 'x',
  matchers: [NAME],
  offset: 0,
  timestamp: null,
  startOrEnd: null,
  anchored: false,
  smoothed: false,
};

/** Shapes are those of Prometheus' `web/api/v1/translate_ast.go`. */
describe('the tree of a query as JSON', () => {
  it.each([
    ['1e3', { type: 'numberLiteral', val: '1000' }],
    ['-Inf', { type: 'numberLiteral', val: '-Inf' }],
    ['"a"', { type: 'stringLiteral', val: 'a' }],
    ['(x)', { type: 'parenExpr', expr: PLAIN }],
    ['-x', { type: 'unaryExpr', op: '-', expr: PLAIN }],
    ['x offset -1m @ 5', { ...PLAIN, offset: -60_000, timestamp: 5000 }],
    ['x @ end()', { ...PLAIN, startOrEnd: 'end' }],
    ['x smoothed', { ...PLAIN, smoothed: true }],
    ['x{a!="b"}', { ...PLAIN, matchers: [{ name: 'a', value: 'b', type: '!=' }, NAME] }],
    ['{"a.b"}', { ...PLAIN, name: '', matchers: [{ ...NAME, value: 'a.b' }] }],
    ['x[5m]', { ...PLAIN, type: 'matrixSelector', range: 300_000 }],
    [
      'x[5m:30s]',
      {
        type: 'subquery',
        expr: PLAIN,
        range: 300_000,
        step: 30_000,
        offset: 0,
        timestamp: null,
        startOrEnd: null,
      },
    ],
    ['sum(x)', { type: 'aggregation', op: 'sum', expr: PLAIN, param: null, grouping: [], without: false }],
    [
      'topk without(a) (5, x)',
      {
        type: 'aggregation',
        op: 'topk',
        expr: PLAIN,
        param: { type: 'numberLiteral', val: '5' },
        grouping: ['a'],
        without: true,
      },
    ],
    [
      'time()',
      { type: 'call', func: { name: 'time', argTypes: [], variadic: 0, returnType: 'scalar' }, args: [] },
    ],
    [
      'round(x)',
      {
        type: 'call',
        func: { name: 'round', argTypes: ['vector', 'scalar'], variadic: 1, returnType: 'vector' },
        args: [PLAIN],
      },
    ],
  ])('%s', (query, tree) => {
    expect(exprJson(parseQuery(query, { experimental: true }))).toEqual(tree);
  });

  it.each([
    ['label_join(x, "a", "b", "c")', { argTypes: ['vector', 'string', 'string', 'string'], variadic: -1 }],
    ['rate(x[5m])', { argTypes: ['matrix'], variadic: 0 }],
  ])('tells the signature of %s', (query, signature) => {
    expect(exprJson(parseQuery(query)).func).toMatchObject(signature);
  });

  it.each([
    ['x + x', { card: 'one-to-one', labels: [], on: false, include: [] }],
    ['x and x', { card: 'many-to-many', labels: [], on: false, include: [] }],
    ['x * on(a) group_right(b) x', { card: 'one-to-many', labels: ['a'], on: true, include: ['b'] }],
    ['x + on(a) fill_left(1) x', { card: 'one-to-one', fillValues: { lhs: 1, rhs: null } }],
  ])('tells how %s is matched', (query, matching) => {
    expect(exprJson(parseQuery(query, { experimental: true })).matching).toMatchObject(matching);
  });

  it('matches nothing where a side is a number', () => {
    expect(exprJson(parseQuery('1 > bool 2'))).toEqual({
      type: 'binaryExpr',
      op: '>',
      lhs: { type: 'numberLiteral', val: '1' },
      rhs: { type: 'numberLiteral', val: '2' },
      matching: null,
      bool: true,
    });
  });
});
