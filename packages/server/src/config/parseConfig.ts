import type { z } from 'zod';
import { configGroups, configKeys } from './keys.js';
import { type ConfigProblem, invalid, problemsError, unknownKey } from './problems.js';
import { type Config, type ConfigInput, configSchema } from './schema.js';
import { valueAt } from './settings.js';

/** What stands for a secret wherever configuration is shown. */
export const HIDDEN = '<secret>';

/**
 * Checks configuration that is already in memory and fills in the defaults.
 *
 * @throws TinyObsError `config_unknown_key`, `config_invalid`, with all that is wrong
 */
export function parseConfig(input: ConfigInput | Readonly<Record<string, unknown>>): Config {
  const { config, problems } = checkConfig(input);
  if (!config) throw problemsError(problems);
  return config;
}

/** As `parseConfig`, but says what is wrong instead of throwing it, with where it is written. */
export function checkConfig(
  input: ConfigInput | Readonly<Record<string, unknown>>,
  origins: ReadonlyMap<string, string> = new Map(),
): { readonly config: Config | undefined; readonly problems: readonly ConfigProblem[] } {
  const parsed = configSchema.safeParse(input);
  if (parsed.success) {
    const problems = checkTogether(parsed.data, origins);
    return { config: problems.length === 0 ? parsed.data : undefined, problems };
  }
  return {
    config: undefined,
    problems: parsed.error.issues.flatMap((issue) => problemsOf(issue, input, origins)),
  };
}

/** What one key needs of another. */
function checkTogether(config: Config, origins: ReadonlyMap<string, string>): ConfigProblem[] {
  if (!config.limits.overflowSeries || config.selfMonitoring.interval !== undefined) return [];
  const key = 'limits.overflowSeries';
  const text = `${key} is true, but overflow series are written at selfMonitoring.interval, which is off; give it a duration such as 15s`;
  return [invalid(key, origins.get(key), text)];
}

function problemsOf(
  issue: z.core.$ZodIssue,
  input: unknown,
  origins: ReadonlyMap<string, string>,
): ConfigProblem[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    const known = [...configKeys().map((key) => key.path), ...configGroups()];
    return issue.keys.map((name) =>
      unknownKey([...path, name].join('.'), { kind: 'configuration key', known }),
    );
  }
  const at = path.join('.');
  // What is wrong may lie inside of a value, such as in one duration of several.
  const key = configKeys().find((one) => at === one.path || at.startsWith(`${one.path}.`));
  if (issue.code === 'custom' && issue.params?.hidesValue === true) {
    return [invalid(at, origins.get(key?.path ?? at), `${at}: ${issue.message}`)];
  }
  const given = key?.isSecret ? HIDDEN : JSON.stringify(valueAt(input, at));
  return [invalid(at, origins.get(key?.path ?? at), `${at} is ${given}; expected: ${issue.message}`)];
}
