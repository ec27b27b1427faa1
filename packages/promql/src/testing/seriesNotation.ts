import { Labels } from '@tinyobs/model';
import { parseExpr } from '../parser/parseExpr.js';
import { finish } from '../parser/steps.js';

/** A value of a sequence; undefined is a gap. */
export type SequenceValue = number | 'stale' | undefined;

/** A series as scripts write it: `metric{label="value"} 1 2+3x4 _ stale`. */
export interface SeriesNotation {
  readonly labels: Labels;
  readonly values: readonly SequenceValue[];
}

const METRIC = /^(?:[a-zA-Z_:][\w:]*)?\s*(?:\{(?:[^"'{}]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')*\})?/;
const NUMBER = String.raw`(?:inf|nan|\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)`;
const ITEM = new RegExp(String.raw`^([+-]?${NUMBER})(?:([+-]${NUMBER})?x(\d+))?$`, 'i');
/** Values one item may stand for. */
const REPEATS_MAX = 1_000_000;

/** @throws Error when the line is not in the notation. */
export function parseSeriesNotation(line: string): SeriesNotation {
  const metric = METRIC.exec(line)?.[0] ?? '';
  if (metric === '') throw new Error(`not a series: ${line}`);
  const items = line.slice(metric.length).trim();
  return {
    labels: parseMetric(metric),
    values: items === '' ? [] : items.split(/\s+/).flatMap(parseItem),
  };
}

/** A number as scripts write it; undefined for anything else. */
export function parseScriptNumber(text: string): number | undefined {
  if (!new RegExp(`^[+-]?${NUMBER}$`, 'i').test(text)) return undefined;
  const infinite = /^([+-]?)inf$/i.exec(text);
  if (infinite) return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number(text);
}

function parseMetric(text: string): Labels {
  const expr = finish(parseExpr(text));
  if (expr.type !== 'vectorSelector') throw new Error(`not a series: ${text}`);
  const bad = expr.matchers.find((matcher) => matcher.type !== '=');
  if (bad) throw new Error(`not a label: ${bad}`);
  return Labels.from(expr.matchers.map((matcher) => [matcher.name, matcher.value] as const));
}

/** `a`, `axn` (a, n more times), `a+bxn` (n steps from a), `_`, `_xn` (n gaps), `stale`. */
function parseItem(item: string): SequenceValue[] {
  if (item === '_') return [undefined];
  if (item === 'stale') return ['stale'];
  const gaps = /^_x(\d+)$/.exec(item);
  if (gaps) return new Array(checkedRepeats(gaps[1])).fill(undefined);
  const found = ITEM.exec(item);
  if (!found) throw new Error(`not a value: ${item}`);
  const first = parseScriptNumber(found[1]) as number;
  if (found[3] === undefined) return [first];
  const increment = found[2] === undefined ? 0 : (parseScriptNumber(found[2]) as number);
  const values = [first];
  for (let i = checkedRepeats(found[3]); i > 0; i--) values.push(values[values.length - 1] + increment);
  return values;
}

function checkedRepeats(text: string): number {
  const repeats = Number(text);
  if (repeats > REPEATS_MAX) throw new Error(`more than ${REPEATS_MAX} repetitions: ${text}`);
  return repeats;
}
