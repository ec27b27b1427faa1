import { LABEL_VALUE_CHARS_MAX, LABELS_PER_SERIES_MAX, NAME_CHARS_MAX } from './constants.js';
import type { ProblemCode } from './reporter.js';

/** Numbers and booleans are sent as text; null, undefined and '' mean that the label is absent. */
export type LabelValue = string | number | boolean | null | undefined;

/** The labels of one sample: every declared name must be given. */
export type LabelsOf<Name extends string> = Readonly<Record<Name, LabelValue>>;

/**
 * Arguments of a call about one series of a metric with these label names: without names none are given, with
 * names all of them, and of a metric that takes any label they may be left out.
 */
export type WithLabels<Name extends string, Rest extends unknown[]> = [Name] extends [never]
  ? Rest
  : string extends Name
    ? Rest | [labels: LabelsOf<Name>, ...rest: Rest]
    : [labels: LabelsOf<Name>, ...rest: Rest];

export interface LabelRefusal {
  readonly code: ProblemCode;
  readonly message: string;
}

const NO_LABEL_SET: LabelRefusal = {
  code: 'invalid_label',
  message: 'labels must be an object of strings, numbers and booleans',
};

/** The label of the series that holds what is past a limit. */
export const OVERFLOW_LABEL = 'tinyobs_overflow';

export const NO_LABELS: Readonly<Record<string, never>> = Object.freeze({});

/** Checks a label set, which may be anything, against the data model and the names that are taken or declared. */
export function checkLabels(
  labels: unknown,
  names: { reserved: ReadonlySet<string>; declared?: ReadonlySet<string> },
): LabelRefusal | null {
  if (typeof labels !== 'object' || labels === null) return NO_LABEL_SET;
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
    const text = labelText(value);
    if (text === null) return NO_LABEL_SET;
    if (text.length > LABEL_VALUE_CHARS_MAX) {
      const message = `label ${quote(name)} is longer than ${LABEL_VALUE_CHARS_MAX} characters`;
      return { code: 'label_value_too_long', message };
    }
  }
  return null;
}

export function isLabelName(name: unknown): name is string {
  return typeof name === 'string' && name.length <= NAME_CHARS_MAX && /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name);
}

export function checkLabelName(name: string, reserved: ReadonlySet<string>): LabelRefusal | null {
  if (!isLabelName(name)) {
    return {
      code: 'invalid_label',
      message: `${quote(name)} cannot be a label name: use letters, digits and _`,
    };
  }
  if (name.startsWith('__') || name === OVERFLOW_LABEL || reserved.has(name)) {
    return {
      code: 'invalid_label',
      message: `label ${quote(name)} is set by the client: choose another`,
    };
  }
  return null;
}

/** For messages: quoted, and cut so that a hostile name cannot fill a log. */
export function quote(name: unknown): string {
  return typeof name === 'string' ? JSON.stringify(name.slice(0, 80)) : `a value of type ${typeof name}`;
}

/** The text that is sent for a label value, '' when the label is absent; null when it is no label value. */
export function labelText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return value === null || value === undefined ? '' : null;
}
