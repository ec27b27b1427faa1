import { type ConfigFlag, type ConfigSources, configKeys } from '@tinyobs/server';
import { type Command, InvalidArgumentError } from 'commander';

/** Flags of all commands that read the configuration. */
export interface ConfigFlags {
  readonly dataDir?: string;
  readonly listen?: string;
  readonly config?: string;
  readonly insecure?: boolean;
  readonly set: ReadonlyMap<string, string>;
}

export function addConfigFlags(command: Command): Command {
  return command
    .option('--data-dir <dir>', 'folder of the store, created when missing (default: ./tinyobs-data)')
    .option(
      '--listen <host:port>',
      'address to listen on; port 0 takes any free port (default: 127.0.0.1:8080)',
    )
    .option('--config <file>', 'YAML file with configuration; also TINYOBS_CONFIG')
    .option(
      '--set <key=value>',
      'set one configuration key; may be repeated',
      addSetting,
      new Map<string, string>(),
    )
    .option('--insecure', 'allow an address that other machines can reach, without keys')
    .addHelpText('after', configHelp);
}

function addSetting(setting: string, settings: Map<string, string>): Map<string, string> {
  const equals = setting.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('write it as key=value, such as limits.series=500000');
  return settings.set(setting.slice(0, equals), setting.slice(equals + 1));
}

/** Every key, for the help. */
export function configHelp(): string {
  const lines = configKeys().map(({ path, environment, unit, fallback, isReloadable, help }) => {
    const notes = [
      unit,
      ...(fallback === undefined ? [] : [`default: ${textOf(fallback)}`]),
      ...(isReloadable ? ['reloadable'] : []),
    ];
    return `  ${path} (${notes.join('; ')})\n      ${help}\n      ${environment}\n`;
  });
  return `\nConfiguration keys for --set, the file and the environment:\n${lines.join('')}`;
}

/** A value of a key in one line. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The sources that the flags name, the flags themselves included. */
export function sourcesOf({ config, dataDir, listen, insecure, set }: ConfigFlags): ConfigSources {
  const flags: ConfigFlag[] = [...set].map(([path, value]) => ({ path, value, flag: `--set ${path}` }));
  if (dataDir !== undefined) flags.push({ path: 'dataDir', value: dataDir, flag: '--data-dir' });
  if (listen !== undefined) flags.push({ path: 'listen', value: listen, flag: '--listen' });
  if (insecure) flags.push({ path: 'insecure', value: 'true', flag: '--insecure' });
  return { file: config, flags };
}
