import { RE2JS } from 're2js';
import { TinyObsError } from './errors.js';

export type MatchType = '=' | '!=' | '=~' | '!~';

/** Longest regular expression taken, in UTF-16 units; RE2 is linear in the text but not in the pattern. */
const PATTERN_LENGTH_MAX = 16_384;

/**
 * One condition on a label. A missing label has the value ''. Regular expressions are RE2, anchored at both
 * ends, `.` matches a newline too, as in Prometheus 3.
 */
export class Matcher {
  readonly name: string;
  readonly type: MatchType;
  readonly value: string;
  /** The only values that can pass, when they can be listed (`=`, or `=~` of plain alternatives). */
  readonly alternatives: readonly string[] | undefined;
  readonly #passes: (value: string) => boolean;

  /** @throws TinyObsError `query_parse` for a bad regular expression. */
  constructor(name: string, type: MatchType, value: string) {
    this.name = name;
    this.type = type;
    this.value = value;
    const listed = type === '=' ? [value] : type === '=~' ? plainAlternatives(value) : undefined;
    this.alternatives = listed;
    this.#passes = compile(type, value);
  }

  matches(value: string): boolean {
    return this.#passes(value);
  }

  /** Whether a series without the label passes. */
  get matchesEmpty(): boolean {
    return this.#passes('');
  }

  toString(): string {
    return `${this.name}${this.type}${JSON.stringify(this.value)}`;
  }
}

function compile(type: MatchType, value: string): (candidate: string) => boolean {
  switch (type) {
    case '=':
      return (candidate) => candidate === value;
    case '!=':
      return (candidate) => candidate !== value;
    case '=~':
      return compilePattern(value);
    case '!~': {
      const passes = compilePattern(value);
      return (candidate) => !passes(candidate);
    }
  }
}

function compilePattern(pattern: string): (candidate: string) => boolean {
  const regex = compileRegex(pattern);
  if (pattern === '' || pattern === '.*' || pattern === '.+') {
    return pattern === '.*' ? () => true : pattern === '.+' ? (c) => c !== '' : (c) => c === '';
  }
  const listed = plainAlternatives(pattern);
  if (listed) {
    const set = new Set(listed);
    return (candidate) => set.has(candidate);
  }
  const wildcard = /^([^\\.+*?()|[\]{}^$]+)\.([*+])$/.exec(pattern);
  if (wildcard) {
    const [, prefix, repeat] = wildcard;
    const shortest = prefix.length + (repeat === '+' ? 1 : 0);
    return (candidate) => candidate.length >= shortest && candidate.startsWith(prefix);
  }
  return (candidate) => regex.matches(candidate);
}

/**
 * An RE2 expression for whole-string matching (use `matches`) or replacing, as Prometheus compiles it.
 *
 * @throws TinyObsError `query_parse`
 */
export function compileRegex(pattern: string): RE2JS {
  if (pattern.length > PATTERN_LENGTH_MAX) {
    throw new TinyObsError(
      'query_parse',
      `regular expression of ${pattern.length} characters; at most ${PATTERN_LENGTH_MAX} are taken`,
    );
  }
  try {
    return RE2JS.compile(pattern, RE2JS.DOTALL);
  } catch (cause) {
    throw new TinyObsError(
      'query_parse',
      `bad regular expression ${JSON.stringify(pattern)}: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}

/** `a|b|c`, perhaps in one pair of parentheses, without any other special character. */
function plainAlternatives(pattern: string): string[] | undefined {
  const grouped = /^\((?:\?:)?([^()]*)\)$/.exec(pattern);
  const body = grouped ? grouped[1] : pattern;
  if (/[\\.+*?()[\]{}^$]/.test(body)) return undefined;
  return body.split('|');
}
