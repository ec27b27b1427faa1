import { builtIns } from '@tinyobs/model/queryVariables';
import { describe, expect, it } from 'vitest';
import { BUILT_INS, meaningText, runQuery, standIns } from './variableText.js';

const meanings = {
  ...builtIns(15, 3_600),
  job: { values: ['shop "one"'] },
  n: { values: ['5'] },
  metric: { values: ['http_requests_total'] },
  several: { values: ['a', 'b', 'c', 'd', 'e'] },
  all: { values: [], pattern: '.*' },
};
const braced = (name: string) => '$'.concat(`{${name}}`);

describe('a query with variables', () => {
  it.each([
    ['rate(x[$__rate_interval])', 'rate(x[000000000000001m])'],
    [`rate(x[${braced('n')}m])`, 'rate(x[0001m])'],
    ['topk($n, x)', 'topk(01, x)'],
    [`rate(${braced('metric')}{job="$job"}[1m])`, 'rate(vvvvvvvvv{job="$job"}[1m])'],
    ['x[$unknown]', 'x[$unknown]'],
  ])('%s is read as %s', (query, read) => {
    expect(standIns(query, meanings)).toBe(read);
    expect(read).toHaveLength(query.length);
  });

  it('says where in it the places of what is run are', () => {
    const query = 'topk($n, x{job="$job"}[$__range]) + y';
    const { text, origin } = runQuery(query, meanings);
    expect(text).toBe('topk(5, x{job="shop \\"one\\""}[1h]) + y');
    const originOf = (part: string) => origin(text.indexOf(part));
    const spanOf = (part: string) => ({
      from: query.indexOf(part),
      to: query.indexOf(part) + part.length,
    });
    expect(originOf('topk')).toEqual({ from: 0, to: 0 });
    expect(originOf('5')).toEqual(spanOf('$n'));
    expect(originOf('one')).toEqual(spanOf('$job'));
    expect(originOf('h]')).toEqual(spanOf('$__range'));
    expect(originOf('y').from).toBe(query.indexOf('y'));
    expect(origin(text.length).from).toBe(query.length);
  });

  it('tells what a variable stands for', () => {
    expect(meaningText('n', meanings)).toBe('5');
    expect(meaningText('several', meanings)).toBe('a, b, c and 2 more');
    expect(meaningText('all', meanings)).toBe('all');
    expect([...BUILT_INS.keys()]).toEqual(Object.keys(builtIns(15, 3_600)));
  });
});
