import { configKeys, VERSION } from '@tinyobs/server';
import { Command, InvalidArgumentError } from 'commander';
import { addCertCommand } from './certCommand.js';
import { repair } from './repair.js';
import { type ServeFlags, serve } from './serve.js';
import { STATUS, type StoreFlags } from './storeCommand.js';
import { verify } from './verify.js';

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
  addStoreCommand(program, 'verify', 'check every file, key and value of a store that no server has open')
    .addHelpText('after', VERIFY_HELP)
    .action((flags: StoreFlags) => verify(flags));
  addStoreCommand(
    program,
    'repair',
    'put a store in the place of a damaged one, with all of it that is sound',
  )
    .addHelpText('after', REPAIR_HELP)
    .action((flags: StoreFlags) => repair(flags));
  addCertCommand(program);
  return program;
}

const VERIFY_HELP = `
Nothing is changed: the files are read as they are, without opening the database. Stop the server first.
Exit status: 0 the store is sound, 1 it is damaged, 2 it could not be checked.
`;

const REPAIR_HELP = `
A new store is built inside the data folder, checked, and put in the place of the old one, whose files are kept in
the folder damaged-<time> there; remove that when you no longer need it. It takes as much room again as the store.
Stop the server first. Ctrl-C is safe at any time. Where nothing is damaged nothing is changed.
Exit status: 0 the store is sound and nothing was lost, 1 it is sound now and something was lost, 2 it could not be
repaired.
`;

function addStoreCommand(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .requiredOption('--data-dir <dir>', 'folder of the store')
    .option('--json', 'print findings and the report as JSON, one object a line')
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : STATUS.notRun));
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
