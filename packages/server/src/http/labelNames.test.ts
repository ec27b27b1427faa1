import { describe, expect, it } from 'vitest';
import { unescapeLabelName } from './labelNames.js';

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

  it.each(['U__a_zz', 'U__a_110000_', 'U__a_d800_'])('refuses %s', (escaped) => {
    expect(() => unescapeLabelName(escaped)).toThrowError(
      expect.objectContaining({ code: 'invalid_parameter' }),
    );
  });
});
