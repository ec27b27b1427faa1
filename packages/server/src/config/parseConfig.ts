import { nearestName, TinyObsError } from '@tinyobs/model';
import { configKeys } from './keys.js';
import { type Config, type ConfigInput, configSchema } from './schema.js';

/**
 * Checks configuration that is already in memory and fills in the defaults.
 *
 * @throws TinyObsError `config_unknown_key`, `config_invalid`
 */
export function parseConfig(input: ConfigInput | Readonly<Record<string, unknown>>): Config {
  const parsed = configSchema.safeParse(input);
  if (parsed.success) return checkTogether(parsed.data);
  const issue = parsed.error.issues[0];
  const at = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const path = at === '' ? issue.keys[0] : `${at}.${issue.keys[0]}`;
    throw unknownKey(
      path,
      configKeys().map((key) => key.path),
      'configuration key',
    );
  }
  const given = valueAt(input, issue.path);
  throw new TinyObsError('config_invalid', `${at} is ${JSON.stringify(given)}; expected: ${issue.message}`, {
    details: { key: at },
  });
}

/** What one key needs of another. @throws TinyObsError `config_invalid` */
function checkTogether(config: Config): Config {
  if (!config.limits.overflowSeries || config.selfMonitoring.interval !== undefined) return config;
  const key = 'limits.overflowSeries';
  throw new TinyObsError(
    'config_invalid',
    `${key} is true, but overflow series are written at selfMonitoring.interval, which is off; give it a duration such as 15s`,
    { details: { key } },
  );
}

function valueAt(tree: unknown, path: readonly PropertyKey[]): unknown {
  let node = tree;
  for (const part of path) node = (node as Record<PropertyKey, unknown> | undefined)?.[part];
  return node;
}

/** Names the key and, where one is near, the known key that was probably meant. */
export function unknownKey(key: string, known: readonly string[], kind: string): TinyObsError {
  const near = nearestName(key, known);
  const advice = near === undefined ? 'see docs/configuration.md for all of them' : `did you mean ${near}?`;
  return new TinyObsError('config_unknown_key', `unknown ${kind} ${key}; ${advice}`, { details: { key } });
}
