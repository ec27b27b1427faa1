import { TinyObsError } from '@tinyobs/model';

/**
 * A label name as a path carries it: `U__` announces the escape of UTF-8 names, in which `_` is written `__`
 * and any other character that plain names lack `_<hex code point>_`.
 *
 * @throws TinyObsError `invalid_parameter`
 * Source: https://prometheus.io/docs/instrumenting/escaping_schemes/
 */
export function unescapeLabelName(escaped: string): string {
  if (!escaped.startsWith('U__')) return escaped;
  return escaped.slice(3).replace(/__|_([0-9a-fA-F]*)_|_/g, (token, hex: string | undefined) => {
    if (token === '__') return '_';
    const codePoint = hex ? Number.parseInt(hex, 16) : Number.NaN;
    const surrogate = codePoint >= 0xd800 && codePoint <= 0xdfff;
    if (Number.isNaN(codePoint) || codePoint > 0x10ffff || surrogate) {
      throw new TinyObsError('invalid_parameter', `bad escape ${token} in the label name ${escaped}`);
    }
    return String.fromCodePoint(codePoint);
  });
}
