import { isLegacyLabelName, isLegacyMetricName } from '@tinyobs/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ESCAPING_SCHEMES, escapeLabelName, escapeMetricName, unescapeName } from './escapeNames.js';

describe('names', () => {
  it.each([
    ['http.status:sum', 'http.status:sum', 'http_status:sum', 'http_dot_status:sum', 'U__http_2e_status:sum'],
    ['a:b ☺', 'a:b ☺', 'a:b__', 'a:b____', 'U__a:b_20__263a_'],
    ['plain_name', 'plain_name', 'plain_name', 'plain__name', 'plain_name'],
    ['9lives', '9lives', '_lives', '__lives', 'U___39_lives'],
    ['a_b.c', 'a_b.c', 'a_b_c', 'a__b_dot_c', 'U__a__b_2e_c'],
    ['😀', '😀', '_', '__', 'U___1f600_'],
  ])('of metrics: %s', (name, ...escaped) => {
    expect(ESCAPING_SCHEMES.map((scheme) => escapeMetricName(name, scheme))).toEqual(escaped);
  });

  it('of labels have no colon', () => {
    expect(ESCAPING_SCHEMES.map((scheme) => escapeLabelName('a:b', scheme))).toEqual([
      'a:b',
      'a_b',
      'a__b',
      'U__a_3a_b',
    ]);
  });

  it.each([
    ['job', 'job'],
    ['U__http_2e_status', 'http.status'],
    ['U__a__b', 'a_b'],
    ['U___263a_', '☺'],
    ['U_plain', 'U_plain'],
  ])('are read back: %s as %s', (escaped, name) => {
    expect(unescapeName(escaped)).toBe(name);
  });

  it.each(['U__a_zz', 'U__a_110000_', 'U__a_d800_', 'U__a_', 'U__a_0000061_'])('stay %s', (name) => {
    expect(unescapeName(name)).toBe(name);
  });

  const name = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.startsWith('U__'));

  it('are plain however they are escaped', () => {
    fc.assert(
      fc.property(name, fc.constantFrom(...ESCAPING_SCHEMES.slice(1)), (text, scheme) => {
        expect(isLegacyMetricName(escapeMetricName(text, scheme))).toBe(true);
        expect(isLegacyLabelName(escapeLabelName(text, scheme))).toBe(true);
      }),
    );
  });

  it('come back whole by their values', () => {
    fc.assert(
      fc.property(name, (text) => {
        expect(unescapeName(escapeMetricName(text, 'values'))).toBe(text);
        expect(unescapeName(escapeLabelName(text, 'values'))).toBe(text);
      }),
    );
  });
});
