import { readFileSync } from 'node:fs';
import { TinyObsError } from '@tinyobs/model';
import { parse } from 'yaml';
import { configKeys } from './keys.js';
import { unknownKey } from './parseConfig.js';
import type { ConfigInput } from './schema.js';

export interface ConfigSources {
  /** Path of a YAML file; that of `TINYOBS_CONFIG` by default. */
  readonly file?: string;
  /** Variables named `TINYOBS_…`; others are ignored. The environment of the process by default. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Values from flags by dotted path, the strongest source. */
  readonly flags?: ReadonlyMap<string, string>;
}

const FILE_VARIABLE = 'TINYOBS_CONFIG';

/**
 * What the YAML file, the environment and the flags set, each stronger than the one before; `createTinyObs`
 * checks it and fills in the defaults.
 *
 * @throws TinyObsError `config_unknown_key` with the nearest known key, `config_invalid` for an unreadable file.
 */
export function loadConfigInput(sources: ConfigSources): ConfigInput {
  const environment = sources.environment ?? process.env;
  const file = sources.file ?? environment[FILE_VARIABLE];
  const tree = file === undefined ? {} : readConfigFile(file);
  const paths = new Map(configKeys().map((key) => [key.path, key]));
  const byVariable = new Map(configKeys().map((key) => [key.environment, key.path]));
  for (const [variable, value] of Object.entries(environment)) {
    if (!variable.startsWith('TINYOBS_') || variable === FILE_VARIABLE || value === undefined) continue;
    const path = byVariable.get(variable);
    if (path === undefined) throw unknownKey(variable, [...byVariable.keys()], 'environment variable');
    setPath(tree, path, value);
  }
  for (const [path, value] of sources.flags ?? []) {
    if (!paths.has(path)) throw unknownKey(path, [...paths.keys()], 'configuration key');
    setPath(tree, path, value);
  }
  return tree;
}

type Tree = Record<string, unknown>;

function readConfigFile(file: string): Tree {
  let parsed: unknown;
  try {
    parsed = parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TinyObsError('config_invalid', `cannot read the configuration file ${file}: ${reason}`, {
      cause,
      details: { file },
    });
  }
  if (parsed === null || parsed === undefined) return {};
  if (typeof parsed !== 'object' || Array.isArray(parsed)) {
    throw new TinyObsError('config_invalid', `${file} must hold a mapping of keys to values`, {
      details: { file },
    });
  }
  return parsed as Tree;
}

function setPath(tree: Tree, path: string, value: string): void {
  const parts = path.split('.');
  let node = tree;
  for (const part of parts.slice(0, -1)) {
    const child = node[part];
    if (typeof child !== 'object' || child === null) node[part] = {};
    node = node[part] as Tree;
  }
  node[parts[parts.length - 1]] = value;
}
