import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileRegex, Matcher, type MatchType } from './matcher.js';

describe('Matcher', () => {
  it.each<[MatchType, string, string[], string[]]>([
    ['=', 'a', ['a'], ['', 'b', 'aa']],
    ['=', '', [''], ['a']],
    ['!=', 'a', ['', 'b'], ['a']],
    ['!=', '', ['a'], ['']],
    ['=~', 'a.c', ['abc', 'a\nc', 'a\u{1f600}c'], ['xabc', 'abcx', 'ac']],
    ['=~', 'a|bc', ['a', 'bc'], ['', 'ab', 'abc', 'ac']],
    ['=~', '(a|bc)', ['a', 'bc'], ['(a', 'abc']],
    ['=~', '(?:a|)', ['a', ''], ['b']],
    ['=~', 'a|b.*', ['a', 'b', 'bcd'], ['ab', 'ac']],
    ['=~', '', [''], ['a']],
    ['=~', '.*', ['', 'a', 'a\nb'], []],
    ['=~', '.+', ['a', '\n'], ['']],
    ['=~', 'ab.*', ['ab', 'abc', 'ab\n'], ['a', 'xab']],
    ['=~', 'ab.+', ['abc', 'ab\n'], ['ab', 'xabc']],
    ['=~', 'a.b.*', ['axb', 'axbc'], ['ab']],
    ['=~', '(?i)abc', ['ABC', 'abc'], ['abcd']],
    ['=~', 'a\\.b', ['a.b'], ['axb']],
    ['=~', '5..', ['500', '503'], ['50', '5000']],
    ['!~', '5..', ['200', ''], ['500']],
    ['!~', '.+', [''], ['a']],
    ['!~', 'a|b', ['c', 'ab', ''], ['a', 'b']],
  ])('%s %j', (type, value, passing, failing) => {
    const matcher = new Matcher('label', type, value);
    expect(passing.filter((candidate) => !matcher.matches(candidate))).toEqual([]);
    expect(failing.filter((candidate) => matcher.matches(candidate))).toEqual([]);
    expect(matcher.matchesEmpty).toBe(matcher.matches(''));
  });

  it('has fast paths that agree with the regular expression', () => {
    const pattern = fc.oneof(
      fc
        .array(fc.constantFrom('a', 'b', 'ab', '', '-', '/'), { minLength: 1, maxLength: 4 })
        .map((parts) => parts.join('|')),
      fc.string({
        unit: fc.constantFrom('a', 'b', '|', '.', '*', '+', '?', '(', ')', '\\.', '[ab]', '^', '$'),
        maxLength: 6,
      }),
    );
    const wrapped = fc
      .tuple(fc.constantFrom('', '(', '(?:'), pattern)
      .map(([open, body]) => (open === '' ? body : `${open}${body})`));
    const candidate = fc.string({ unit: fc.constantFrom('a', 'b', '|', '.', '\n', '-', '/'), maxLength: 4 });
    fc.assert(
      fc.property(wrapped.filter(compiles), fc.array(candidate, { minLength: 1 }), (regex, candidates) => {
        const matcher = new Matcher('label', '=~', regex);
        const opposite = new Matcher('label', '!~', regex);
        const whole = compileRegex(regex);
        for (const one of [...candidates, '', ...(matcher.alternatives ?? [])]) {
          expect(matcher.matches(one)).toBe(whole.matches(one));
          expect(opposite.matches(one)).toBe(!whole.matches(one));
          if (matcher.alternatives && matcher.matches(one)) expect(matcher.alternatives).toContain(one);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('lists the only values that can pass, where they can be listed', () => {
    expect(new Matcher('a', '=', 'x').alternatives).toEqual(['x']);
    expect(new Matcher('a', '=~', '(?:x|y|)').alternatives).toEqual(['x', 'y', '']);
    expect(new Matcher('a', '=~', 'x|y.*').alternatives).toBeUndefined();
    expect(new Matcher('a', '!=', 'x').alternatives).toBeUndefined();
    expect(new Matcher('a', '!~', 'x|y').alternatives).toBeUndefined();
  });

  it.each(['(', 'a{2,1}', '[', '*', '(?=a)', '\\1'])('refuses %s', (pattern) => {
    expect(() => new Matcher('a', '=~', pattern)).toThrow(expect.objectContaining({ code: 'query_parse' }));
  });

  it('refuses an expression without a bound on its length', () => {
    const pattern = 'x'.repeat(20_000);
    expect(() => new Matcher('a', '!~', pattern)).toThrow(expect.objectContaining({ code: 'query_parse' }));
  });

  it('takes time linear in the text', () => {
    const matcher = new Matcher('a', '=~', '(a*)*b');
    expect(matcher.matches('a'.repeat(50_000))).toBe(false);
  });

  it('is written as PromQL writes it', () => {
    expect(new Matcher('job', '!~', 'a"b').toString()).toBe('job!~"a\\"b"');
  });
});

function compiles(pattern: string): boolean {
  try {
    compileRegex(pattern);
    return true;
  } catch {
    return false;
  }
}
