import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { regexBranches } from './regexShape.js';

const atom = fc.constantFrom(
  ...[
    'a',
    'b',
    '.',
    '[ab]',
    '[^a-c]',
    '[]a]',
    '[[:alpha:]b]',
    '\\d',
    '\\.',
    '\\x41',
    '\\x{1F600}',
    '^',
    '\\b',
    '\\Qa|b\\E',
    'é',
  ],
);
const { pattern } = fc.letrec<{ pattern: string; piece: string }>((tie) => ({
  pattern: fc
    .array(
      fc.array(tie('piece'), { maxLength: 4 }).map((pieces) => pieces.join('')),
      { minLength: 1, maxLength: 3 },
    )
    .map((branches) => branches.join('|')),
  piece: fc.oneof(
    { maxDepth: 4 },
    atom,
    fc
      .tuple(
        fc.constantFrom('(', '(?:', '(?i:', '(?P<n>', '(?s)('),
        tie('pattern'),
        fc.constantFrom('', '*', '+?', '?', '{3}', '{0,5}?', '{2,}'),
      )
      .map(([open, inner, repeat]) => `${open}${inner})${repeat}`),
  ),
}));

describe('the shape of a regular expression', () => {
  it.each([
    ['abc', { size: 3, loose: 0, length: 3 }],
    ['a|bc', { size: 4, loose: 0, length: undefined }],
    ['ab.*', { size: 4, loose: 2, length: undefined }],
    ['.*ab', { size: 4, loose: 4, length: undefined }],
    ['a?b', { size: 3, loose: 1, length: undefined }],
    ['(a|b){3}c', { size: 19, loose: 0, length: 4 }],
    ['(a*){3}', { size: 15, loose: 15, length: undefined }],
    ['a{10}', { size: 20, loose: 0, length: 10 }],
    ['\\pL[\\pN\\pL]', { size: 60, loose: 0, length: 2 }],
    ['a{x', { size: 3, loose: 0, length: 3 }],
  ])('of %s', (text, shape) => {
    expect(regexBranches(text).whole).toEqual(shape);
  });

  it('tells which alternatives are in no group', () => {
    const texts = (text: string) => regexBranches(text).branches.map((branch) => branch.text);
    expect(texts('a|(b|c)|[|]|\\|d|')).toEqual(['a', '(b|c)', '[|]', '\\|d', '']);
    expect(regexBranches('a|(b)|(?:c)').separable).toBe(true);
    for (const text of ['(?i)a|b', 'a|(?P<n>b)', '\\Qa|b\\E|c'])
      expect(regexBranches(text).separable).toBe(false);
  });

  it('is about as large as what is compiled', () => {
    let compared = 0;
    fc.assert(
      fc.property(pattern, (text) => {
        let size: number;
        try {
          size = RE2JS.compile(text).programSize();
        } catch {
          return;
        }
        compared++;
        expect(2 * regexBranches(text).whole.size + 8).toBeGreaterThanOrEqual(size);
      }),
      { numRuns: 5000 },
    );
    expect(compared).toBeGreaterThan(2000);
  });
});
