import { RE2JS } from 're2js';
import { TinyObsError } from './errors.js';

export type MatchType = '=' | '!=' | '=~' | '!~';

/** Longest regular expression taken, in UTF-16 units; RE2 is linear in the text but not in the pattern. */
const PATTERN_LENGTH_MAX = 16_384;

/**
 * Most instructions of a compiled expression times characters of one value: matching cannot be interrupted, and
 * takes some 50 ns for each at worst. Thousands of alternatives and values of a kilobyte stay below.
 */
const MATCH_STEPS_MAX = 4_000_000;

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
  readonly #passes: Passes;

  /** @throws TinyObsError `query_parse` for a bad regular expression. */
  constructor(name: string, type: MatchType, value: string) {
    this.name = name;
    this.type = type;
    this.value = value;
    const listed = type === '=' ? [value] : type === '=~' ? plainAlternatives(value) : undefined;
    this.alternatives = listed;
    this.#passes = compile(type, value);
  }

  /** @throws TinyObsError `query_execution` for a regular expression that would take too long over the value */
  matches(value: string): boolean {
    const { test, instructions } = this.#passes;
    if (value.length * instructions <= MATCH_STEPS_MAX) return test(value);
    throw new TinyObsError(
      'query_execution',
      `the regular expression of ${this.name} would take too long over a value of ${value.length} characters; simplify it`,
    );
  }

  /** About what `matches` costs: instructions of a regular expression times characters, 0 where there is none. */
  stepsOf(value: string): number {
    return value.length * this.#passes.instructions;
  }

  /** Whether a series without the label passes. */
  get matchesEmpty(): boolean {
    return this.#passes.test('');
  }

  toString(): string {
    return `${this.name}${this.type}${JSON.stringify(this.value)}`;
  }
}

/** Whether a value passes, and of how many instructions the expression is that has to be run to know; 0 for none. */
interface Passes {
  test(candidate: string): boolean;
  readonly instructions: number;
}

function compile(type: MatchType, value: string): Passes {
  switch (type) {
    case '=':
      return quick((candidate) => candidate === value);
    case '!=':
      return quick((candidate) => candidate !== value);
    case '=~':
      return compilePattern(value);
    case '!~': {
      const { test, instructions } = compilePattern(value);
      return { test: (candidate) => !test(candidate), instructions };
    }
  }
}

function quick(test: Passes['test']): Passes {
  return { test, instructions: 0 };
}

function compilePattern(pattern: string): Passes {
  const regex = compileRegex(pattern);
  if (pattern === '' || pattern === '.*' || pattern === '.+') {
    return quick(pattern === '.*' ? () => true : pattern === '.+' ? (c) => c !== '' : (c) => c === '');
  }
  const listed = plainAlternatives(pattern);
  if (listed) {
    const set = new Set(listed);
    return quick((candidate) => set.has(candidate));
  }
  const wildcard = /^([^\\.+*?()|[\]{}^$]+)\.([*+])$/.exec(pattern);
  if (wildcard) {
    const [, prefix, repeat] = wildcard;
    const shortest = prefix.length + (repeat === '+' ? 1 : 0);
    return quick((candidate) => candidate.length >= shortest && candidate.startsWith(prefix));
  }
  return { test: (candidate) => regex.matches(candidate), instructions: regex.programSize() };
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
