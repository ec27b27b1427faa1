import { readConfigFile } from './configFile.js';
import { CONFIG_VARIABLE, type Environment, readEnvironment } from './environment.js';
import { fillIn } from './fillIn.js';
import { configKeys } from './keys.js';
import type { ConfigOrigins } from './liveConfig.js';
import { checkConfig } from './parseConfig.js';
import { type ConfigProblem, problemsError, unknownKey } from './problems.js';
import type { ConfigInput } from './schema.js';
import { type Setting, treeOf } from './settings.js';
import { writtenConfig, writtenValue } from './writtenConfig.js';

export interface ConfigSources {
  /** Path of a YAML file; that of `TINYOBS_CONFIG` by default. */
  readonly file?: string;
  /** Variables named `TINYOBS_…`; others are ignored. The environment of the process by default. */
  readonly environment?: Environment;
  /** The strongest source; of several for one key the last counts. */
  readonly flags?: readonly ConfigFlag[];
}

export interface ConfigFlag {
  /** Dotted path of the key. */
  readonly path: string;
  readonly value: string;
  /** As it is written on the command line, such as `--listen`. */
  readonly flag: string;
}

export interface LoadedConfig {
  /** For `createTinyObs`: checked, with variables and secrets filled in. */
  readonly input: ConfigInput;
  /** What is set, in the order of the schema: as a file would have it, and where it is written. */
  readonly settings: readonly Pick<Setting, 'path' | 'value' | 'origin'>[];
  /** Where each key that is set is written, by its path. */
  readonly origins: ConfigOrigins;
  /** The whole as a file would have it, defaults included and without secrets; see `configYaml`. */
  readonly written: Readonly<Record<string, unknown>>;
  /** Files that were read, by their paths, with what was in them: the configuration file and those of secrets. */
  readonly files: ReadonlyMap<string, string>;
}

/**
 * What the YAML file, the environment and the flags set, each stronger than the one before. A value that a stronger
 * source replaces is not looked at.
 *
 * @throws TinyObsError `config_unknown_key`, `config_invalid`, with all that is wrong and where it is written
 */
export function loadConfig(sources: ConfigSources): LoadedConfig {
  const environment = sources.environment ?? process.env;
  const file = sources.file ?? environment[CONFIG_VARIABLE];
  const problems: ConfigProblem[] = [];
  const files = new Map<string, string>();
  const given = [
    ...(file === undefined ? [] : readConfigFile(file, { problems, files })),
    ...readEnvironment(environment, problems),
    ...readFlags(sources.flags ?? [], problems),
  ];
  const strongest = new Map(given.map((setting) => [setting.path, setting]));
  const origins = new Map(given.map(({ path, origin }) => [path, origin]));
  const keys = configKeys().filter(({ path }) => strongest.has(path));
  const filled = keys.map((key) => {
    const setting = strongest.get(key.path)!;
    return { ...setting, value: fillIn(setting, key, { environment, problems, files }) };
  });
  const input = treeOf(filled.filter(({ value }) => value !== undefined));
  const { config, problems: more } = checkConfig(input, origins);
  problems.push(...more);
  if (!config || problems.length > 0) throw problemsError(problems);
  const { config: scraped } = config.scrape;
  if (scraped) files.set(scraped.path, scraped.text);
  const parsed = { given: input, config };
  const settings = keys.map((key) => ({
    path: key.path,
    value: writtenValue(key, parsed),
    origin: strongest.get(key.path)!.origin,
  }));
  return { input, settings, origins: Object.fromEntries(origins), written: writtenConfig(parsed), files };
}

function readFlags(flags: readonly ConfigFlag[], problems: ConfigProblem[]): readonly Setting[] {
  const known = new Set(configKeys().map(({ path }) => path));
  for (const { path, flag: origin } of flags) {
    if (!known.has(path)) problems.push(unknownKey(path, { kind: 'configuration key', known, origin }));
  }
  return flags
    .filter(({ path }) => known.has(path))
    .map(({ path, value, flag }) => ({ path, value, origin: flag }));
}
