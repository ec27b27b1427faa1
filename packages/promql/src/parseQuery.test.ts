import { TinyObsError } from '@tinyobs/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Expr, VectorMatching } from './ast.js';
import { formatQuery } from './formatQuery.js';
import { parseQuery, parseSelector } from './parseQuery.js';
import { vectorText } from './queryTexts.suite.js';

function errorOf(text: string): TinyObsError {
  try {
    parseQuery(text);
  } catch (error) {
    if (error instanceof TinyObsError) return error;
    throw error;
  }
  throw new Error(`${text} was taken`);
}

describe('parseQuery', () => {
  it.each([
    ['', 1, 1],
    ['# only a comment', 1, 17],
    ['up{', 1, 4],
    ['sum(rate(x[5m])', 1, 16],
    ['1 2', 1, 3],
    ['up +\n  * 2', 2, 3],
    ['up{job="a}', 1, 8],
    ['up{job="\\q"}', 1, 8],
    ['up{job=~"["}', 1, 4],
    ['up{__name__="down"}', 1, 1],
    ['{"a", "b"}', 1, 1],
    ['x[0s]', 1, 3],
    ['x[5m] offset 1m offset 1m', 1, 1],
    ['(x) offset 1m', 1, 1],
    ['x offset 1m [5m]', 1, 13],
    ['(x)[5m]', 1, 4],
    ['topk(x)', 1, 1],
    ['foo1.', 1, 5],
    ['x @ 1e300', 1, 1],
  ])('refuses %j and says where', (text, line, column) => {
    const error = errorOf(text);
    expect(error.code).toBe('query_parse');
    expect(error.details).toEqual({ line, column });
    expect(error.message).toMatch(new RegExp(`^${line}:${column}: parse error: `));
  });

  it('names an unknown function and the nearest known one', () => {
    const error = errorOf('sum(rat(x[5m]))');
    expect(error.message).toBe('1:5: parse error: unknown function with name "rat"; did you mean "rate"?');
    expect(errorOf('qwertyuiop(x)').message).toMatch(/"qwertyuiop"$/);
  });

  it.each([
    ['rate(x)', 'expected type range vector in call to function "rate", got instant vector'],
    ['abs(x[5m])', 'expected type instant vector in call to function "abs", got range vector'],
    ['abs()', 'expected 1 argument(s) in call to "abs", got 0'],
    ['round(x, 1, 2)', 'expected at most 2 argument(s) in call to "round", got 3'],
    ['label_join(x, "a")', 'expected at least 3 argument(s) in call to "label_join", got 2'],
    ['sum(1)', 'expected type instant vector in aggregation expression, got scalar'],
    ['topk(x, x)', 'expected type scalar in aggregation parameter, got instant vector'],
    ['{job=~".*"}', 'vector selector must contain at least one non-empty matcher'],
    ['1 > 2', 'comparisons between scalars must use BOOL modifier'],
    ['1 + bool 2', 'bool modifier can only be used on comparison operators'],
    ['x and 1', 'set operator "and" not allowed in binary scalar expression'],
    ['x + "a"', 'binary expression must contain only scalar and instant vector types'],
    ['x + on(a) 1', 'vector matching only allowed between instant vectors'],
    ['x and on(a) group_left y', 'no grouping allowed for "and" operation'],
    ['x + on(a) group_left(a) y', 'label "a" must not occur in ON and GROUP clause at once'],
    ['-"a"', 'unary expression only allowed on expressions of type scalar or instant vector, got "string"'],
    ['a + b[5m:]', '1:5: parse error: binary expression must contain only scalar'],
    ['1[5m:]', 'subquery is only allowed on instant vector, got scalar instead'],
  ])('refuses %s by its types', (text, message) => {
    const error = errorOf(text);
    expect(error.code).toBe('query_type');
    expect(error.message).toContain(message);
  });

  it.each([
    'limitk(2, x)',
    'limit_ratio(0.5, x)',
    'info(x)',
    'mad_over_time(x[5m])',
    'sort_by_label(x, "a")',
    'double_exponential_smoothing(x[5m], 0.5, 0.5)',
    'ts_of_max_over_time(x[5m])',
    'start()',
    'a + fill(0) b',
    'rate(x[5m] anchored)',
    'sum(x smoothed)',
  ])('takes %s only when experiments are on', (text) => {
    const error = errorOf(text);
    expect(error.code).toBe('query_type');
    expect(error.message).toContain('is experimental: it needs the option "experimental"');
    expect(formatQuery(parseQuery(text, { experimental: true }))).toMatch(/\w/);
  });

  it('takes computed durations without being asked, as Prometheus does since 3.14', () => {
    expect(parseQuery('first_over_time(x[5m + step()] offset -(2 * 30s))')).toMatchObject({
      args: [{ rangeMs: 0, rangeExpr: { op: '+' }, selector: { offsetExpr: { op: '-' } } }],
    });
  });

  it.each([
    ['-2^2', '-2 ^ 2', 'unary'],
    ['+-2', '-2', 'number'],
    ['-a offset 5m', '-a offset 5m', 'unary'],
    ['a + b offset -5m * c', 'a + b offset -5m * c', 'binary'],
    ['2 ^ 3 ^ 2', '2 ^ 3 ^ 2', 'binary'],
    ['a - -1 * b', 'a - -1 * b', 'binary'],
  ])('gives signs, offsets and ranges the precedence of Prometheus: %s', (text, printed, type) => {
    const expr = parseQuery(text);
    expect(expr.type).toBe(type);
    expect(formatQuery(expr)).toBe(printed);
  });

  it('reads every form of number, duration and string', () => {
    expect(valuesOf('1e3, 0x1F, 010, 1_000, 2., 2.e1, .5, Inf, 1h30m, 5m')).toEqual([
      1000,
      31,
      8,
      1000,
      2,
      20,
      0.5,
      Number.POSITIVE_INFINITY,
      5400,
      300,
    ]);
    expect(stringOf(String.raw`"a\n\"\x41\u00e9\101\U0001F600"`)).toBe('a\n"AéA😀');
    expect(stringOf(String.raw`'it\'s'`)).toBe("it's");
    expect(stringOf('`raw \\n`')).toBe('raw \\n');
    expect(stringOf(String.raw`"\xc3\xa9"`)).toBe('é');
  });

  it('reads numbers as durations and durations as numbers', () => {
    expect(formatQuery(parseQuery('rate(x[300])'))).toBe('rate(x[5m])');
    expect(parseQuery('x offset 1.5')).toMatchObject({ offsetMs: 1500 });
  });

  it('passes over comments wherever they stand', () => {
    for (const text of [
      '# first\nsum(up)',
      'sum # of\n (up)',
      'sum( # what\n up # last (\n)',
      'sum(up{# none\n})#',
      'sum(up) # "',
    ]) {
      expect(formatQuery(parseQuery(text)), text).toBe('sum(up)');
    }
    expect(formatQuery(parseQuery('a + # b\n c * d == 1'))).toBe('a + c * d == 1');
  });

  it('reads quoted names', () => {
    const text = '{"metric.name","label.x"="y"}';
    expect(formatQuery(parseQuery(`sum by ("label.x") (${text})`))).toBe(`sum by ("label.x") (${text})`);
  });
});

