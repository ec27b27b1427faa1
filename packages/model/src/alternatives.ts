/** Texts that an expression stands for, as they are or with anything, or anything but nothing, behind them. */
export interface Alternative {
  readonly text: string;
  readonly rest: '' | '.*' | '.+';
}

/** Most characters of all alternatives together: what is around a group counts for each that is in it. */
const LENGTH_MAX = 1_000_000;

/** An alternative: characters that stand for themselves, punctuation among them behind a backslash. */
const LITERAL = String.raw`(?:[^\\.+*?()|[\]{}^$]|\\[!-/:-@[-${'`'}{-~])*`;
const WHOLE = new RegExp(`^(${LITERAL})\\((?:\\?:)?([^()]*(?:\\\\[()][^()]*)*)\\)(${LITERAL})(\\.[*+])?$`);
const BRANCH = new RegExp(`^(${LITERAL})(\\.[*+])?$`);

/**
 * The alternatives of an expression that is nothing else, perhaps with some in a group and the same text around
 * each: `a|b`, `(host-1|host-2):90\.*`; undefined for any other. Dashboards write thousands of them.
 */
export function alternativesOf(pattern: string): Alternative[] | undefined {
  const whole = WHOLE.exec(pattern);
  const [body, before, after, rest] = whole
    ? [whole[2], unescaped(whole[1]), unescaped(whole[3]), whole[4] ?? '']
    : [pattern, '', '', ''];
  const branches = body.split('|');
  if ((before.length + after.length) * branches.length > LENGTH_MAX) return undefined;
  const alternatives: Alternative[] = [];
  for (const branch of branches) {
    const found = BRANCH.exec(branch);
    if (!found) return undefined;
    const own = found[2] ?? '';
    if (own !== '' && (after !== '' || rest !== '')) return undefined;
    alternatives.push({
      text: before + unescaped(found[1]) + after,
      rest: (own || rest) as Alternative['rest'],
    });
  }
  return alternatives;
}

/** Whether a value is one of the alternatives, found by looking up its beginnings. */
export function alternativesTest(alternatives: readonly Alternative[]): (value: string) => boolean {
  const exact = new Set<string>();
  const beginnings = new Map<number, Set<string>>();
  for (const { text, rest } of alternatives) {
    if (rest !== '.+') exact.add(text);
    if (rest === '') continue;
    const ofLength = beginnings.get(text.length);
    if (ofLength) ofLength.add(text);
    else beginnings.set(text.length, new Set([text]));
  }
  if (beginnings.size === 0) return (value) => exact.has(value);
  return (value) => {
    if (exact.has(value)) return true;
    for (const [length, texts] of beginnings) {
      if (length < value.length && texts.has(value.slice(0, length))) return true;
    }
    return false;
  };
}

function unescaped(literal: string): string {
  return literal.includes('\\') ? literal.replace(/\\(.)/gs, '$1') : literal;
}
