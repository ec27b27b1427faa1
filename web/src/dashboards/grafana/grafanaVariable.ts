import type { Variable } from '../../api/dashboards.js';
import { BLANK_VARIABLE } from '../newDashboard.js';
import type { Note } from './grafanaPanel.js';
import { type Json, objectIn, textIn } from './json.js';

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
    label: textIn(json, 'label').slice(0, 100),
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
      return { ...base, kind: 'constant', values: [textIn(json, 'query')] };
    case 'datasource':
      note(`The variable “${name}”: all queries are asked of this server.`);
      return null;
    default:
      note(`The variable “${name}”: there is none of the type ${type}.`);
      return null;
  }
}

/** `label_values(metric{…}, label)` or `label_values(label)`; the selector may have commas of its own. */
const LABEL_VALUES = /^\s*label_values\(\s*(?:(.*\S)\s*,\s*)?([\w.]+)\s*\)\s*$/s;

function fromQuery(base: Variable, json: Json, note: Note): Variable | null {
  const query =
    textIn(json, 'query') || textIn(objectIn(json, 'query'), 'query') || textIn(json, 'definition');
  const match = LABEL_VALUES.exec(query);
  if (match === null) {
    note(
      `The variable “${base.name}”: only label_values(…) is understood, not ${query.slice(0, 80) || 'nothing'}.`,
    );
    return null;
  }
  if (textIn(json, 'regex') !== '')
    note(`The variable “${base.name}”: its values are not narrowed by ${textIn(json, 'regex')}.`);
  return { ...base, kind: 'query', labelName: match[2], selector: (match[1] ?? '').slice(0, 10_000) };
}

/** `a, b : c` are the values a and c, the second shown as b. */
function valuesIn(text: string): readonly string[] {
  const values = text.split(',').map((value) => (value.split(' : ').at(-1) ?? '').trim());
  return [...new Set(values.filter((value) => value !== '').map((value) => value.slice(0, 1_000)))].slice(
    0,
    500,
  );
}

function isDuration(text: string): boolean {
  return /^\d+[smhdwy]$/.test(text);
}
