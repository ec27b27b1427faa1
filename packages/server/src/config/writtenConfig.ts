import { parse, stringify } from 'yaml';
import { type ConfigKey, configKeys } from './keys.js';
import { HIDDEN } from './parseConfig.js';
import type { Config, ConfigInput } from './schema.js';
import { treeOf, valueAt } from './settings.js';

/** Configuration as it was given, and what became of it. */
export interface ParsedInput {
  readonly given: ConfigInput;
  readonly config: Config;
}

/** The whole configuration as a file would have it: what was given, and the defaults of the rest. */
export function writtenConfig(parsed: ParsedInput): Record<string, unknown> {
  const settings = configKeys().map((key) => ({ path: key.path, value: writtenValue(key, parsed) }));
  return treeOf(settings.filter(({ value }) => value !== undefined));
}

/** A configuration as the text of a file. */
export function configYaml(written: Readonly<Record<string, unknown>>): string {
  return stringify(written);
}

/** The value of a key as a file would have it; undefined where there is none, or it depends on the machine. */
export function writtenValue(
  { path, fallback, isSecret, hiddenFields }: ConfigKey,
  { given, config }: ParsedInput,
): unknown {
  const value = valueAt(given, path) ?? fallback;
  if (value === undefined) return undefined;
  if (isSecret) return HIDDEN;
  const parsed = valueAt(config, path);
  // The environment and flags have nothing but text, also for what a file would have as a number.
  const isPlain = typeof parsed === 'number' && String(parsed) === String(value).trim();
  return isPlain || typeof parsed === 'boolean' ? parsed : withoutHidden(value, hiddenFields);
}

/** A value with what some fields anywhere in it have hidden. */
function withoutHidden(value: unknown, fields: ReadonlySet<string>): unknown {
  if (fields.size === 0) return value;
  // The environment and flags have YAML.
  return hideFields(typeof value === 'string' ? parse(value) : value, fields);
}

function hideFields(value: unknown, fields: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((one) => hideFields(one, fields));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, fields.has(name) ? HIDDEN : hideFields(one, fields)]),
  );
}
