import { isLegacyLabelName, Matcher } from '@tinyobs/model';
import { z } from 'zod';
import { labelName, limit, list, section, text } from './values.js';

export const RELABEL_ACTIONS = [
  'replace',
  'keep',
  'drop',
  'keepequal',
  'dropequal',
  'hashmod',
  'labelmap',
  'labeldrop',
  'labelkeep',
  'lowercase',
  'uppercase',
] as const;

export type RelabelAction = (typeof RELABEL_ACTIONS)[number];

/** A label name that may have references to groups of the expression in it. */
const NAME_TEMPLATE = /^(?:[a-zA-Z_]|\$(?:\{\w+\}|\w+))(?:\w|\$(?:\{\w+\}|\w+))*$/;

/** What a rule has that does not say it. */
const DEFAULTS = { separator: ';', regex: '(.*)', replacement: '$1', modulus: 0, target_label: '' } as const;

const keys = section({
  source_labels: list(labelName()).optional(),
  separator: text().optional(),
  regex: text().optional(),
  modulus: limit().optional(),
  target_label: text().optional(),
  replacement: text().optional(),
  action: z
    .string({ error: 'the name of an action' })
    .transform((name) => name.toLowerCase())
    .pipe(z.enum(RELABEL_ACTIONS, { error: `one of ${RELABEL_ACTIONS.join(', ')}` }))
    .default('replace'),
});

type Keys = z.output<typeof keys>;

/** One rule of `relabel_configs` or `metric_relabel_configs`, with all defaults. */
export interface RelabelConfig {
  readonly action: RelabelAction;
  readonly sourceLabels: readonly string[];
  readonly separator: string;
  readonly regex: string;
  readonly modulus: number;
  readonly targetLabel: string;
  readonly replacement: string;
}

/** Source: https://prometheus.io/docs/prometheus/latest/configuration/configuration/#relabel_config */
export const relabelConfigSchema = keys.transform((given, context): RelabelConfig => {
  const problem = problemOf(given) ?? regexProblemOf(given.regex);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  return {
    action: given.action,
    sourceLabels: given.source_labels ?? [],
    separator: given.separator ?? DEFAULTS.separator,
    regex: given.regex ?? DEFAULTS.regex,
    modulus: given.modulus ?? DEFAULTS.modulus,
    targetLabel: given.target_label ?? DEFAULTS.target_label,
    replacement: given.replacement ?? DEFAULTS.replacement,
  };
});

/** What is missing from a rule of this action, or has no meaning in it. */
function problemOf(given: Keys): string | undefined {
  const { action, target_label: target = '', replacement = DEFAULTS.replacement } = given;
  switch (action) {
    case 'replace':
      if (target === '') return 'a target_label, which the action replace needs';
      return NAME_TEMPLATE.test(target)
        ? undefined
        : 'a target_label that is a label name, which may have groups such as $1 in it';
    case 'hashmod':
      if (!given.modulus) return 'a modulus above 0, which the action hashmod needs';
      return targetProblem(target, action);
    case 'lowercase':
    case 'uppercase':
      return (
        targetProblem(target, action) ??
        onlyFields(given, action, ['source_labels', 'separator', 'regex', 'target_label'])
      );
    case 'keepequal':
    case 'dropequal':
      return targetProblem(target, action) ?? onlyFields(given, action, ['source_labels', 'target_label']);
    case 'labelmap':
      return NAME_TEMPLATE.test(replacement)
        ? undefined
        : 'a replacement that is a label name, which may have groups such as $1 in it';
    case 'labeldrop':
    case 'labelkeep':
      return onlyFields(given, action, ['regex']);
    case 'keep':
    case 'drop':
      return undefined;
  }
}

function targetProblem(target: string, action: RelabelAction): string | undefined {
  return isLegacyLabelName(target)
    ? undefined
    : `a label name as target_label, which the action ${action} needs`;
}

/** Fields at their default do no harm. */
function onlyFields(given: Keys, action: RelabelAction, fields: readonly string[]): string | undefined {
  const others = Object.entries(given)
    .filter(([name, value]) => name !== 'action' && !fields.includes(name) && !isDefault(name, value))
    .map(([name]) => name);
  if (others.length === 0) return undefined;
  return `no ${others.join(' and no ')}: the action ${action} has nothing but ${fields.join(' and ')}`;
}

function isDefault(name: string, value: unknown): boolean {
  return name in DEFAULTS && value === DEFAULTS[name as keyof typeof DEFAULTS];
}

function regexProblemOf(regex: string | undefined): string | undefined {
  if (regex === undefined) return undefined;
  try {
    new Matcher('regex', '=~', regex);
    return undefined;
  } catch (cause) {
    return `another regex: ${cause instanceof Error ? cause.message : String(cause)}`;
  }
}