describe('limits of the text', () => {
  const hostile: [name: string, text: string][] = [
    ['open brackets', '('.repeat(65_000)],
    ['open calls', 'sum('.repeat(16_000)],
    ['signs', `${'-'.repeat(65_000)}1`],
    ['sums', `1${'+1'.repeat(32_000)}`],
    ['powers', `1${'^1'.repeat(32_000)}`],
    ['offsets', `a${' offset 5m'.repeat(6500)}`],
    ['subqueries', `a${'[5m:]'.repeat(13_000)}`],
    ['set operators', `a${' or a'.repeat(13_000)}`],
    ['sums of durations', `a[1m${'+1m'.repeat(20_000)}]`],
    ['brackets in durations', `a offset ${'('.repeat(1001)}1m${')'.repeat(1001)}`],
    ['signs of durations', `a offset ${'-'.repeat(60_000)}1m`],
    ['nested sums', `${'sum(a or '.repeat(900)}a${')'.repeat(900)}`],
  ];
  it.each(hostile)('refuses too deep an expression quickly: %s', (_name, text) => {
    const startMs = performance.now();
    expect(errorOf(text).code).toBe('query_too_deep');
    expect(performance.now() - startMs).toBeLessThan(2000);
  });

  it('takes long chains and deep nesting all the same', () => {
    expect(formatQuery(parseQuery(`a${' or a'.repeat(900)}`))).toHaveLength(1 + 900 * 5);
    parseQuery(`${'sum('.repeat(300)}x${')'.repeat(300)}`);
    parseQuery(`${'('.repeat(600)}x${')'.repeat(600)}`);
  });

  it('refuses too long a text', () => {
    expect(errorOf('a'.repeat(65_537)).code).toBe('query_too_long');
  });
});

