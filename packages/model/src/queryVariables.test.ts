import { describe, expect, it } from 'vitest';
import {
  ALL,
  builtIns,
  chosenOf,
  interpolate,
  interpolateText,
  meaningOf,
  placedVariables,
  rateWindow,
} from './queryVariables.js';

/** References as they are written, which would be taken for those of this language. */
const BRACED = { job: '$'.concat('{job}'), asPattern: '$'.concat('{job:regex}'), all: '$'.concat('{all}') };
const one = (value: string) => ({ values: [value] });

describe('variables in queries', () => {
  it.each([
    ['up{job="$job"}', 'up{job="shop"}'],
    [`up{job="${BRACED.job}"}`, 'up{job="shop"}'],
    [`up{job=~"${BRACED.asPattern}"}`, 'up{job=~"shop"}'],
    ['up{job="[[job]]"}', 'up{job="shop"}'],
    ['up{job="$jobs"}', 'up{job="$jobs"}'],
    ['up{job="a\\"$job"}', 'up{job="a\\"shop"}'],
    ['topk($job, up)', 'topk(shop, up)'],
    ['up{job="$constructor"}', 'up{job="$constructor"}'],
  ])('%s is %s', (query, expected) => {
    expect(interpolate(query, { job: one('shop') })).toBe(expected);
  });

  it.each([
    ['x{a="$v"}', 'x{a="a.b\\"\\\\(\'}"}'],
    ["x{a='$v'}", "x{a='a.b\"\\\\(\\'}'}"],
    ['x{a=~"$v"}', 'x{a=~"a\\\\.b\\"\\\\\\\\\\\\(\'\\\\}"}'],
    ['x{a!~`$v`}', 'x{a!~`a\\.b"\\\\\\(\'\\}`}'],
    ['x{a=`$v`}', 'x{a=`a.b"\\(\'}`}'],
    // Outside of a string it could be anything: it stays a mistake.
    ['x + $v', 'x + $v'],
  ])('a value cannot leave its string: %s', (query, expected) => {
    expect(interpolate(query, { v: one('a.b"\\(\'}') })).toBe(expected);
  });

  it('puts no backtick where none can be written', () => {
    expect(interpolate('x{a=`$v`}', { v: one('`} or up{a=`') })).toBe('x{a=`$v`}');
  });

  it('makes one pattern of several values, and of all', () => {
    const several = meaningOf({ kind: 'query', values: [] }, ['a.b', 'c']);
    expect(interpolate('x{a=~"$v"}', { v: several })).toBe('x{a=~"(a\\\\.b|c)"}');
    expect(interpolate('x{a="$v"}', { v: several })).toBe('x{a="$v"}');
    const all = meaningOf({ kind: 'query', values: [] }, [ALL]);
    expect(interpolate('x{a=~"$v"}', { v: all })).toBe('x{a=~".*"}');
    const given = meaningOf({ kind: 'custom', values: ['p', 'q'] }, [ALL]);
    expect(interpolate('x{a=~"$v"}', { v: given })).toBe('x{a=~"(p|q)"}');
  });

  it('says where it puts what', () => {
    const query = `rate(x{job=~"$job", a="$none"}[${BRACED.job}])`;
    expect(placedVariables(query, { job: one('5m'), all: one('') })).toEqual([
      { name: 'job', from: 13, to: 17, text: '5m', isQuoted: true },
      { name: 'job', from: 31, to: 37, text: '5m', isQuoted: false },
    ]);
  });

  it('knows the time it is drawn for', () => {
    const meanings = builtIns(15, 3600);
    expect(interpolate('rate(x[$__rate_interval]) + x[$__range] / $__interval_ms', meanings)).toBe(
      'rate(x[1m]) + x[1h] / 15000',
    );
  });

  it('writes values for people as they are', () => {
    const meanings = { job: one('a"b'), all: { values: [], pattern: '.*' } };
    expect(interpolateText(`Of $job, ${BRACED.all}, $none`, meanings)).toBe('Of a"b, all, $none');
  });
});

describe('what is chosen of a variable', () => {
  it.each([
    [{ isMulti: false, hasAll: false }, ['b'], ['b']],
    [{ isMulti: false, hasAll: false }, [], ['a']],
    [{ isMulti: false, hasAll: false }, ['gone'], ['a']],
    [{ isMulti: true, hasAll: false }, ['a', 'b', 'gone'], ['a', 'b']],
    [{ isMulti: true, hasAll: true }, ['gone'], ['$__all']],
    [{ isMulti: false, hasAll: false }, ['$__all'], ['a']],
    [{ isMulti: true, hasAll: true }, ['a', '$__all'], ['$__all']],
  ])('%o with %o is %o', (variable, wanted, expected) => {
    expect(chosenOf(variable, ['a', 'b'], wanted)).toEqual(expected);
  });
});

describe('rateWindow', () => {
  it('is four steps, and at least a minute', () => {
    expect(rateWindow(5)).toBe('1m');
    expect(rateWindow(15)).toBe('1m');
    expect(rateWindow(60)).toBe('4m');
    expect(rateWindow(7_200)).toBe('8h');
  });
});
