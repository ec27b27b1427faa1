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
        const { regex: whole } = compileRegex(regex);
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
    const pattern = '.'.repeat(70_000);
    expect(() => new Matcher('a', '!~', pattern)).toThrow(expect.objectContaining({ code: 'query_parse' }));
  });

  it.each([
    '((a{200}){4})'.repeat(1200),
    '\\pL'.repeat(4000),
    '(a|b{900}){900}',
    '[\\p{Greek}]{1000}x{0,9}{0,99}',
  ])('refuses an expression that is long to compile', (pattern) => {
    expect(() => new Matcher('a', '=~', pattern)).toThrow(expect.objectContaining({ code: 'query_parse' }));
  });

  it('refuses to match a value that it would take long over', () => {
    const value = 'ab'.repeat(950);
    for (const pattern of ['.*a.{900}c.*', '.*a'.repeat(200), '(x{0,100}){0,9}y', '(.*a|.*b|[ab]{300}c)+d']) {
      const matcher = new Matcher('a', '=~', pattern);
      expect(matcher.matches('b'), pattern).toBe(false);
      expect(() => matcher.matches(value), pattern).toThrow(
        expect.objectContaining({ code: 'query_execution' }),
      );
    }
  });

  const hosts = Array.from({ length: 2000 }, (_, i) => `host-${i}.rack-${i % 7}.example.com`);
  const escaped = hosts.map((host) => host.replaceAll(/[.-]/g, '\\$&'));
  it.each([
    ['names', escaped.join('|'), 'host-1999.rack-4.example.com', 'host-2000.rack-4.example.com'],
    [
      'names in a group',
      `(${escaped.join('|')}):.*`,
      'host-7.rack-0.example.com:9100',
      'host-7.rack-0.example.com',
    ],
    [
      'beginnings',
      `(?:${escaped.map((host) => `${host}:.+`).join('|')})`,
      `${hosts[9]}:9100`,
      `${hosts[9]}:`,
    ],
    ['names with bare points', `(${hosts.join('|')})`, 'host-1999_rack-4_example.com', 'host-1999'],
    ['ends', hosts.map((host) => `${host.slice(5, 9)}.*x`).join('|'), '1999x', '1999y'],
    [
      'parts',
      hosts
        .slice(0, 600)
        .map((host) => `.*${host.slice(5, 8)}.*`)
        .join('|'),
      'a-599',
      'a-x5x9x9',
    ],
  ])('takes as many %s as dashboards write', (_what, pattern, passing, failing) => {
    const matcher = new Matcher('instance', '=~', pattern);
    expect(matcher.matches(passing)).toBe(true);
    expect(matcher.matches(failing)).toBe(false);
    expect(matcher.matches('x'.repeat(30))).toBe(false);
  });

  it('matches alternatives that are compiled apart as it would together', () => {
    const part = fc
      .array(fc.constantFrom('a', 'b', '[ab]', 'a*', '(a|b)', '(?:b|)', '.', 'b{2}', '\\|', '\\.', '[|]'), {
        maxLength: 5,
      })
      .map((atoms) => atoms.join(''));
    const large = 'c[xyz]{400}';
    const pattern = fc
      .array(fc.oneof(part, fc.constant(large)), { minLength: 2, maxLength: 8 })
      .map((branches) => branches.join('|'));
    const candidate = fc.string({ unit: fc.constantFrom('a', 'b', '|', '.'), maxLength: 4 });
    fc.assert(
      fc.property(pattern, fc.array(candidate, { minLength: 1 }), (text, candidates) => {
        const steps = Matcher.inSteps('label', '=~', text);
        let pauses = 0;
        let step = steps.next();
        for (; !step.done; step = steps.next()) pauses++;
        const larges = text.split(large).length - 1;
        if (larges > 2) expect(pauses).toBeGreaterThanOrEqual(Math.ceil(larges / 2) - 1);
        const { regex } = compileRegex(text);
        for (const one of candidates) expect(step.value.matches(one)).toBe(regex.matches(one));
      }),
      { numRuns: 300 },
    );
  });

  it('takes time linear in the text', () => {
    const matcher = new Matcher('a', '=~', '(a*)*b');
    expect(matcher.matches('a'.repeat(30_000))).toBe(false);
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
