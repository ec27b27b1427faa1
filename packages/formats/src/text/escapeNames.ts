import { isLegacyLabelName, isLegacyMetricName } from '@tinyobs/model';

/**
 * How names that are no plain ones are written for who cannot read them as they are: not at all, with `_` for what
 * is not plain, with `_dot_` for dots and `__` for `_` and the rest, or with code points behind `U__`.
 *
 * Source: https://prometheus.io/docs/instrumenting/escaping_schemes/
 */
export const ESCAPING_SCHEMES = ['allow-utf-8', 'underscores', 'dots', 'values'] as const;

export type EscapingScheme = (typeof ESCAPING_SCHEMES)[number];

/** A metric name as a scheme has it. Several names may become the same with all but `values`. */
export function escapeMetricName(name: string, scheme: EscapingScheme): string {
  return escapeName(name, scheme, { isPlain: isLegacyMetricName, notPlain: /[^a-zA-Z0-9_:]/u });
}

/** As `escapeMetricName` for a label name, in which a colon is not plain. */
export function escapeLabelName(name: string, scheme: EscapingScheme): string {
  return escapeName(name, scheme, { isPlain: isLegacyLabelName, notPlain: /[^a-zA-Z0-9_]/u });
}

function escapeName(
  name: string,
  scheme: EscapingScheme,
  { isPlain, notPlain }: { readonly isPlain: (name: string) => boolean; readonly notPlain: RegExp },
): string {
  if (scheme === 'allow-utf-8' || (scheme !== 'dots' && isPlain(name))) return name;
  let escaped = scheme === 'values' ? 'U__' : '';
  let isFirst = true;
  for (const character of name) {
    const isKept = !notPlain.test(character) && !(isFirst && /\d/.test(character));
    escaped += isKept && character !== '_' ? character : ESCAPES[scheme](character);
    isFirst = false;
  }
  return escaped;
}

/** What stands for an underscore, or for a character that is not plain where it is. */
const ESCAPES: {
  readonly [scheme in Exclude<EscapingScheme, 'allow-utf-8'>]: (character: string) => string;
} = {
  underscores: () => '_',
  dots: (character) => (character === '.' ? '_dot_' : '__'),
  values: (character) => (character === '_' ? '__' : `_${character.codePointAt(0)?.toString(16)}_`),
};

/**
 * A name that was escaped by the scheme `values`: `U__` announces it, `_` is written `__`, and any other character
 * that plain names lack `_<hex code point>_`. What is no such escape is taken as it is.
 */
export function unescapeName(escaped: string): string {
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
