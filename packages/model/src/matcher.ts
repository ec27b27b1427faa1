import { RE2JS } from 're2js';
import { alternativesOf, alternativesTest } from './alternatives.js';
import { TinyObsError } from './errors.js';
import { type RegexBranches, type RegexShape, regexBranches } from './regexShape.js';

export type MatchType = '=' | '!=' | '=~' | '!~';

/** Longest regular expression taken, in UTF-16 units; lists of plain alternatives are not compiled. */
const PATTERN_LENGTH_MAX = 65_536;

/** Most instructions that are compiled at once: some 3 µs for each that cannot be interrupted. */
const INSTRUCTIONS_MAX = 10_000;

/** Alternatives are compiled together up to so many instructions, with a pause before the next. */
const INSTRUCTIONS_PER_STEP = 2000;

/**
 * Most steps of matching one value, which cannot be interrupted: each takes some 50 ns at worst. A kilobyte may be
 * searched for hundreds of characters, and a name of usual length for thousands; behind a beginning that is always
 * of the same length, as in a list of hosts, each character costs one step in all.
 */
const MATCH_STEPS_MAX = 300_000;

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
  readonly #test: (candidate: string) => boolean;
  readonly #shape: Pick<RegexShape, 'size' | 'loose'>;

  /** @throws TinyObsError `query_parse` for a bad regular expression, or one that is too large. */
  constructor(name: string, type: MatchType, value: string, condition?: Condition) {
    const { alternatives, test, shape } = condition ?? finish(compile(type, value));
    this.name = name;
    this.type = type;
    this.value = value;
    this.alternatives = alternatives;
    this.#test = test;
    this.#shape = shape;
  }

  /** As the constructor, in steps of a few milliseconds, between which others may go on. */
  static *inSteps(name: string, type: MatchType, value: string): Generator<undefined, Matcher, void> {
    return new Matcher(name, type, value, yield* compile(type, value));
  }

  /** @throws TinyObsError `query_execution` for a regular expression that would take too long over the value */
  matches(value: string): boolean {
    if (this.stepsOf(value) <= MATCH_STEPS_MAX) return this.#test(value);
    throw new TinyObsError(
      'query_execution',
      `the regular expression of ${this.name} would take too long over a value of ${value.length} characters; let it begin with what the values begin with, or simplify it`,
    );
  }

  /** The most steps `matches` may take for a value, 0 where no regular expression has to be run. */
  stepsOf(value: string): number {
    return stepsOver(this.#shape, value);
  }

  /** Whether a series without the label passes. */
  get matchesEmpty(): boolean {
    return this.#test('');
  }

  toString(): string {
    return `${this.name}${this.type}${JSON.stringify(this.value)}`;
  }
}

/** The most steps that running an expression over a text may take; each takes some 50 ns at worst. */
export function stepsOver({ size, loose }: Pick<RegexShape, 'size' | 'loose'>, { length }: string): number {
  return size + loose * length;
}

interface Condition {
  readonly alternatives: readonly string[] | undefined;
  test(candidate: string): boolean;
  /** Of the expression that has to be run to know; nothing where there is none. */
  readonly shape: Pick<RegexShape, 'size' | 'loose'>;
}

const NO_REGEX = { size: 0, loose: 0 };

function* compile(type: MatchType, value: string): Generator<undefined, Condition, void> {
  switch (type) {
    case '=':
      return { alternatives: [value], test: (candidate) => candidate === value, shape: NO_REGEX };
    case '!=':
      return { alternatives: undefined, test: (candidate) => candidate !== value, shape: NO_REGEX };
    case '=~':
      return yield* compilePattern(value);
    case '!~': {
      const { test, shape } = yield* compilePattern(value);
      return { alternatives: undefined, test: (candidate) => !test(candidate), shape };
    }
  }
}

function* compilePattern(pattern: string): Generator<undefined, Condition, void> {
  const listed = alternativesOf(pattern);
  if (listed) {
    const exact = listed.every(({ rest }) => rest === '');
    const alternatives = exact ? [...new Set(listed.map(({ text }) => text))] : undefined;
    return { alternatives, test: alternativesTest(listed), shape: NO_REGEX };
  }
  const { shape, parts } = partsOf(pattern);
  const regexes: RE2JS[] = [];
  for (const part of parts) {
    if (regexes.length > 0) yield;
    regexes.push(compileChecked(part));
  }
  const [first] = regexes;
  const test =
    regexes.length === 1
      ? (candidate: string) => first.matches(candidate)
      : (candidate: string) => regexes.some((regex) => regex.matches(candidate));
  return { alternatives: undefined, test, shape };
}

/** The alternatives of a large expression, as many together as are compiled at once; of any other itself. */
function partsOf(pattern: string): { shape: RegexShape; parts: readonly string[] } {
  const { branches, separable, whole } = branchesOf(pattern);
  if (!separable || whole.size <= INSTRUCTIONS_PER_STEP) {
    checkSize(whole);
    return { shape: whole, parts: [pattern] };
  }
  const parts: string[] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const { text, shape } of branches) {
    checkSize(shape);
    size += shape.size + 1;
    if (size <= INSTRUCTIONS_PER_STEP) {
      parts[parts.length - 1] += `|${text}`;
    } else {
      parts.push(text);
      size = shape.size;
    }
  }
  return { shape: whole, parts };
}

/** The alternatives of an expression, or of the group that it consists of. */
function branchesOf(pattern: string): RegexBranches {
  if (pattern.length > PATTERN_LENGTH_MAX) {
    throw new TinyObsError(
      'query_parse',
      `regular expression of ${pattern.length} characters; at most ${PATTERN_LENGTH_MAX} are taken`,
    );
  }
  const group = /^\((?:\?:)?([\s\S]*)\)$/.exec(pattern);
  const inside = group && regexBranches(group[1]);
  return inside?.balanced ? inside : regexBranches(pattern);
}

/** @throws TinyObsError `query_parse` for an expression that would take too long to compile */
function checkSize({ size }: RegexShape): void {
  if (size <= INSTRUCTIONS_MAX) return;
  throw new TinyObsError(
    'query_parse',
    `regular expression of about ${size} instructions; at most ${INSTRUCTIONS_MAX} are taken: repeat less, or smaller parts`,
  );
}

/** An expression, and what running it takes. */
export interface CompiledRegex {
  readonly regex: RE2JS;
  readonly shape: RegexShape;
}

/**
 * An RE2 expression for whole-string matching (use `matches`) or replacing, as Prometheus compiles it.
 *
 * @throws TinyObsError `query_parse`
 */
export function compileRegex(pattern: string): CompiledRegex {
  const { whole } = branchesOf(pattern);
  checkSize(whole);
  return { regex: compileChecked(pattern), shape: whole };
}

function compileChecked(pattern: string): RE2JS {
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

function finish<T>(steps: Generator<undefined, T, void>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
