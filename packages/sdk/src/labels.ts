import { LABEL_VALUE_CHARS_MAX, LABELS_PER_SERIES_MAX, NAME_CHARS_MAX } from './constants.js';
import type { ProblemCode } from './reporter.js';

/** Numbers and booleans are sent as text; null, undefined and '' mean that the label is absent. */
export type LabelValue = string | number | boolean | null | undefined;

/** The labels of one sample: every declared name must be given. */
export type LabelsOf<Name extends string> = Readonly<Record<Name, LabelValue>>;

export interface LabelRefusal {
  readonly code: ProblemCode;
  readonly message: string;
}

export const NO_LABELS: Readonly<Record<string, never>> = Object.freeze({});

/**
 * Writes what identifies a label set, unchecked: equal sets have equal keys whatever the order of their names,
 * and only they do (every part carries its length). Null when `labels` is not an object of label values.
 */
export function labelSetKey(labels: unknown): string | null {
  if (labels === NO_LABELS) return '';
  if (typeof labels !== 'object' || labels === null) return null;
  const names = Object.keys(labels);
  if (names.length > 1) names.sort();
  let key = '';
  for (const name of names) {
    const text = labelText((labels as Record<string, unknown>)[name]);
    if (text === null) return null;
    if (text !== '') key += `${name.length}:${name}${text.length}:${text}`;
  }
  return key;
}

/** Checks a label set against the data model and the names that are taken or declared. */
export function checkLabels(
  labels: Readonly<Record<string, LabelValue>>,
  names: { reserved: ReadonlySet<string>; declared?: ReadonlySet<string> },
): LabelRefusal | null {
  const entries = Object.entries(labels);
  if (entries.length + names.reserved.size > LABELS_PER_SERIES_MAX) {
    return { code: 'too_many_labels', message: `a series has at most ${LABELS_PER_SERIES_MAX} labels` };
  }
  for (const [name, value] of entries) {
    const refusal = checkLabelName(name, names.reserved);
    if (refusal !== null) return refusal;
    if (names.declared !== undefined && !names.declared.has(name)) {
      return { code: 'invalid_label', message: `label ${quote(name)} is not among the labelNames declared` };
    }
    if ((labelText(value) ?? '').length > LABEL_VALUE_CHARS_MAX) {
      const message = `the value of label ${quote(name)} is longer than ${LABEL_VALUE_CHARS_MAX} characters`;
      return { code: 'label_value_too_long', message };
    }
  }
  return null;
}

export function checkLabelName(name: string, reserved: ReadonlySet<string>): LabelRefusal | null {
  if (typeof name !== 'string' || name.length > NAME_CHARS_MAX || !/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) {
    return {
      code: 'invalid_label',
      message: `${quote(name)} cannot be a label name: use letters, digits and _`,
    };
  }
  if (name.startsWith('__') || reserved.has(name)) {
    return {
      code: 'invalid_label',
      message: `label ${quote(name)} is set by the client: choose another name`,
    };
  }
  return null;
}

/** The members of a JSON object, without its braces; absent labels are left out. */
export function labelsJson(labels: Readonly<Record<string, LabelValue>>): string {
  const members: string[] = [];
  for (const [name, value] of Object.entries(labels)) {
    const text = labelText(value);
    if (text) members.push(`${JSON.stringify(name)}:${JSON.stringify(text)}`);
  }
  return members.join(',');
}

/** For messages: quoted, and cut so that a hostile name cannot fill a log. */
export function quote(name: unknown): string {
  return typeof name === 'string' ? JSON.stringify(name.slice(0, 80)) : `a value of type ${typeof name}`;
}

function labelText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return value === null || value === undefined ? '' : null;
}
