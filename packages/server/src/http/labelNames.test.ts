import { describe, expect, it } from 'vitest';
import { underscored, unescapeLabelName } from './labelNames.js';

describe('label names in paths', () => {
  it.each([
    ['job', 'job'],
    ['U__http_2e_status', 'http.status'],
    ['U__a__b', 'a_b'],
    ['U___263a_', '☺'],
    ['U_plain', 'U_plain'],
  ])('reads %s as %s', (escaped, name) => {
    expect(unescapeLabelName(escaped)).toBe(name);
  });

  it.each(['U__a_zz', 'U__a_110000_', 'U__a_d800_', 'U__a_', 'U__a_0000061_'])(
    'takes %s as it is',
    (name) => {
      expect(unescapeLabelName(name)).toBe(name);
    },
  );

  it.each([
    ['http.status', 'label', 'http_status'],
    ['a:b', 'label', 'a_b'],
    ['a:b ☺', 'metric', 'a:b__'],
    ['9lives', 'metric', '_lives'],
  ] as const)('writes %s as %s without UTF-8', (name, kind, plain) => {
    expect(underscored(name, kind)).toBe(plain);
  });
});
