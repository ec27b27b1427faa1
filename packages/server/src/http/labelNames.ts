/**
 * A label name as a path carries it: `U__` announces the escape of UTF-8 names, in which `_` is written `__`
 * and any other character that plain names lack `_<hex code point>_`. What is no such escape is taken as it is.
 *
 * Source: https://prometheus.io/docs/instrumenting/escaping_schemes/
 */
export function unescapeLabelName(escaped: string): string {
  if (!escaped.startsWith('U__')) return escaped;
  let isEscape = true;
  const name = escaped.slice(3).replace(/__|_([0-9a-f]{1,6})_|_/gi, (token, hex: string | undefined) => {
    if (token === '__') return '_';
    const codePoint = hex === undefined ? Number.NaN : Number.parseInt(hex, 16);
    const surrogate = codePoint >= 0xd800 && codePoint <= 0xdfff;
    if (codePoint <= 0x10ffff && !surrogate) return String.fromCodePoint(codePoint);
    isEscape = false;
    return token;
  });
  return isEscape ? name : escaped;
}

/** A name with `_` for every character that names had to do without before UTF-8 was allowed. */
export function underscored(name: string, kind: 'metric' | 'label'): string {
  const plain = name.replace(kind === 'metric' ? /[^a-zA-Z0-9_:]/gu : /[^a-zA-Z0-9_]/gu, '_');
  return /^\d/.test(plain) ? `_${plain.slice(1)}` : plain;
}
