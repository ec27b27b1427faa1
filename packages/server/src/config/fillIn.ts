import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Environment } from './environment.js';
import type { ConfigKey } from './keys.js';
import { HIDDEN } from './parseConfig.js';
import { type ConfigProblem, invalid } from './problems.js';
import type { Setting } from './settings.js';
import { FILE_PREFIX } from './units.js';

export interface FillInContext {
  readonly environment: Environment;
  readonly problems: ConfigProblem[];
  /** Files that secrets were read from are added here, with what is in them. */
  readonly files: Map<string, string>;
}

/**
 * The value of a setting with what is written elsewhere filled in: variables (`${NAME}`, `${NAME:-default}`; `$${` is
 * a plain `${`) in a configuration file, and the file that `file:/path` names for a secret. Undefined when that is
 * not to be had, which is added to the problems.
 */
export function fillIn(setting: Setting, key: ConfigKey, context: FillInContext): unknown {
  const problemsBefore = context.problems.length;
  const given = setting.file === undefined ? setting.value : withVariables(setting.value, setting, context);
  if (context.problems.length > problemsBefore) return undefined;
  const value = setting.file === undefined ? given : key.resolvePaths(given, dirname(resolve(setting.file)));
  if (!key.isSecret || typeof value !== 'string') return value;
  if (value.startsWith(FILE_PREFIX)) return readSecret(value.slice(FILE_PREFIX.length), setting, context);
  if (value !== HIDDEN) return value;
  const text = `${key.path} was not printed: write it in the place of ${HIDDEN}, or set ${key.environment}`;
  context.problems.push(invalid(key.path, setting.origin, text));
  return undefined;
}

function withVariables(value: unknown, setting: Setting, context: FillInContext): unknown {
  if (typeof value === 'string') return substituted(value, setting, context);
  if (Array.isArray(value)) return value.map((one) => withVariables(one, setting, context));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, withVariables(one, setting, context)]),
  );
}

function substituted(
  text: string,
  { path, origin }: Setting,
  { environment, problems }: FillInContext,
): string {
  const report = (what: string) => problems.push(invalid(path, origin, `${path} ${what}`));
  return text.replace(/\$\$\{|\$\{([^}]*)(\}?)/g, (_whole, inner: string | undefined, end: string) => {
    if (inner === undefined) return '${';
    const [, name, fallback] = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s.exec(inner) ?? [];
    if (name === undefined || end === '') {
      // What it is instead may be part of a secret.
      report(
        `has \${ without the name of a variable: write \${NAME} or \${NAME:-default}, and $\${ for a plain \${`,
      );
      return '';
    }
    // As in a shell, a default stands for what is empty, too.
    const value = fallback === undefined ? environment[name] : environment[name] || fallback;
    if (value === undefined) {
      report(`needs the variable ${name}, which is not set; set it, or write \${${name}:-default}`);
    }
    return value ?? '';
  });
}

function readSecret(
  given: string,
  { path, origin, file }: Setting,
  { problems, files }: FillInContext,
): string | undefined {
  const place = resolve(file === undefined ? '.' : dirname(file), given);
  try {
    const text = readFileSync(place, 'utf8');
    files.set(place, text);
    const secret = text.replace(/\r?\n$/, '');
    if (secret !== '') return secret;
    problems.push(invalid(path, origin, `${path} is to be read from ${place}, which is empty`));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    problems.push(invalid(path, origin, `${path} cannot be read from ${place}: ${reason}`));
  }
  return undefined;
}
