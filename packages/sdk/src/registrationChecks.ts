import {
  BUCKETS_MAX,
  LABELS_PER_SERIES_MAX,
  NAME_CHARS_MAX,
  QUANTILES_MAX,
  STATES_MAX,
} from './constants.js';
import { checkLabelName, labelText } from './labels.js';
import type { ProblemCode } from './reporter.js';
import type { MetricType } from './snapshot/snapshot.js';

/** Why a metric cannot be registered. */
export interface Refusal {
  readonly code: ProblemCode;
  readonly message: string;
}

/** Every name that the rows of a metric can have, and its own. */
export function rowNames(name: string, type: MetricType): string[] {
  if (type === 'histogram') return [name, `${name}_bucket`, `${name}_sum`, `${name}_count`];
  return type === 'summary' ? [name, `${name}_sum`, `${name}_count`] : [name];
}

/** Labels that the client itself sets on the rows of a type. */
export function ownLabels(name: string, type: MetricType): string[] {
  if (type === 'histogram') return ['le'];
  if (type === 'summary') return ['quantile'];
  return type === 'stateset' ? [name] : [];
}

export function checkName(name: unknown): Refusal | null {
  const valid =
    typeof name === 'string' && name.length <= NAME_CHARS_MAX && /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name);
  return valid
    ? null
    : { code: 'invalid_metric_name', message: 'a metric name has letters, digits, _ and : only' };
}

export function checkNames(
  labelNames: readonly string[] | undefined,
  reserved: ReadonlySet<string>,
): Refusal | null {
  if (labelNames === undefined) return null;
  if (!Array.isArray(labelNames))
    return { code: 'invalid_label', message: 'labelNames is an array of names' };
  if (labelNames.length + reserved.size > LABELS_PER_SERIES_MAX) {
    return { code: 'too_many_labels', message: `a series has at most ${LABELS_PER_SERIES_MAX} labels` };
  }
  for (const name of labelNames) {
    const refusal = checkLabelName(name, reserved);
    if (refusal !== null) return refusal;
  }
  return null;
}

export function checkBuckets(buckets: unknown): Refusal | null {
  const ascending =
    Array.isArray(buckets) &&
    buckets.length > 0 &&
    buckets.length <= BUCKETS_MAX &&
    buckets.every((bound, i) => Number.isFinite(bound) && (i === 0 || bound > buckets[i - 1]));
  if (ascending) return null;
  return {
    code: 'invalid_buckets',
    message: `buckets are 1 to ${BUCKETS_MAX} finite numbers, ascending`,
  };
}

export function checkQuantiles(quantiles: unknown): Refusal | null {
  const valid =
    Array.isArray(quantiles) &&
    quantiles.length <= QUANTILES_MAX &&
    new Set(quantiles).size === quantiles.length &&
    quantiles.every((quantile) => typeof quantile === 'number' && quantile >= 0 && quantile <= 1);
  if (valid) return null;
  return {
    code: 'invalid_quantiles',
    message: `quantiles are at most ${QUANTILES_MAX} different numbers from 0 to 1`,
  };
}

/** The states of a set, and its name, which is that of a label. */
export function checkStates(name: unknown, states: unknown): Refusal | null {
  const valid =
    Array.isArray(states) &&
    states.length > 0 &&
    states.length <= STATES_MAX &&
    new Set(states).size === states.length &&
    states.every((state) => typeof state === 'string' && labelText(state));
  if (!valid)
    return { code: 'invalid_states', message: `states are 1 to ${STATES_MAX} different texts, none empty` };
  const refusal = checkLabelName(String(name), new Set());
  return refusal === null
    ? null
    : { code: 'invalid_metric_name', message: 'a state set is named as a label can be' };
}
