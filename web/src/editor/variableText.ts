import {
  interpolate,
  type Meanings,
  type PlacedVariable,
  placedVariables,
} from '@tinyobs/model/queryVariables';

/**
 * A query with variables as PromQL of the same length: outside of strings, where a parser would stumble over them,
 * they are names, numbers or durations as what they stand for is one, so that every place in it is the same in the query.
 */
export function standIns(query: string, meanings: Meanings): string {
  let written = query;
  for (const variable of placedVariables(query, meanings)) {
    if (variable.isQuoted) continue;
    written = written.slice(0, variable.from) + standIn(variable) + written.slice(variable.to);
  }
  return written;
}

function standIn({ from, to, text }: PlacedVariable): string {
  if (isDuration(text)) return '1m'.padStart(to - from, '0');
  return /^[\d.]/.test(text) ? '1'.padStart(to - from, '0') : 'v'.repeat(to - from);
}

export function isDuration(text: string): boolean {
  return /^\d[\da-z]*[a-z]$/.test(text);
}

/** A query as it is run, and where the places of that lie in the query. */
export interface RunQuery {
  readonly text: string;
  /** The place of one in the text, and behind it: of one within a variable all of that, else no more than the place. */
  readonly origin: (at: number) => { readonly from: number; readonly to: number };
}

export function runQuery(query: string, meanings: Meanings): RunQuery {
  const placed = placedVariables(query, meanings);
  const origin = (at: number) => {
    let grown = 0;
    for (const { from, to, text } of placed) {
      const start = from + grown;
      if (at < start) break;
      if (at < start + text.length) return { from, to };
      grown += text.length - (to - from);
    }
    return { from: at - grown, to: at - grown };
  };
  return { text: interpolate(query, meanings), origin };
}

/** What a variable stands for, for people. */
export function meaningText(name: string, meanings: Meanings): string {
  const known = BUILT_INS.get(name);
  if (known !== undefined) return known;
  const { values, pattern } = meanings[name];
  if (pattern !== undefined) return 'all';
  const shown = values.slice(0, VALUES_SHOWN).join(', ');
  return values.length > VALUES_SHOWN ? `${shown} and ${values.length - VALUES_SHOWN} more` : shown;
}

const VALUES_SHOWN = 3;

/** Of these the value depends on where the query is drawn. */
export const BUILT_INS: ReadonlyMap<string, string> = new Map([
  ['__interval', 'time between two points'],
  ['__interval_ms', 'time between two points, in milliseconds'],
  ['__rate_interval', 'window for rate(): four intervals, at least a minute'],
  ['__range', 'time that is shown'],
  ['__range_s', 'time that is shown, in seconds'],
  ['__range_ms', 'time that is shown, in milliseconds'],
]);