describe('parseSelector', () => {
  it('takes selectors only', () => {
    expect(parseSelector('{__name__="x"}').map(String)).toEqual(['__name__="x"']);
    expect(parseSelector('x{a="b"}').map(String)).toEqual(['__name__="x"', 'a="b"']);
    for (const text of ['x[5m]', 'x offset 5m', 'sum(x)', '1', '{a=""}', '{}']) {
      expect(() => parseSelector(text)).toThrow(TinyObsError);
    }
  });
});

describe('properties', () => {
  const fragment = fc.constantFrom(
    ...'sum rate up { } ( ) [ ] , = =~ != "a" \'b 1 5m 1e5 . 2. + - ^ * offset @ by on bool and or # \n \\ : start() step() max_of( anchored fill(0) fill_left é'.split(
      ' ',
    ),
  );

  it('any text is read or refused, never anything else', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(fragment).map((parts) => parts.join(' ')),
        ),
        (text) => {
          try {
            parseQuery(text);
          } catch (error) {
            expect(error).toBeInstanceOf(TinyObsError);
            expect((error as TinyObsError).code).toMatch(/^query_(?:parse|type|too_deep)$/);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('what is printed is read as the same expression', () => {
    fc.assert(
      fc.property(vectorText, (text) => {
        const printed = formatQuery(parseQuery(text, { experimental: true }));
        const again = parseQuery(printed, { experimental: true });
        expect(withoutSpans(again)).toEqual(withoutSpans(parseQuery(text, { experimental: true })));
        expect(formatQuery(again)).toBe(printed);
      }),
      { numRuns: 500 },
    );
  });
});

/** The same expression wherever it stands in a text, and in whichever order its matchers are written. */
function withoutSpans(expr: Expr): unknown {
  return JSON.parse(
    JSON.stringify(expr, (key, value) => {
      if (key === 'from' || key === 'to') return undefined;
      if (key === 'matchers') return (value as unknown[]).map((one) => JSON.stringify(one)).sort();
      if (key === 'matching' && value && isDefault(value)) return undefined;
      return typeof value === 'number' ? String(value) : value;
    }),
  );
}

/** `ignoring ()`, which says nothing. */
function isDefault({ on, labels, card }: VectorMatching): boolean {
  return !on && labels.length === 0 && card === 'one-to-one';
}

function valuesOf(list: string): number[] {
  return list.split(', ').map((text) => {
    const expr = parseQuery(text);
    return expr.type === 'number' ? expr.value : Number.NaN;
  });
}

function stringOf(text: string): string | undefined {
  const expr = parseQuery(text);
  return expr.type === 'string' ? expr.value : undefined;
}
