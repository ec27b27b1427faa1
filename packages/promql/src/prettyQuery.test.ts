import { describe, expect, it } from 'vitest';
import { formatQuery, parseQuery, prettyQuery } from './index.js';

/** Expected texts are those of `/api/v1/format_query` of Prometheus 2.42, but for what it did not know yet. */
describe('the text of a query', () => {
  it.each([
    ['foo+bar', 'foo + bar'],
    ['Inf ^ 2', 'Inf ^ 2'],
    ['1 + Inf', '1 + +Inf'],
    ['a + ignoring() b', 'a + b'],
    ['a + on() b', 'a + on () b'],
    ['sum by () (x)', 'sum(x)'],
    ['sum(x) by (a,b)', 'sum by (a, b) (x)'],
    ['x[90m]', 'x[1h30m]'],
    ['x[1w]', 'x[1w]'],
    ['x[8d]', 'x[8d]'],
    ['x[1y]', 'x[1y]'],
    ['x[5m:30s] offset 1d', 'x[5m:30s] offset 1d'],
    ['x@start()', 'x @ start()'],
    ['a==bool on(x) group_left() b', 'a == bool on (x) group_left () b'],
    ['x{a="é",b=~"c|d"}', 'x{a="é",b=~"c|d"}'],
    ['1e30', '1000000000000000000000000000000'],
    ['{"a.b", "c d"="e"}', '{"a.b","c d"="e"}'],
  ])('%s is written %s', (query, text) => {
    expect(prettyQuery(parseQuery(query))).toBe(text);
  });

  const long = (name: string) => `${name}_${'x'.repeat(60)}`;

  it.each([
    [
      `${long('a')} / on(job) group_left(le) ${long('b')}`,
      `  ${long('a')}\n/ on (job) group_left (le)\n  ${long('b')}`,
    ],
    [
      `sum by(job) (rate(${long('a')}{job="x",instance="y"}[5m]))`,
      `sum by (job) (\n  rate(${long('a')}{instance="y",job="x"}[5m])\n)`,
    ],
    [`topk(5, ${long('a')} + ${long('b')})`, `topk(\n  5,\n    ${long('a')}\n  +\n    ${long('b')}\n)`],
    [
      `-label_replace(${long('a')}, "${long('b')}", "", "", "")`,
      `-label_replace(\n  ${long('a')},\n  "${long('b')}",\n  "",\n  "",\n  ""\n)`,
    ],
    [`(${long('a')} + ${long('b')})[1h:5m]`, `(\n    ${long('a')}\n  +\n    ${long('b')}\n)[1h:5m]`],
  ])('%s is written in lines', (query, text) => {
    expect(prettyQuery(parseQuery(query))).toBe(text);
    expect(formatQuery(parseQuery(text))).toBe(formatQuery(parseQuery(query)));
  });
});
