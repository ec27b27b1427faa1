import type { Variable } from '../../api/dashboards.js';
import { BLANK_VARIABLE } from '../newDashboard.js';
import type { Note } from './grafanaPanel.js';
import { type Json, lineIn, numberIn, objectIn, oneLine, textIn } from './json.js';

/** A variable of Grafana as one of ours; null where we have none like it. */
export function importVariable(json: Json, note: Note): Variable | null {
  const name = textIn(json, 'name');
  const type = textIn(json, 'type');
  if (!/^[A-Za-z_]\w{0,63}$/.test(name)) {
    note(`The variable “${name}”: its name has other characters than letters, digits and _.`);
    return null;
  }
  const base: Variable = {
    ...BLANK_VARIABLE,
    name,
    label: lineIn(json, 'label', 100),
    isMulti: json['multi'] === true,
    hasAll: json['includeAll'] === true,
  };
  switch (type) {
    case 'query':
      return fromQuery(base, json, note);
    case 'custom':
      return { ...base, kind: 'custom', values: valuesIn(textIn(json, 'query')) };
    case 'interval':
      // `auto` is what `$__interval` is for.
      return { ...base, kind: 'interval', values: valuesIn(textIn(json, 'query')).filter(isDuration) };
    case 'constant':
      return { ...base, kind: 'constant', values: [lineIn(json, 'query', 1_000)] };
    case 'datasource':
      note(`The variable “${name}”: all queries are asked of this server.`);
      return null;
    default:
      note(`The variable “${name}”: there is none of the type ${type}.`);
      return null;
  }
}

/** What is the same of most variables, said once. */
export function noteVariables(variables: readonly Json[], note: Note): void {
  const chosen = variables.flatMap((one) => objectIn(one, 'current')['value']);
  if (chosen.some((value) => typeof value === 'string' && !['', '$__all'].includes(value)))
    note('What was chosen of the variables when it was saved.');
  if (variables.some((one) => (numberIn(one, 'sort') ?? 0) > 1))
    note('Values of variables in another order than by name.');
  if (variables.some((one) => (numberIn(one, 'hide') ?? 0) > 1)) note('Hidden variables: they are shown.');
}

/** `label_values(metric{…}, label)` or `label_values(label)`; the selector may have commas of its own. */
const LABEL_VALUES = /^\s*label_values\(\s*(?:(.*\S)\s*,\s*)?([\w.]+)\s*\)\s*$/s;
const QUERY_RESULT = /^\s*query_result\(\s*(.*\S)\s*\)\s*$/s;

const SELECTOR_LENGTH_MAX = 10_000;

function fromQuery(base: Variable, json: Json, note: Note): Variable | null {
  const query =
    textIn(json, 'query') || textIn(objectIn(json, 'query'), 'query') || textIn(json, 'definition');
  const say: Note = (text) => note(`The variable “${base.name}”: ${text}`);
  const [, selector = '', labelName] = LABEL_VALUES.exec(query) ?? [];
  const result = QUERY_RESULT.exec(query)?.[1];
  if (labelName === undefined && result === undefined) {
    say(`only label_values(…) and query_result(…) are understood, not ${query.slice(0, 80) || 'nothing'}.`);
    return null;
  }
  const written = result ?? selector;
  if (written.length > SELECTOR_LENGTH_MAX) {
    say(`its query has more than ${SELECTOR_LENGTH_MAX} characters.`);
    return null;
  }
  const regex = patternOf(textIn(json, 'regex'), say);
  const allValue = textIn(json, 'allValue');
  if (base.hasAll && !['', '.*', '.+'].includes(allValue))
    say(`all of them are not ${allValue.slice(0, 80)}.`);
  return result === undefined
    ? { ...base, kind: 'query', labelName, selector: written, regex }
    : { ...base, kind: 'result', selector: written, regex };
}

const PATTERN_LENGTH_MAX = 500;

/** What looks ahead or back, or repeats what a group found, is not in RE2. */
const BEYOND_RE2 = /\(\?<?[=!]|\\[1-9]|\\k</;

/** `/…/` is searched for, all else must be the whole value. */
function patternOf(text: string, say: Note): string {
  if (text === '') return '';
  const [, searched, flags = ''] = /^\/(.*)\/([a-z]*)$/s.exec(text) ?? [];
  const plain = searched ?? `^(?:${text})$`;
  const pattern = flags.includes('i') ? `(?i)${plain}` : plain;
  if (!BEYOND_RE2.test(pattern) && pattern.length <= PATTERN_LENGTH_MAX && isPattern(pattern)) {
    if (/\(\?<text>/.test(pattern) && /\(\?<value>/.test(pattern))
      say('its values are shown as they are, not as texts.');
    return pattern;
  }
  say(`its values are not narrowed by ${text.slice(0, 80)}.`);
  return '';
}

/** As far as JavaScript can tell, which has no flags in front. */
function isPattern(pattern: string): boolean {
  try {
    new RegExp(pattern.replace(/^\(\?i\)/, ''));
    return true;
  } catch {
    return false;
  }
}

/** `a, b : c` are the values a and c, the second shown as b. */
function valuesIn(text: string): readonly string[] {
  const values = text.split(',').map((value) => (value.split(' : ').at(-1) ?? '').trim());
  return [...new Set(values.filter((value) => value !== '').map((value) => oneLine(value, 1_000)))].slice(
    0,
    500,
  );
}

function isDuration(text: string): boolean {
  return /^\d+[smhdwy]$/.test(text);
}
