import { exprJson, parseQuery } from '@tinyobs/promql';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ExprNode } from '../../web/src/api/types.js';
import { type BuiltQuery, builtText, type Operation } from '../../web/src/explore/builder/builtQuery.js';
import { withStep } from '../../web/src/explore/builder/builtSteps.js';
import { newOperation, OPERATIONS, operationOf } from '../../web/src/explore/builder/operationKinds.js';
import { parseBuilt } from '../../web/src/explore/builder/parseBuilt.js';

/** What the server tells of a query, as the builder reads it. */
const parsed = (text: string) =>
  parseBuilt(JSON.parse(JSON.stringify(exprJson(parseQuery(text)))) as ExprNode);

const name = fc.oneof(
  fc.constantFrom('up', 'http_requests_total', 'job:up:sum'),
  fc.string({ minLength: 1, unit: 'grapheme' }),
);
const label = fc
  .oneof(fc.constantFrom('job', 'le'), fc.string({ minLength: 1, unit: 'grapheme' }))
  .filter((one) => one !== '__name__');
const filter = fc.oneof(
  fc.record({
    label,
    op: fc.constantFrom('=' as const, '!=' as const),
    value: fc.string({ unit: 'grapheme' }),
  }),
  fc.record({
    label,
    op: fc.constantFrom('=~' as const, '!~' as const),
    value: fc.constantFrom('a|b', '.+', ''),
  }),
);
const operation: fc.Arbitrary<Operation> = fc
  .record({
    kind: fc.constantFrom(...OPERATIONS),
    range: fc.constantFrom('30s', '5m', '1h30m', '1d'),
    number: fc.constantFrom('0.5', '-2', '1000000', '3'),
    grouping: fc.constantFrom('all' as const, 'by' as const, 'without' as const),
    labels: fc.uniqueArray(label, { minLength: 1, maxLength: 3 }),
  })
  .map(({ kind, range, number, grouping, labels }) => {
    const isGrouped = kind.kind === 'aggregate' && grouping !== 'all';
    return {
      ...newOperation(kind.name, kind.kind === 'range' ? range : ''),
      number: kind.numberIs === 'none' ? '' : number,
      ...(isGrouped && { grouping, labels }),
    };
  });
const query: fc.Arbitrary<BuiltQuery> = fc
  .record({
    metric: name,
    filters: fc.array(filter, { maxLength: 3 }),
    steps: fc.array(operation, { maxLength: 4 }),
  })
  .map(({ metric, filters, steps }) =>
    steps.reduce<BuiltQuery>(withStep, { metric, filters, operations: [] }),
  );

describe('the builder of queries', () => {
  it('writes what the server reads, and reads it back as it was chosen', () => {
    fc.assert(
      fc.property(query, (built) => {
        expect(parsed(builtText(built))).toEqual({ query: built });
      }),
    );
  });

  it.each([
    ['sum by (job) (rate(http_requests_total{code=~"5.."}[5m])) > 0.5', ['rate', 'sum', '>']],
    ['(histogram_quantile(0.9, sum by(le) (rate(x_bucket[1m]))))', ['rate', 'sum', 'histogram_quantile']],
    ['clamp_max((up + 1) * 2, 3)', ['+', '*', 'clamp_max']],
    ['quantile_over_time(0.5, (up[5m]))', ['quantile_over_time']],
  ])('knows the parts of %s', (text, names) => {
    const result = parsed(text);
    expect('query' in result && result.query.operations.map((one) => one.name)).toEqual(names);
  });

  it.each([
    ['up offset 5m', /other times/],
    ['up / on (job) up', /between queries/],
    ['1 - up', /between queries/],
    ['up > bool 1', /bool/],
    ['rate(up[5m:1m])', /subqueries/],
    ['label_replace(up, "a", "b", "c", "d")', /label_replace/],
    ['count_values("v", up)', /count_values/],
    ['topk(scalar(up), up)', /parameter/],
    ['up[5m]', /no function/],
    ['-up', /signs/],
    ['1', /alone/],
  ])('says what it cannot show of %s', (text, reason) => {
    expect(parsed(text)).toEqual({ reason: expect.stringMatching(reason) });
  });

  it('has no operation that the server does not know', () => {
    for (const { name: one, kind } of OPERATIONS) {
      const text = builtText({ metric: 'up', filters: [], operations: [newOperation(one, '5m')] });
      expect(() => parseQuery(text), text).not.toThrow();
      expect(operationOf(one).kind).toBe(kind);
    }
  });
});
