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

/** The labels every series of a client carries; those that cannot be used are left out and told. */
export function clientLabels(
  reporter: Reporter,
  options: { service: string; instance: string; defaultLabels?: Readonly<Record<string, LabelValue>> },
): Record<string, string> {
  const labels: Record<string, string> = {
    job: identity(reporter, 'service', options.service),
    instance: identity(reporter, 'instance', options.instance),
  };
  const reserved = new Set(['job', 'instance', 'le']);
  for (const [name, value] of Object.entries(options.defaultLabels ?? {})) {
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
