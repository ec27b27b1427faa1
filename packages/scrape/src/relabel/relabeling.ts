import { createHash } from 'node:crypto';
import {
  type CompiledRegex,
  compileRegex,
  groupOf,
  isLegacyLabelName,
  Matcher,
  parseTemplate,
  stepsOver,
  type TemplatePart,
  TinyObsError,
} from '@tinyobs/model';
import type { RelabelConfig } from '../config/relabelConfig.js';
import { RELABEL_STEPS_MAX, RELABELED_LENGTH_MAX } from '../limits.js';

/** Labels while they are being made; an empty value is that of a label that is not there. */
export type MutableLabels = Map<string, string>;

/** What one rule does with labels; false when it drops what they belong to. */
type Rule = (labels: MutableLabels) => boolean;

/**
 * The rules of `relabel_configs` or `metric_relabel_configs`, applied in their order.
 *
 * Source: https://prometheus.io/docs/prometheus/latest/configuration/configuration/#relabel_config
 */
export class Relabeling {
  readonly #rules: readonly Rule[];

  /** @throws TinyObsError `query_parse` for a bad regular expression, which a checked configuration has not. */
  constructor(configs: readonly RelabelConfig[]) {
    this.#rules = configs.map(ruleOf);
  }

  get isEmpty(): boolean {
    return this.#rules.length === 0;
  }

  /**
   * Changes the labels; false when a rule drops what they belong to.
   *
   * @throws TinyObsError `scrape_limit` for a value that is too long for an expression, or becomes too long
   */
  apply(labels: MutableLabels): boolean {
    return this.#rules.every((rule) => rule(labels));
  }
}

function ruleOf(config: RelabelConfig): Rule {
  switch (config.action) {
    case 'replace':
      return replaceRule(config);
    case 'keep':
      return matchRule(config, true);
    case 'drop':
      return matchRule(config, false);
    case 'keepequal':
      return (labels) => labelValue(labels, config.targetLabel) === joined(labels, config);
    case 'dropequal':
      return (labels) => labelValue(labels, config.targetLabel) !== joined(labels, config);
    case 'hashmod':
      return setRule(config, (value) => hashModulo(value, config.modulus));
    case 'lowercase':
      return setRule(config, (value) => value.toLowerCase());
    case 'uppercase':
      return setRule(config, (value) => value.toUpperCase());
    case 'labelmap':
      return mapRule(config);
    case 'labeldrop':
      return nameRule(config, false);
    case 'labelkeep':
      return nameRule(config, true);
  }
}

/** The values of the source labels as one text. */
function joined(labels: MutableLabels, { sourceLabels, separator }: RelabelConfig): string {
  if (sourceLabels.length === 1) return labelValue(labels, sourceLabels[0]);
  return sourceLabels.map((name) => labelValue(labels, name)).join(separator);
}

function labelValue(labels: MutableLabels, name: string): string {
  return labels.get(name) ?? '';
}

function setLabel(labels: MutableLabels, name: string, value: string): void {
  if (Math.max(name.length, value.length) > RELABELED_LENGTH_MAX) throw tooLong();
  if (value === '') labels.delete(name);
  else labels.set(name, value);
}

function setRule(config: RelabelConfig, change: (value: string) => string): Rule {
  return (labels) => {
    setLabel(labels, config.targetLabel, change(joined(labels, config)));
    return true;
  };
}

function matchRule(config: RelabelConfig, isKept: boolean): Rule {
  const matches = testOf(config);
  return (labels) => matches(joined(labels, config)) === isKept;
}

function nameRule(config: RelabelConfig, isKept: boolean): Rule {
  const matches = testOf(config);
  return (labels) => {
    for (const name of [...labels.keys()]) if (matches(name) !== isKept) labels.delete(name);
    return true;
  };
}

/** Copies labels under the names that the replacement makes of theirs. */
function mapRule(config: RelabelConfig): Rule {
  const matches = testOf(config);
  const expand = expander(compileRegex(config.regex), parseTemplate(config.replacement));
  return (labels) => {
    for (const [name, value] of [...labels]) {
      if (matches(name)) setLabel(labels, expand(name) ?? name, value);
    }
    return true;
  };
}

function replaceRule(config: RelabelConfig): Rule {
  const { targetLabel, replacement } = config;
  // The usual rule copies what it finds.
  if (config.regex === '(.*)' && replacement === '$1' && isLegacyLabelName(targetLabel)) {
    return setRule(config, (value) => value);
  }
  const matches = testOf(config);
  const regex = compileRegex(config.regex);
  const expandName = expander(regex, parseTemplate(targetLabel));
  const expandValue = expander(regex, parseTemplate(replacement));
  return (labels) => {
    const value = joined(labels, config);
    if (!matches(value)) return true;
    const name = expandName(value) ?? '';
    if (isLegacyLabelName(name)) setLabel(labels, name, expandValue(value) ?? '');
    else labels.delete(targetLabel);
    return true;
  };
}

/** Whether the whole of a text matches the expression of a rule. */
function testOf({ regex }: RelabelConfig): (text: string) => boolean {
  const matcher = new Matcher('regex', '=~', regex);
  return (text) => {
    if (matcher.stepsOf(text) > RELABEL_STEPS_MAX) throw tooLong();
    return matcher.matches(text);
  };
}

/** Fills in a template with the groups of an expression that matches the whole of a text; undefined where it does not. */
function expander(
  { regex, shape }: CompiledRegex,
  template: readonly TemplatePart[],
): (text: string) => string | undefined {
  const findsGroups = template.some((part) => 'group' in part);
  const named = regex.namedGroups();
  return (text) => {
    if (!findsGroups) return fillIn(template, () => '');
    if (stepsOver(shape, text) > RELABEL_STEPS_MAX) throw tooLong();
    const matcher = regex.matcher(text);
    return matcher.matches() ? fillIn(template, (group) => groupOf(matcher, group, named)) : undefined;
  };
}

function fillIn(template: readonly TemplatePart[], textOf: (group: string) => string): string {
  let filled = '';
  for (const part of template) {
    filled += 'text' in part ? part.text : textOf(part.group);
    if (filled.length > RELABELED_LENGTH_MAX) throw tooLong();
  }
  return filled;
}

/** The last 8 bytes of the MD5 sum as a big-endian number, as Prometheus takes it. */
function hashModulo(value: string, modulus: number): string {
  const sum = createHash('md5').update(value).digest();
  return String(sum.readBigUInt64BE(8) % BigInt(modulus));
}

function tooLong(): TinyObsError {
  return new TinyObsError(
    'scrape_limit',
    'relabelling met a label value that is too long for its regular expression, or would become too long',
  );
}
