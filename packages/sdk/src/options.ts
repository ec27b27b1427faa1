import { checkLabelName, checkLabels, type LabelValue } from './labels.js';
import type { Reporter } from './reporter.js';

/** The option's value if it is within its range, else the default, and a problem told. */
export function numberOption(
  reporter: Reporter,
  option: { name: string; value: unknown; otherwise: number; min: number; max: number },
): number {
  const { name, value, otherwise, min, max } = option;
  if (value === undefined) return otherwise;
  if (typeof value === 'number' && value >= min && value <= max) return value;
  const message = `${name} is a number from ${min} to ${max}; ${otherwise} is used`;
  reporter.problem({ code: 'invalid_option', message }, name);
  return otherwise;
}

/** The labels that say whose series they are, to a server that is sent them. */
export function identityLabels(
  reporter: Reporter,
  options: { service: string; instance: string },
): Record<string, string> {
  return {
    job: identity(reporter, 'service', options.service),
    instance: identity(reporter, 'instance', options.instance),
  };
}

/** The labels that every series carries besides; those that cannot be used are left out and told. */
export function defaultLabels(
  reporter: Reporter,
  given: Readonly<Record<string, LabelValue>> | undefined,
): Record<string, string> {
  const labels: Record<string, string> = {};
  const reserved = new Set(['job', 'instance', 'le', 'quantile']);
  for (const [name, value] of Object.entries(given ?? {})) {
    const refusal = checkLabelName(name, reserved) ?? checkLabels({ [name]: value }, { reserved });
    if (refusal !== null) {
      reporter.problem({ code: refusal.code, message: `defaultLabels: ${refusal.message}` }, name);
    } else if (value !== null && value !== undefined && value !== '') {
      labels[name] = String(value);
    }
  }
  return labels;
}

function identity(reporter: Reporter, name: string, value: unknown): string {
  const refusal = checkLabels({ value: value as LabelValue }, { reserved: new Set() });
  if (typeof value === 'string' && value !== '' && refusal === null) return value;
  const message = `${name} is a text that is not empty; 'unknown' is used`;
  reporter.problem({ code: 'invalid_option', message }, name);
  return 'unknown';
}
