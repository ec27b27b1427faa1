import { formatDuration } from './durations.js';

/** Chosen in the place of all values there are. */
export const ALL = '$__all';

/** What of a variable of a dashboard says what may be chosen. */
export interface ChoiceRules {
  readonly isMulti: boolean;
  readonly hasAll: boolean;
}

/** What was wanted, as far as there is such a value; else all, or the first. */
export function chosenOf(
  { isMulti, hasAll }: ChoiceRules,
  options: readonly string[],
  wanted: readonly string[],
): readonly string[] {
  const found = wanted.filter((value) => (value === ALL ? hasAll : options.includes(value)));
  if (found.length > 0) return found.includes(ALL) ? [ALL] : isMulti ? found : found.slice(0, 1);
  return hasAll ? [ALL] : options.slice(0, 1);
}

/** What stands for a variable in a query. */
export interface Meaning {
  /** As they are, to be escaped where they are put. */
  readonly values: readonly string[];
  /** In the place of the values where a regular expression is wanted. */
  readonly pattern?: string;
}

export type Meanings = Readonly<Record<string, Meaning>>;

/** Whether the values of variables of a kind are found in the data, and not written down with them. */
export function isFound(kind: string): boolean {
  return kind === 'query' || kind === 'result';
}

/** What a chosen variable stands for. */
export function meaningOf(
  { kind, values }: { readonly kind: string; readonly values: readonly string[] },
  chosen: readonly string[],
): Meaning {
  if (!chosen.includes(ALL)) return { values: chosen };
  return isFound(kind) ? { values: [], pattern: '.*' } : { values };
}

/** The variables every dashboard has, of the grid a panel is drawn on. */
export function builtIns(stepSec: number, rangeSec: number): Meanings {
  const one = (value: string): Meaning => ({ values: [value] });
  return {
    __interval: one(durationText(stepSec)),
    __interval_ms: one(String(stepSec * 1000)),
    __rate_interval: one(rateWindow(stepSec)),
    __range: one(durationText(rangeSec)),
    __range_s: one(String(Math.round(rangeSec))),
    __range_ms: one(String(Math.round(rangeSec) * 1000)),
  };
}

/** The window of a `rate` on a grid of that step: four steps, and never less than four pushes of 15 s. */
export function rateWindow(stepSec: number): string {
  return durationText(Math.max(4 * stepSec, 60));
}

/** In whole seconds, and at least one: nothing shorter is a range of PromQL's that makes sense here. */
function durationText(seconds: number): string {
  return formatDuration(1000 * Math.max(1, Math.round(seconds)));
}

const REFERENCE = /^(?:\$\{(\w+)(?::\w+)?\}|\$(\w+)|\[\[(\w+)\]\])/;
/** What may stand outside of a string: a name, a number or a duration, which can close nothing and open nothing. */
const PLAIN = /^[\w.:]+$/;

/** A reference in a query, from its first place to behind its last, and what is put there. */
export interface PlacedVariable {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly isQuoted: boolean;
}

/**
 * Puts variables into PromQL: escaped for the string they stand in, as a regular expression behind `=~` and `!~`.
 * A reference that means nothing, or cannot be put there safely, stays as it is written.
 */
export function interpolate(query: string, meanings: Meanings): string {
  let written = '';
  let at = 0;
  for (const { from, to, text } of placedVariables(query, meanings)) {
    written += query.slice(at, from) + text;
    at = to;
  }
  return written + query.slice(at);
}

/** What `interpolate` puts where, in the order of the query. */
export function placedVariables(query: string, meanings: Meanings): readonly PlacedVariable[] {
  const placed: PlacedVariable[] = [];
  let quote: Quote | null = null;
  for (let at = 0; at < query.length; ) {
    const variable = placedAt(query, at, { meanings, quote });
    if (variable !== null) {
      placed.push(variable);
      at = variable.to;
      continue;
    }
    const isEscaped: boolean = query[at] === '\\' && quote !== null && quote.mark !== '`';
    const taken = query.slice(at, at + (isEscaped ? 2 : 1));
    if (quote === null && /["'`]/.test(taken))
      quote = { mark: taken, isPattern: /[=!]~\s*$/.test(query.slice(0, at)) };
    else if (taken === quote?.mark) quote = null;
    at += taken.length;
  }
  return placed;
}

function placedAt(
  query: string,
  at: number,
  { meanings, quote }: { meanings: Meanings; quote: Quote | null },
): PlacedVariable | null {
  const reference = REFERENCE.exec(query.slice(at));
  if (reference === null) return null;
  const name = reference[1] ?? reference[2] ?? reference[3];
  const meaning = meant(meanings, name);
  if (meaning === undefined) return null;
  const text = quote === null ? plainText(meaning) : quotedText(meaning, quote);
  if (text === null) return null;
  return { name, from: at, to: at + reference[0].length, text, isQuoted: quote !== null };
}

/** As `interpolate`, in a text for people. */
export function interpolateText(text: string, meanings: Meanings): string {
  return text.replace(/\$\{(\w+)(?::\w+)?\}|\$(\w+)|\[\[(\w+)\]\]/g, (whole, a, b, c) => {
    const meaning = meant(meanings, a ?? b ?? c);
    if (meaning === undefined) return whole;
    return meaning.pattern === undefined ? meaning.values.join(', ') : 'all';
  });
}

/** What a name stands for; names of properties that every object has stand for nothing. */
function meant(meanings: Meanings, name: string): Meaning | undefined {
  return Object.hasOwn(meanings, name) ? meanings[name] : undefined;
}

interface Quote {
  readonly mark: string;
  /** Whether the string is a regular expression. */
  readonly isPattern: boolean;
}

function plainText({ values }: Meaning): string | null {
  return values.length === 1 && PLAIN.test(values[0]) ? values[0] : null;
}

function quotedText({ values, pattern }: Meaning, { mark, isPattern }: Quote): string | null {
  if (!isPattern && values.length !== 1) return null;
  const text = isPattern ? (pattern ?? patternOf(values)) : values[0];
  if (mark === '`') return text.includes('`') ? null : text;
  return [...text].map((one) => (one === mark ? `\\${one}` : (ESCAPES[one] ?? one))).join('');
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r' };

function patternOf(values: readonly string[]): string {
  const escaped = values.map((value) => value.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return escaped.length === 1 ? escaped[0] : `(${escaped.join('|')})`;
}
