import { configKeys, VERSION } from '@tinyobs/server';
import { Command, InvalidArgumentError } from 'commander';
import { type ServeFlags, serve } from './serve.js';

/** The command line. `serve` is what runs when no command is named. */
export function createProgram(): Command {
  const program = new Command('tinyobs')
    .description('An embedded time-series metrics backend: store, PromQL API and dashboard in one process.')
    .version(VERSION, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .showHelpAfterError('(tinyobs --help lists commands and options)');
  program
    .command('serve', { isDefault: true })
    .description('start the server (the default command)')
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
    .addHelpText(
      'after',
      () => `\nConfiguration keys for --set, the file and the environment:\n${keyTable()}`,
    )
    .action((flags: ServeFlags) => serve(flags));
  return program;
}

function addSetting(setting: string, settings: Map<string, string>): Map<string, string> {
  const equals = setting.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('write it as key=value, such as limits.series=500000');
  return settings.set(setting.slice(0, equals), setting.slice(equals + 1));
}

function keyTable(): string {
  return configKeys()
    .map(({ path, environment, help, fallback }) => {
      const shown = fallback === undefined ? '' : ` (default: ${String(fallback)})`;
      return `  ${path}${shown}\n      ${help}\n      ${environment}\n`;
    })
    .join('');
}
